namespace DataOps.Core.Django.Models;

/// <summary>A Django model whose table is in this database.</summary>
/// <param name="Label">Its label.</param>
/// <param name="ContentType">django_content_type.id.</param>
/// <param name="Table">Its table.</param>
/// <param name="Key">The primary key's columns; one, but for a CompositePrimaryKey (Django 5.2).</param>
/// <param name="Fields">Its own fields besides the key, in the order of the table's columns; those of a parent model
/// are the parent's.</param>
/// <param name="ManyToMany">The many-to-many lists that it owns, those with an automatic table, in the order in which
/// these were made.</param>
/// <param name="Parent">The parent table of multi-table inheritance; null without one.</param>
internal sealed record Model(
    ModelLabel Label,
    int ContentType,
    Table Table,
    IReadOnlyList<Column> Key,
    IReadOnlyList<Field> Fields,
    IReadOnlyList<ManyToManyList> ManyToMany,
    Table? Parent)
{
    /// <summary>
    /// The key as Django has it. That of a partitioned table has to hold the columns by which it is partitioned too;
    /// an automatic key is the whole one of its model all the same.
    /// </summary>
    public IReadOnlyList<Column> FixtureKey { get; } =
        Table.Kind == TableKind.PartitionedTable && Key.Count > 1
            && Key.Where(k => k.Sequence is not null).ToArray() is [{ } automatic] ? [automatic] : Key;

    /// <summary>The key, and every field that a fixture can name.</summary>
    public IEnumerable<Column> Columns => Key.Concat(Fields.Select(f => f.Column));

    /// <summary>The name of a column's field; the column's own name where it is no field's.</summary>
    public string FieldOf(Column column) => Fields.FirstOrDefault(f => f.Column == column)?.Name ?? column.Name;
}

/// <summary>A field of a model, kept in one column.</summary>
/// <param name="Name">What a fixture calls it: the column's name, for a foreign key without <c>_id</c>.</param>
/// <param name="Column">Its column.</param>
internal sealed record Field(string Name, Column Column)
{
    /// <summary>
    /// The name of the field whose column is named x_id, as Django names that of a foreign key; null for other columns.
    /// </summary>
    public static string? Referring(string column) =>
        column.EndsWith("_id", StringComparison.Ordinal) ? column[..^"_id".Length] : null;
}

/// <summary>A many-to-many list whose table Django made by itself; fixtures write it in its owner.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Table">The table between the two: a key, and two columns that refer.</param>
/// <param name="OwnerColumn">The column that refers to the owner.</param>
/// <param name="TargetColumn">The column that refers to the other side.</param>
internal sealed record ManyToManyList(string Name, Table Table, Column OwnerColumn, Column TargetColumn)
{
    /// <summary>
    /// Whether each entry has one of the other direction: of a list of the model's own rows, as the site description
    /// says.
    /// </summary>
    public bool IsSymmetrical { get; init; }
}
