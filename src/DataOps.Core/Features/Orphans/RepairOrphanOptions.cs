namespace DataOps.Core.Features.Orphans;

/// <summary>Options of <see cref="RepairOrphan"/>. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record RepairOrphanOptions : DeletingOptions
{
    /// <summary>
    /// Orphans to repair, or sums of them, as Find-Orphan writes them. Default: all that the other options select.
    /// </summary>
    public IReadOnlyList<OrphanInput>? InputObject { get; init; }

    /// <summary>Referencing tables, as table or schema.table. Default: all.</summary>
    [Option(Position = 0, Wildcards = true, Completes = OptionNames.TableName)]
    public IReadOnlyList<string> Table { get; init; } = [];

    /// <summary>Referencing models, as app or app.model. Default: all.</summary>
    [Option(Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>Classes of reference. Default: all.</summary>
    public IReadOnlyList<ReferenceClass> Class { get; init; } = [];

    /// <summary>Names of references, as Get-Reference lists them. Default: all.</summary>
    [Option(Wildcards = true, Completes = OptionNames.ReferenceName)]
    public IReadOnlyList<string> Reference { get; init; } = [];

    /// <summary>
    /// More references without a foreign key, as table.column=target_table; their orphans count as history.
    /// </summary>
    public IReadOnlyList<string> SoftReference { get; init; } = [];

    /// <summary>Also repair history that outlives its target by design; -Action must be given.</summary>
    public bool IncludeExpected { get; init; }

    /// <summary>
    /// What to do with the orphans. Default: clear references that may be NULL; if there are others, list them and
    /// change nothing.
    /// </summary>
    public OrphanAction? Action { get; init; }

    /// <summary>Key of the row to reference, with -Action Repoint.</summary>
    [OnlyWith(nameof(Action), OrphanAction.Repoint)]
    public string? To { get; init; }

    /// <summary>
    /// Table to copy rows into, with -Action Quarantine. Default: dataops_quarantine in the schema of Django's tables.
    /// </summary>
    [OnlyWith(nameof(Action), OrphanAction.Quarantine)]
    public string? QuarantineTable { get; init; }

    /// <summary>
    /// What to do with rows that reference a deleted row when the model's on_delete is unknown (tables of removed
    /// apps).
    /// </summary>
    public OnDependent OnDependent { get; init; }

    /// <summary>
    /// Most orphans per transaction, for large repairs of a live site. Default: all in one transaction.
    /// </summary>
    [Range(1, int.MaxValue)]
    [NotWith(nameof(Action), OrphanAction.RecreateParent, OrphanAction.RebuildHalf, OrphanAction.PlainPage)]
    public int? BatchSize { get; init; }
}
