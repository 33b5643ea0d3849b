using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Django.References;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell.Commands;

/// <summary>Repairs rows whose reference has no target; those of a pipeline all in one transaction.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "Orphan", DefaultParameterSetName = ByDatabase, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RepairOrphanResult), typeof(OrphanPlan), typeof(TableChangeSummary), typeof(RowChange))]
public sealed class RepairOrphanCommand : UndoableCommand
{
    private readonly List<OrphanInput> _orphans = [];

    /// <summary>Tables that refer, as schema.table or table.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TableNameCompleter))]
    public string[]? Table { get; set; }

    /// <summary>Models that refer, as app or app.model.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? Model { get; set; }

    /// <summary>Classes of reference.</summary>
    [Parameter]
    public ReferenceClass[]? Class { get; set; }

    /// <summary>Names of references.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ReferenceNameCompleter))]
    public string[]? Reference { get; set; }

    /// <summary>More references without a constraint, as table.column=target_table.</summary>
    [Parameter]
    public string[]? SoftReference { get; set; }

    /// <summary>Also history that outlives its target by design.</summary>
    [Parameter]
    public SwitchParameter IncludeExpected { get; set; }

    /// <summary>What becomes of the orphans.</summary>
    [Parameter]
    public OrphanAction? Action { get; set; }

    /// <summary>With -Action Repoint, the key of the row to refer to.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? To { get; set; }

    /// <summary>With -Action Quarantine, the table to copy rows into.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? QuarantineTable { get; set; }

    /// <summary>What to do about rows that depend on rows to be deleted.</summary>
    [Parameter]
    public OnDependent OnDependent { get; set; }

    /// <summary>The most orphans in one transaction.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? BatchSize { get; set; }

    // One orphan of another database refuses them all: they are one change.
    /// <inheritdoc/>
    protected override bool TakesOtherDatabases => true;

    /// <inheritdoc/>
    protected override IEnumerable<string> NamesTaken() => [nameof(Reference)];

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        if (InputObject is not { } input)
            return;
        string? Text(string property) => input.Properties[property]?.Value?.ToString();
        _orphans.Add(new OrphanInput
        {
            Server = Text(nameof(OrphanInput.Server)),
            Database = Text(nameof(OrphanInput.Database)),
            Table = Text(nameof(OrphanInput.Table)),
            Key = Text(nameof(OrphanInput.Key)),
            Value = Text(nameof(OrphanInput.Value)),
            Reference = Text(nameof(OrphanInput.Reference)),
        });
    }

    /// <inheritdoc/>
    protected override void Finish(Session session)
    {
        // A pipeline that delivered nothing asks for nothing, and not for everything.
        bool isPiped = MyInvocation.ExpectingInput;
        string what = isPiped ? $"{_orphans.Count} orphans" : "orphans";
        Change(session, $"Repair {what}{(Action is { } action ? $" ({action})" : "")} in", new RepairOrphan(), whatIf => new RepairOrphanOptions
        {
            InputObject = isPiped ? _orphans : null,
            Table = Table ?? [],
            Model = Model ?? [],
            Class = Class ?? [],
            Reference = Reference ?? [],
            SoftReference = SoftReference ?? [],
            IncludeExpected = IncludeExpected,
            Action = Action,
            To = To,
            QuarantineTable = QuarantineTable,
            OnDependent = OnDependent,
            BatchSize = BatchSize,
            Detailed = Detailed,
            UndoPath = UndoFile,
            NoUndo = NoUndo,
            WhatIf = whatIf,
        });
    }
}
