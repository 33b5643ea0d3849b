using System.Text.Json.Serialization;

namespace DataOps.Core.Changes.UndoFiles;

/// <summary>A sequence that an operation set, or gave to a column.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Last">Its last value before; the one that would have come next where it was never used.</param>
/// <param name="IsCalled">Whether it was used before.</param>
/// <param name="Value">The value that it was set to; null where it was not set.</param>
/// <param name="Table">The table of the column, in the sequence's schema, that became its owner; null for none.</param>
/// <param name="Column">That column.</param>
internal sealed record SetSequence(
    string Schema, string Name, long Last, bool IsCalled, long? Value, string? Table, string? Column)
{
    private static readonly SqlText s_true = $"true";
    private static readonly SqlText s_false = $"false";

    private SqlText Quoted => SqlText.Literal(SqlText.Identifier(Schema, Name).ToString());

    /// <summary>The statement that takes it back.</summary>
    [JsonIgnore]
    public SqlText Undo => Value is null
        ? (SqlText)$"alter sequence {SqlText.Identifier(Schema, Name)} owned by none"
        : (SqlText)$"select pg_catalog.setval({Quoted}, {SqlText.Literal(Last)}, {(IsCalled ? s_true : s_false)})";

    /// <inheritdoc/>
    public override string ToString() => Schema == "public" ? Name : $"{Schema}.{Name}";
}
