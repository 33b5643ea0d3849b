using System.Text;
using System.Text.RegularExpressions;
using DataOps.Core.Features.Backups.Archives;

namespace DataOps.Core.Features.Backups.Restoring;

/// <summary>The statements of a section of the schema: only such as pg_dump writes are run.</summary>
internal static partial class SchemaStatements
{
    private const int Largest = 1 << 28;

    // A name as SQL has it, qualified or not.
    private const string Name = """(?:"(?:[^"]|"")+"|[^\s"(.]+)(?:\.(?:"(?:[^"]|"")+"|[^\s"(.]+))?""";

    /// <summary>Reads them.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>, <c>InvalidSqlScript</c>: the section is damaged, or has
    /// what no schema has.</exception>
    public static IReadOnlyList<SqlStatement> Read(ArchiveReader archive, string section)
    {
        string name = archive.Below($"schema/{section}.sql").Select(m => m.Name).FirstOrDefault()
            ?? throw archive.Invalid($"it has no schema/{section}.sql");
        return Read($"{archive.Path}: {name}", archive.Unpack(name, Largest), why => archive.Invalid($"{name}, {why}"));
    }

    /// <summary>Reads them from the text of a section.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="section">The text.</param>
    /// <param name="invalid">What is thrown, and why.</param>
    /// <exception cref="DataOpsException"><c>InvalidSqlScript</c>, or what is thrown.</exception>
    public static IReadOnlyList<SqlStatement> Read(
        string name, byte[] section, Func<string, DataOpsException> invalid)
    {
        IReadOnlyList<SqlStatement> statements = SqlScript.Split(name, Encoding.UTF8.GetString(section));
        foreach (SqlStatement statement in statements)
            if (WhyNot(statement) is { } why)
                throw invalid($"line {statement.Line}: {why}");
        return statements;
    }

    /// <summary>What gives materialized views their rows: pg_dump leaves that to those who have rows.</summary>
    public static IEnumerable<SqlStatement> Refresh(IEnumerable<BackupView> views) => views.Select(
        v => new SqlStatement($"REFRESH MATERIALIZED VIEW {SqlText.Identifier(v.Schema, v.Name)}", 0));

    /// <summary>Why a statement is not run; null when it is one of a schema.</summary>
    public static string? WhyNot(SqlStatement statement) =>
        ChangesMeaning(statement) ? $"{statement.Text.Split('=')[0].Trim()} would change what follows"
        : OfSchema().IsMatch(statement.Text) ? null
        : VisibleText.Of(string.Join(' ', statement.Text.Split([' ', '\n'], 3).Take(2)))
            + " is no statement of a schema";

    /// <summary>Whether it sets how the statements behind it are read, or as whom they run.</summary>
    public static bool ChangesMeaning(SqlStatement statement) => OtherMeaning().IsMatch(statement.Text);

    /// <summary>The table that an index is made on; null for any other statement.</summary>
    public static string? IndexedTable(SqlStatement statement) => TableOf(Index().Match(statement.Text));

    /// <summary>The table that a unique constraint is added to; null for any other statement.</summary>
    public static string? UniqueTable(SqlStatement statement) => TableOf(Unique().Match(statement.Text));

    /// <summary>Whether it makes a table.</summary>
    public static bool IsTable(SqlStatement statement) => NewTable().IsMatch(statement.Text);

    /// <summary>Whether it adds a foreign key whose rows are checked.</summary>
    public static bool IsForeignKey(SqlStatement statement) => ForeignKey().IsMatch(statement.Text);

    /// <summary>
    /// The table and the name of such a foreign key, of which the rows can be checked later; null for any other
    /// statement: before PostgreSQL 18, partitioned tables have no such keys.
    /// </summary>
    public static (string Table, string Name)? LateForeignKey(SqlStatement statement) =>
        ForeignKey().Match(statement.Text) is { Success: true } key && key.Groups["only"].Success
            ? (key.Groups["table"].Value, key.Groups["name"].Value)
            : null;

    /// <summary>Whether it says who owns something, or who may do what, or is the superuser's to say.</summary>
    public static bool IsOfRole(SqlStatement statement) => OfRole().IsMatch(statement.Text);

    /// <summary>Whether it sets what an older server does not know.</summary>
    public static bool IsSetting(SqlStatement statement) =>
        statement.Text.StartsWith("SET ", StringComparison.Ordinal);

    /// <summary>Whether it says in which tablespace what follows is made.</summary>
    public static bool IsTablespace(SqlStatement statement) =>
        statement.Text.StartsWith("SET default_tablespace ", StringComparison.Ordinal);

    private static string? TableOf(Match match) => match.Success ? match.Groups["table"].Value : null;

    // set_config is how pg_dump empties the search_path. Databases, roles, tablespaces and settings are the server's,
    // and no word may hide behind a comment.
    [GeneratedRegex("""
        \A(SET\s|SELECT\s+pg_catalog\.set_config\('search_path',\s*'',\s*false\)\s*\z
        |(CREATE|ALTER)\s+(?!(DATABASE|ROLE|USER(?!\s+MAPPING\b)|GROUP|TABLESPACE|SYSTEM)\b)[A-Z]
        |(COMMENT|SECURITY\s+LABEL\s[^-/]*)\s*\bON\s+(?!(DATABASE|ROLE|SUBSCRIPTION|TABLESPACE)\b)[A-Z]
        |(GRANT|REVOKE)\s[^-/]*\sON\s+(?!(DATABASE|TABLESPACE|PARAMETER)\b)[A-Z]
        |REFRESH\s+MATERIALIZED\s)
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex OfSchema();

    [GeneratedRegex("""
        \ASET\s+(?!standard_conforming_strings\s=\son\z)
        (standard_conforming_strings|backslash_quote|SESSION\s|LOCAL\s|ROLE\b)
        """, RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex OtherMeaning();

    [GeneratedRegex(@"\ACREATE (UNLOGGED |FOREIGN )?TABLE\s")]
    private static partial Regex NewTable();

    [GeneratedRegex($"""\ACREATE (UNIQUE )?INDEX {Name} ON (ONLY )?(?<table>{Name})""")]
    private static partial Regex Index();

    [GeneratedRegex(
        $"""\AALTER TABLE (ONLY )?(?<table>{Name})\s+ADD CONSTRAINT {Name} (PRIMARY KEY|UNIQUE|EXCLUDE)\b""")]
    private static partial Regex Unique();

    [GeneratedRegex($"""
        \AALTER\sTABLE\s(?<only>ONLY\s)?(?<table>{Name})\s+ADD\sCONSTRAINT\s(?<name>{Name})\sFOREIGN\sKEY\b
        (?!.*\sNOT\s(VALID|ENFORCED)\s*\z)
        """, RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex ForeignKey();

    [GeneratedRegex(
        @"\A(GRANT\s|REVOKE\s|ALTER DEFAULT PRIVILEGES\s|ALTER\s.*\sOWNER TO\s|COMMENT ON (EXTENSION|SCHEMA)\s)",
        RegexOptions.Singleline)]
    private static partial Regex OfRole();
}
