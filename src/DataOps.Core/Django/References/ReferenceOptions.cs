namespace DataOps.Core.Django.References;

/// <summary>Which references an operation looks at. Wildcards are PowerShell's: * ? [a-z].</summary>
public abstract record ReferenceOptions
{
    /// <summary>Referencing tables, as table or schema.table. Default: all.</summary>
    [Option(Position = 0, Pipeline = true, Wildcards = true, Completes = OptionNames.TableName)]
    public IReadOnlyList<string> Table { get; init; } = [];

    /// <summary>Referencing models, as app or app.model. Default: all.</summary>
    [Option(Pipeline = true, Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>Classes of reference. Default: all.</summary>
    [Option(Pipeline = true)]
    public IReadOnlyList<ReferenceClass> Class { get; init; } = [];

    /// <summary>Names of references, as Get-Reference lists them. Default: all.</summary>
    [Option(Pipeline = true, Wildcards = true, Completes = OptionNames.ReferenceName)]
    public IReadOnlyList<string> Reference { get; init; } = [];

    /// <summary>
    /// More references without a foreign key, as table.column=target_table; their orphans count as history.
    /// </summary>
    public IReadOnlyList<string> SoftReference { get; init; } = [];

    /// <summary>Whether the names are those of a table or its model, so that its texts have to be read.</summary>
    internal Func<Table, ModelLabel, bool>? Texts
    {
        get
        {
            NameFilter tables = new(Table);
            NameFilter models = new(Model);
            return tables.IsEmpty && models.IsEmpty ? null : (table, label) =>
                tables.Matches(ReferenceFilter.TableNames(table)) && models.Matches(ReferenceFilter.ModelNames(label));
        }
    }
}
