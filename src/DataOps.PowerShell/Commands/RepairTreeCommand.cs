using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Trees;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>
/// Repairs trees and the columns that Wagtail derives from them; those of a pipeline in one transaction.
/// </summary>
[CmdletOf<RepairTree>]
[OutputType(typeof(RepairTreeResult), typeof(TableChangeSummary), typeof(RowChange))]
public sealed partial class RepairTreeCommand : ChangeCommand
{
    private readonly List<string> _tables = [];

    /// <inheritdoc/>
    protected override void Process(Session session) => _tables.AddRange(Table ?? []);

    /// <inheritdoc/>
    protected override void Finish(Session session)
    {
        if (IsEmptyPipeline(_tables))
            return;
        string[] tables = [.. _tables.Distinct()];
        string what = tables.Length == 0 ? "trees" : string.Join(", ", tables);
        Change(session, $"Repair {what} in", new RepairTree(), Options() with { Table = tables });
    }
}
