using System.Text.RegularExpressions;
using DataOps.Core.Features.Backups.Restoring;

namespace DataOps.Core.Features.Backups.Dumps;

/// <summary>A statement of a dump.</summary>
/// <param name="Statement">It.</param>
/// <param name="Table">The table whose rows follow, with none counted yet; null where none do.</param>
/// <param name="IsSequence">Whether it sets a sequence.</param>
internal sealed record DumpPart(SqlStatement Statement, BackupTable? Table, bool IsSequence);

/// <summary>Reads the script of a dump: whatever pg_dump does not write is refused.</summary>
internal sealed partial class DumpReader : IDisposable
{
    // As pg_dump writes a name: without quotes only where none are needed.
    private const string Name = """(?:"(?:[^"]|"")+"|[a-z_0-9$]+)""";

    private readonly DumpFile _file;
    private readonly ScriptLines _lines;
    private readonly SqlScript _script;
    private bool _hasCreated;

    /// <summary>Opens it.</summary>
    public DumpReader(DumpFile file, CancellationToken cancellation)
    {
        _file = file;
        _lines = new(file.Open(cancellation));
        _script = new(file.Path, _lines) { OnComment = Hear };
    }

    /// <summary>Whether pg_dump's last line was read.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The version of the server that was dumped, as 15.14; 0.0 where the dump does not say.</summary>
    public string ServerVersion { get; private set; } = "0.0";

    /// <summary>The next statement that is run; null at the end. Rows that follow one are to be read before.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>, <c>InvalidSqlScript</c>.</exception>
    public DumpPart? Next() => Guard(() =>
    {
        while (_script.Next() is { } statement)
        {
            if (Copy().Match(statement.Text) is { Success: true } copy)
                return new(statement, Table(copy), false);
            if (Sequence().IsMatch(statement.Text))
                return new(statement, null, true);
            if (Refusal(statement) is var (why, advice))
                throw _file.Invalid($"line {statement.Line}: {why}", advice);
            // Nothing is there yet that could be dropped: pg_dump --clean begins so.
            if (!_hasCreated && Drop().IsMatch(statement.Text))
                continue;
            if (Needless().IsMatch(statement.Text))
                continue;
            if (SchemaStatements.WhyNot(statement) is { } other)
                throw _file.Invalid($"line {statement.Line}: {other}");
            _hasCreated |= statement.Text.StartsWith("CREATE ", StringComparison.Ordinal);
            return new(statement, null, false);
        }
        return (DumpPart?)null;
    });

    /// <summary>Reads the rows that follow, and returns how many they are.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: they do not end.</exception>
    public long Rows(ScriptLines.TakeBytes take) => Guard(() => _lines.Rows(take));

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw _file.Invalid($"line {_lines.Count + 1} cannot be read: {e.Message.TrimEnd('.')}", cause: e);
        }
    }

    private static BackupTable Table(Match copy) => new(
        Unquoted(copy.Groups["schema"].Value), Unquoted(copy.Groups["table"].Value),
        [.. copy.Groups["column"].Captures.Select(c => Unquoted(c.Value))], 0, "", null, []);

    private static string Unquoted(string name) =>
        name.StartsWith('"') ? name[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : name;

    private void Hear(string comment)
    {
        IsWhole |= comment == "-- PostgreSQL database dump complete";
        if (Version().Match(comment) is { Success: true } version)
            ServerVersion = version.Groups[1].Value;
    }

    private static (string Why, string Advice)? Refusal(SqlStatement statement) => statement.Text switch
    {
        var text when text.StartsWith("INSERT INTO ", StringComparison.Ordinal) =>
            ("its rows are INSERT statements", "Dump without --inserts."),
        var text when text.StartsWith("COPY ", StringComparison.Ordinal) =>
            ("its COPY is not one that pg_dump writes", "Take another dump."),
        var text when text.StartsWith("CREATE DATABASE ", StringComparison.Ordinal)
            || text.StartsWith("DROP DATABASE ", StringComparison.Ordinal) =>
            ("it makes a database itself", "Dump without --create: Restore-Site makes the database."),
        var text when text.Contains("LARGE OBJECT ", StringComparison.Ordinal)
            || text.StartsWith("SELECT pg_catalog.lo_", StringComparison.Ordinal) =>
            ("it has large objects", "Neither Django nor Wagtail makes any: dump with --no-large-objects."),
        var text when Encoding().Match(text) is { Success: true } encoding && encoding.Groups[1].Value is not "UTF8" =>
            ("its texts are not in UTF-8", "Dump with --encoding=UTF8."),
        var text when OldPath().IsMatch(text) =>
            ("its names lack their schema", "Dump with pg_dump 10.3 or later."),
        _ when SchemaStatements.ChangesMeaning(statement) =>
            (SchemaStatements.WhyNot(statement)!,
                "Dump from a server with standard_conforming_strings on, and without --use-set-session-authorization."),
        _ => null,
    };

    [GeneratedRegex($"""
        \ACOPY\s(?<schema>{Name})\.(?<table>{Name})\s+
        (?:\((?<column>{Name})(?:,\s(?<column>{Name}))*\)\s)?FROM\sstdin\z
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Copy();

    [GeneratedRegex("""\ASELECT pg_catalog\.setval\('(?:[^'\\]|'')+', -?[0-9]+, (?:true|false)\)\z""")]
    private static partial Regex Sequence();

    [GeneratedRegex(@"\A(DROP\s|ALTER\s.*\sDROP\s)", RegexOptions.Singleline)]
    private static partial Regex Drop();

    // What copies rows between servers is in no backup; texts are sent in UTF-8 anyway; constraints wait for rows.
    [GeneratedRegex("""
        \A((CREATE|ALTER|COMMENT\sON)\s+(PUBLICATION|SUBSCRIPTION)\s|COMMENT\sON\sDATABASE\s
        |SET\s(client_encoding|session_replication_role)\s)
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Needless();

    [GeneratedRegex(@"\ASET\s+client_encoding\b\s*(?:=|TO)\s*'?([\w-]*)'?", RegexOptions.IgnoreCase)]
    private static partial Regex Encoding();

    [GeneratedRegex(@"\ASET\s+search_path\b", RegexOptions.IgnoreCase)]
    private static partial Regex OldPath();

    [GeneratedRegex(@"\A-- Dumped from database version (\d+(?:\.\d+)?)")]
    private static partial Regex Version();
}
