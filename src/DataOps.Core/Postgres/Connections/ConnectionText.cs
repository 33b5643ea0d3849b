using System.Text;
using Npgsql;

namespace DataOps.Core.Postgres.Connections;

/// <summary>Reads the ways in which people write down a PostgreSQL connection.</summary>
/// <remarks>
/// Rules: libpq, "Connection Strings" and "Environment Variables"; what a text leaves open comes from its service, then
/// from the PG* variables.
/// </remarks>
internal static class ConnectionText
{
    private static readonly string[] s_schemes =
        ["postgres", "postgresql", "psql", "pgsql", "postgis", "timescale", "timescalegis"];

    /// <summary>The settings that a text gives, and the service that it names.</summary>
    public static (NpgsqlConnectionStringBuilder Builder, string? Service) Parse(string text)
    {
        text = text.Trim();
        if (text.Length == 0)
            throw Unreadable("The connection is empty.");
        if (SchemeEnd(text) is { } end)
            return LibpqSettings.Complete(ReadUri(text, end));
        // A database of such a name is told by dbname=; most often it is an address that lacks its //.
        if (!text.Contains('=') && text.IndexOfAny(['@', ':', '/']) >= 0)
            throw Unreadable("The connection is neither an address nor the name of a database.",
                "Write postgres://user@host:5432/database, or dbname='…' for a name that holds @, : or /.");
        if (!text.Contains('='))
            return LibpqSettings.Complete(new() { ["dbname"] = text });
        return IsNpgsql(text) ? (ReadNpgsql(text), null) : LibpqSettings.Complete(ReadLibpq(text));
    }

    /// <summary>The settings that the environment gives, and the service that it names.</summary>
    /// <exception cref="DataOpsException"><c>NoDatabase</c>: it names none; <c>InvalidConnection</c>.</exception>
    public static (NpgsqlConnectionStringBuilder Builder, string? Service) FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable("DATABASE_URL") is not { Length: > 0 } url)
            return LibpqSettings.IsPlaceInEnvironment ? LibpqSettings.Complete([]) : throw new DataOpsException(
                ErrorIds.NoDatabase, FailureKind.InvalidArgument, "No database is named.",
                "Name one with -Database, or by DATABASE_URL, PGSERVICE, or PGHOST and PGDATABASE.");
        try
        {
            return Parse(url);
        }
        catch (DataOpsException e)
        {
            throw new DataOpsException(e.Id, e.Kind, $"DATABASE_URL: {e.Message}", e.Advice, "DATABASE_URL");
        }
    }

    public static SslMode ParseSslMode(string mode) => mode.Replace("-", "").ToLowerInvariant() switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "prefer" => SslMode.Prefer,
        "require" => SslMode.Require,
        "verifyca" => SslMode.VerifyCA,
        "verifyfull" => SslMode.VerifyFull,
        _ => throw Unreadable(
            $"There is no TLS mode \"{mode}\".", "Use disable, allow, prefer, require, verify-ca or verify-full."),
    };

    internal static DataOpsException Unreadable(string message, string? advice = null) => new(
        ErrorIds.InvalidConnection,
        FailureKind.InvalidArgument,
        message,
        advice ?? "Write postgres://user@host:5432/database, a libpq or Npgsql connection string, service=name, or " +
            "a database's name.");

    private static int? SchemeEnd(string text) =>
        text.IndexOf("://", StringComparison.Ordinal) is > 0 and int end && !text[..end].Contains('=') ? end : null;

    // scheme://[user[:password]@][host[:port]][/database][?name=value&…], every part percent-encoded.
    private static Dictionary<string, string> ReadUri(string text, int schemeEnd)
    {
        string scheme = text[..schemeEnd].ToLowerInvariant();
        if (!s_schemes.Contains(scheme))
            throw Unreadable($"A {scheme}:// address is not one of PostgreSQL.");
        string rest = text[(schemeEnd + 3)..];
        string? query = Cut(ref rest, '?');
        string? database = Cut(ref rest, '/');
        // A password cut in two by its own / or ? looks like a port, a database or an option, and would be shown as
        // such.
        if (!rest.Contains('@') && $"{database}{query}".Contains('@'))
            throw Unreadable("The address has an @ behind its host.",
                "Percent-encode the characters of the password and of other parts: / is %2F, ? is %3F, @ is %40.");
        Dictionary<string, string> pairs = [];
        if (rest.LastIndexOf('@') is >= 0 and int at)
        {
            string user = rest[..at];
            rest = rest[(at + 1)..];
            Set(pairs, "password", Cut(ref user, ':'));
            Set(pairs, "user", user);
        }
        // Only a colon behind the closing bracket of an IPv6 address starts the port.
        if (rest.LastIndexOf(':') is >= 0 and int colon && colon > rest.LastIndexOf(']'))
        {
            Set(pairs, "port", rest[(colon + 1)..]);
            rest = rest[..colon];
        }
        Set(pairs, "host", rest.Trim('[', ']'));
        Set(pairs, "dbname", database);
        foreach (string pair in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string name = pair;
            string? value = Cut(ref name, '=');
            // django-environ writes CONN_MAX_AGE.
            Set(pairs, name.ToLowerInvariant(), value);
        }
        return pairs;
    }

    private static void Set(Dictionary<string, string> pairs, string name, string? value)
    {
        name = Uri.UnescapeDataString(name);
        if (!LibpqSettings.IsKnown(name))
            throw LibpqSettings.Unknown(name);
        if (!string.IsNullOrEmpty(value))
            pairs[name] = Uri.UnescapeDataString(value);
    }

    private static string? Cut(ref string text, char separator)
    {
        if (text.IndexOf(separator) is not (>= 0 and int at))
            return null;
        string tail = text[(at + 1)..];
        text = text[..at];
        return tail;
    }

    // Npgsql's pairs are split by semicolons, libpq's by blanks; "host" and "port" are words of both.
    private static bool IsNpgsql(string text)
    {
        int i = 0;
        if (!LibpqSettings.IsKnown(ReadName(text, ref i) ?? ""))
            return true;
        ReadValue(text, ref i, ";");
        return SkipBlanks(text, ref i)
            && (text[i] == ';' || (text.IndexOf(';', i) >= 0 && !LibpqSettings.IsKnown(ReadName(text, ref i) ?? "")));
    }

    // name = value pairs split by blanks, values perhaps in single quotes with \' and \\.
    private static Dictionary<string, string> ReadLibpq(string text)
    {
        Dictionary<string, string> pairs = [];
        for (int i = 0; SkipBlanks(text, ref i);)
        {
            // What stands here may be the rest of a password with a blank in it, and is not shown.
            if (ReadName(text, ref i) is not { } name
                || (pairs.ContainsKey("password") && !LibpqSettings.IsKnown(name)))
                throw Unreadable("The connection string cannot be read: a part of it is no name=value.",
                    "Put single quotes around values with blanks, and a backslash before ' and \\ in them.");
            if (!LibpqSettings.IsKnown(name))
                throw LibpqSettings.Unknown(name);
            pairs[name] = ReadValue(text, ref i, "")
                ?? throw Unreadable($"The connection string cannot be read: the quote that {name} opens is not closed.",
                    "Put a backslash before ' and \\ in a quoted value.");
        }
        // libpq expands an address in the place of the database's name.
        if (pairs.GetValueOrDefault("dbname") is { } database && SchemeEnd(database) is { } end)
        {
            pairs.Remove("dbname");
            foreach ((string name, string value) in ReadUri(database, end))
                pairs.TryAdd(name, value);
        }
        return pairs;
    }

    private static string? ReadName(string text, ref int i)
    {
        int equals = text.IndexOf('=', i);
        if (equals < 0)
            return null;
        string name = text[i..equals].Trim();
        i = equals + 1;
        return name;
    }

    private static string? ReadValue(string text, ref int i, string ends)
    {
        SkipBlanks(text, ref i);
        StringBuilder value = new();
        bool isQuoted = i < text.Length && text[i] == '\'';
        if (isQuoted)
            i++;
        for (; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                value.Append(text[++i]);
            else if (isQuoted && text[i] == '\'')
            {
                i++;
                return value.ToString();
            }
            else if (!isQuoted && (char.IsWhiteSpace(text[i]) || ends.Contains(text[i])))
                return value.ToString();
            else
                value.Append(text[i]);
        }
        return isQuoted ? null : value.ToString();
    }

    private static bool SkipBlanks(string text, ref int i)
    {
        while (i < text.Length && char.IsWhiteSpace(text[i]))
            i++;
        return i < text.Length;
    }

    private static NpgsqlConnectionStringBuilder ReadNpgsql(string text)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new(text);
        }
        catch (ArgumentException e)
        {
            // No inner exception: its text may hold a part of the password.
            throw Unreadable(
                $"The connection string cannot be read: {Culprit(text, e.ParamName)} is unknown, or its value is " +
                    $"impossible.");
        }
        // Blanks instead of semicolons make one long value, and with it the password would be shown as the host.
        if ($"{builder.Host}{builder.Username}{builder.Database}".Contains('='))
            throw Unreadable(
                "The connection string cannot be read: its parts are split by semicolons in some places only.");
        builder.Host = LibpqSettings.SingleHost(builder.Host ?? "localhost");
        builder.Username ??= Environment.GetEnvironmentVariable("PGUSER") ?? Environment.UserName;
        builder.Database ??= builder.Username;
        return builder;
    }

    // What stands behind "Password=" may be the rest of a password with a semicolon in it, and is not shown.
    private static string Culprit(string text, string? name)
    {
        int at = name is null ? -1 : text.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        bool IsBefore(string secret) =>
            text.IndexOf(secret, StringComparison.OrdinalIgnoreCase) is var s && (s < 0 || at < s);
        return at >= 0 && IsBefore("password") && IsBefore("pwd")
            ? $"\"{text.Substring(at, name!.Length)}\""
            : "a part of it";
    }
}
