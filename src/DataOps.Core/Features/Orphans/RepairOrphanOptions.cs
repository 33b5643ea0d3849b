using DataOps.Core.Changes;
using DataOps.Core.Django.References;

namespace DataOps.Core.Features.Orphans;

/// <summary>What <see cref="RepairOrphan"/> repairs, and how. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed record RepairOrphanOptions : ChangeOptions
{
    /// <summary>The orphans, as Find-Orphan writes them, or its sums; all that the other options leave when absent, and none when it is empty.</summary>
    public IReadOnlyList<OrphanInput>? InputObject { get; init; }

    /// <summary>Tables that refer, as schema.table or table; all when empty.</summary>
    public IReadOnlyList<string> Table { get; init; } = [];

    /// <summary>Models that refer, as app or app.model; all when empty.</summary>
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>Classes of reference; all when empty.</summary>
    public IReadOnlyList<ReferenceClass> Class { get; init; } = [];

    /// <summary>Names of references, as Get-Reference shows them; all when empty.</summary>
    public IReadOnlyList<string> Reference { get; init; } = [];

    /// <summary>More references without a constraint, as table.column=target_table; an orphan there is taken for history.</summary>
    public IReadOnlyList<string> SoftReference { get; init; } = [];

    /// <summary>Also history that outlives its target by design (Wagtail's log entries); it needs Action too.</summary>
    public bool IncludeExpected { get; init; }

    /// <summary>What becomes of the orphans; by default references that may be NULL are cleared, and the others are listed, and nothing is changed.</summary>
    public OrphanAction? Action { get; init; }

    /// <summary>With Action Repoint, the key of the row to refer to.</summary>
    public string? To { get; init; }

    /// <summary>With Action Quarantine, the table to copy rows into, as schema.table or table; dataops_quarantine beside Django's tables when absent.</summary>
    public string? QuarantineTable { get; init; }

    /// <summary>What to do about rows that depend on rows to be deleted, where nothing tells what the application would do.</summary>
    public OnDependent OnDependent { get; init; }

    /// <summary>The most orphans in one transaction, for large work on a live site; all in one when absent.</summary>
    public int? BatchSize { get; init; }
}
