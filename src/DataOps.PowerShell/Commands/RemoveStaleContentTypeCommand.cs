using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Commands;

/// <summary>Deletes stale content types and permissions with their dependent rows.</summary>
[CmdletOf<RemoveStaleContentType>]
[OutputType(typeof(RemovalResult), typeof(TableChangeSummary), typeof(GrantChange), typeof(RowChange))]
public sealed partial class RemoveStaleContentTypeCommand : ChangeCommand
{
    private readonly StaleContentTypeInput _input = new();

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        if (InputObject is null)
            Remove(session, Options());
        else
            _input.Take(InputObject, Model ?? [], Force);
    }

    /// <inheritdoc/>
    protected override void Finish(Session session)
    {
        // All objects of the pipeline go in one transaction, with one undo file.
        foreach (string left in _input.Left)
            WriteWarning(left);
        if (_input.IsEmpty)
            return;
        RemoveStaleContentTypeOptions options = Options();
        Remove(session, options with
        {
            Model = [],
            StaleModel = [.. _input.Models, .. options.StaleModel],
            StalePermission = [.. _input.Permissions, .. options.StalePermission],
        });
    }

    private void Remove(Session session, RemoveStaleContentTypeOptions options) =>
        Change(session, "Remove stale content types from", new RemoveStaleContentType(), options);
}
