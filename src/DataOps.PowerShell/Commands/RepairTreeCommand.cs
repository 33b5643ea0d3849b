using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Trees;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell.Commands;

/// <summary>Repairs trees, and what Wagtail derives from its pages' places; those of a pipeline all in one transaction.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "Tree", DefaultParameterSetName = ByDatabase, SupportsShouldProcess = true)]
[OutputType(typeof(RepairTreeResult), typeof(TableChangeSummary), typeof(RowChange))]
public sealed class RepairTreeCommand : UndoableCommand
{
    private readonly List<string> _tables = [];

    /// <summary>Tables that keep a tree, as schema.table or table.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TableNameCompleter))]
    public string[]? Table { get; set; }

    /// <summary>Models that keep a tree, as app or app.model.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? Model { get; set; }

    /// <summary>What becomes of nodes that are not connected to the tree.</summary>
    [Parameter]
    public OrphanNodes Orphan { get; set; }

    /// <summary>With -Orphan Reattach, the node to attach to: a key, or a page's url_path.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? To { get; set; }

    /// <summary>Close the gaps between siblings.</summary>
    [Parameter]
    public SwitchParameter Compact { get; set; }

    /// <summary>What becomes of pages of which a half is missing.</summary>
    [Parameter]
    public MissingSpecific MissingSpecific { get; set; }

    /// <summary>What becomes of slugs that two children of a page have.</summary>
    [Parameter]
    public DuplicateSlug DuplicateSlug { get; set; }

    /// <summary>Characters a step of treebeard's paths.</summary>
    [Parameter]
    [ValidateRange(1, 255)]
    public int? StepLength { get; set; }

    /// <summary>The alphabet of treebeard's paths.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Alphabet { get; set; }

    /// <summary>What to do about rows that depend on rows to be deleted.</summary>
    [Parameter]
    public OnDependent OnDependent { get; set; }

    /// <inheritdoc/>
    protected override void Process(Session session) => _tables.AddRange(Table ?? []);

    /// <inheritdoc/>
    protected override void Finish(Session session)
    {
        // A pipeline that delivered nothing asks for nothing, and not for everything.
        if (MyInvocation.ExpectingInput && _tables.Count == 0)
            return;
        string[] tables = [.. _tables.Distinct()];
        Change(session, $"Repair {(tables.Length == 0 ? "trees" : string.Join(", ", tables))} in", new RepairTree(), whatIf => new RepairTreeOptions
        {
            Table = tables,
            Model = Model ?? [],
            Orphan = Orphan,
            To = To,
            Compact = Compact,
            MissingSpecific = MissingSpecific,
            DuplicateSlug = DuplicateSlug,
            StepLength = StepLength,
            Alphabet = Alphabet,
            OnDependent = OnDependent,
            Detailed = Detailed,
            UndoPath = UndoFile,
            NoUndo = NoUndo,
            WhatIf = whatIf,
        });
    }
}
