using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace DataOps.Core.Connections;

/// <summary>Reads the ways in which people write down a PostgreSQL connection.</summary>
/// <remarks>Rules: libpq, "Connection Strings" and "Environment Variables"; what a text leaves open comes from its service, then from the PG* variables.</remarks>
internal static class ConnectionText
{
    private static readonly string[] s_schemes = ["postgres", "postgresql", "psql", "pgsql", "postgis"];

    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw Unreadable("The connection is empty.");
        if (text.IndexOf("://", StringComparison.Ordinal) is > 0 and int end && !text[..end].Contains('='))
            return LibpqSettings.Complete(ReadUri(text, end));
        if (!text.Contains('='))
            return LibpqSettings.Complete(new() { ["dbname"] = text.Trim() });
        return TryReadLibpq(text, out Dictionary<string, string>? pairs) ? LibpqSettings.Complete(pairs) : ReadNpgsql(text);
    }

    public static NpgsqlConnectionStringBuilder FromEnvironment() =>
        Environment.GetEnvironmentVariable("DATABASE_URL") is { Length: > 0 } url ? Parse(url) : LibpqSettings.Complete([]);

    public static SslMode ParseSslMode(string mode) => mode.Replace("-", "").ToLowerInvariant() switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "prefer" => SslMode.Prefer,
        "require" => SslMode.Require,
        "verifyca" => SslMode.VerifyCA,
        "verifyfull" => SslMode.VerifyFull,
        _ => throw Unreadable($"There is no TLS mode \"{mode}\".", "Use disable, allow, prefer, require, verify-ca or verify-full."),
    };

    internal static DataOpsException Unreadable(string message, string? advice = null) => new(
        "InvalidConnection",
        FailureKind.InvalidArgument,
        message,
        advice ?? "Write postgres://user@host:5432/database, a libpq or Npgsql connection string, service=name, or a database's name.");

    // scheme://[user[:password]@][host[:port]][/database][?name=value&…], every part percent-encoded.
    private static Dictionary<string, string> ReadUri(string text, int schemeEnd)
    {
        string scheme = text[..schemeEnd].ToLowerInvariant();
        if (!s_schemes.Contains(scheme))
            throw Unreadable($"A {scheme}:// address is not one of PostgreSQL.");
        string rest = text[(schemeEnd + 3)..];
        Dictionary<string, string> pairs = [];
        if (Cut(ref rest, '?') is { } query)
            ReadQuery(query, pairs);
        string? database = Cut(ref rest, '/');
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
        return pairs;
    }

    private static void ReadQuery(string query, Dictionary<string, string> pairs)
    {
        foreach (string pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string name = pair;
            Set(pairs, name.Split('=')[0], Cut(ref name, '=') ?? "");
        }
    }

    private static void Set(Dictionary<string, string> pairs, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            pairs[Uri.UnescapeDataString(name)] = Uri.UnescapeDataString(value);
    }

    private static string? Cut(ref string text, char separator)
    {
        if (text.IndexOf(separator) is not (>= 0 and int at))
            return null;
        string tail = text[(at + 1)..];
        text = text[..at];
        return tail;
    }

    // name = value pairs split by blanks, values perhaps in single quotes with \' and \\.
    private static bool TryReadLibpq(string text, [NotNullWhen(true)] out Dictionary<string, string>? pairs)
    {
        pairs = [];
        int i = 0;
        while (SkipBlanks(text, ref i))
        {
            int equals = text.IndexOf('=', i);
            if (equals < 0)
                return false;
            string name = text[i..equals].Trim();
            if (!LibpqSettings.IsKnown(name))
                return false;
            i = equals + 1;
            SkipBlanks(text, ref i);
            if (ReadValue(text, ref i) is not { } value)
                return false;
            pairs[name] = value;
        }
        return true;
    }

    private static string? ReadValue(string text, ref int i)
    {
        System.Text.StringBuilder value = new();
        bool quoted = i < text.Length && text[i] == '\'';
        if (quoted)
            i++;
        for (; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                value.Append(text[++i]);
            else if (quoted && text[i] == '\'')
            {
                i++;
                return value.ToString();
            }
            else if (!quoted && char.IsWhiteSpace(text[i]))
                return value.ToString();
            else if (!quoted && text[i] == ';')
                return null;
            else
                value.Append(text[i]);
        }
        return quoted ? null : value.ToString();
    }

    private static bool SkipBlanks(string text, ref int i)
    {
        while (i < text.Length && char.IsWhiteSpace(text[i]))
            i++;
        return i < text.Length;
    }

    private static NpgsqlConnectionStringBuilder ReadNpgsql(string text)
    {
        try
        {
            NpgsqlConnectionStringBuilder builder = new(text);
            builder.Host ??= "localhost";
            builder.Username ??= Environment.GetEnvironmentVariable("PGUSER") ?? Environment.UserName;
            builder.Database ??= builder.Username;
            return builder;
        }
        catch (ArgumentException e)
        {
            // Npgsql names the keyword and never the value, so that no password can stand here.
            throw new DataOpsException("InvalidConnection", FailureKind.InvalidArgument, $"The connection string cannot be read: {e.Message}", inner: null);
        }
    }
}
