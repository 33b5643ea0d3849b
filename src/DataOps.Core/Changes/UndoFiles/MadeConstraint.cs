using System.Text.Json.Serialization;

namespace DataOps.Core.Changes.UndoFiles;

/// <summary>What an operation has made of a table's schema, and undoing takes away.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MadeKind>))]
internal enum MadeKind
{
    /// <summary>A constraint.</summary>
    Constraint,

    /// <summary>An index that is no constraint's.</summary>
    Index,

    /// <summary>NOT NULL of a column.</summary>
    NotNull,
}

/// <summary>A constraint, an index or a NOT NULL that an operation made, and that undoing drops again.</summary>
/// <param name="Schema">The table's schema.</param>
/// <param name="Table">The table.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name; of NOT NULL the column's.</param>
/// <param name="Definition">
/// Its definition as PostgreSQL writes it, by which it is known again: only what is still the same is dropped.
/// </param>
internal sealed record MadeConstraint(string Schema, string Table, MadeKind Kind, string Name, string Definition)
{
    private const string NotValid = " NOT VALID";

    /// <summary>The statement that takes it away.</summary>
    public SqlText Drop => Kind switch
    {
        MadeKind.Constraint =>
            $"alter table {SqlText.Identifier(Schema, Table)} drop constraint {SqlText.Identifier(Name)}",
        MadeKind.Index => $"drop index {SqlText.Identifier(Schema, Name)}",
        _ => $"alter table {SqlText.Identifier(Schema, Table)} alter {SqlText.Identifier(Name)} drop not null",
    };

    /// <summary>What is there under its name, as a constraint that was made; null where nothing is.</summary>
    public static MadeConstraint? Read(
        Session session, string schema, string table, MadeKind kind, string name, CancellationToken cancellation)
    {
        SqlText from = $"""
            from pg_class t join pg_namespace n on n.oid = t.relnamespace
              and n.nspname = {SqlText.Value(schema)} and t.relname = {SqlText.Value(table)}
            """;
        IReadOnlyList<string> found = session.Query<string>(kind switch
        {
            MadeKind.Constraint => $"""
                select pg_get_constraintdef(c.oid) {from}
                join pg_constraint c on c.conrelid = t.oid and c.conname = {SqlText.Value(name)}
                """,
            MadeKind.Index => $"""
                select pg_get_indexdef(i.indexrelid) {from} join pg_index i on i.indrelid = t.oid
                join pg_class x on x.oid = i.indexrelid and x.relname = {SqlText.Value(name)}
                """,
            _ => (SqlText)$"""
                select format_type(a.atttypid, a.atttypmod) {from} join pg_attribute a
                  on a.attrelid = t.oid and a.attname = {SqlText.Value(name)} and a.attnotnull
                """,
        }, cancellation);
        return found is [var definition] ? new(schema, table, kind, name, Validated(definition)) : null;
    }

    // Existing rows may have been checked since, or not yet.
    private static string Validated(string definition) =>
        definition.EndsWith(NotValid, StringComparison.Ordinal) ? definition[..^NotValid.Length] : definition;

    /// <inheritdoc/>
    public override string ToString() => Kind == MadeKind.NotNull ? $"NOT NULL of {Table}.{Name}" : Name;
}
