using System.Management.Automation;
using DataOps.Core.Features.Schema.Duplicates;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Finds rows that are equal in columns which have to be unique.</summary>
[CmdletOf<FindDuplicate>]
[OutputType(typeof(DuplicateGroup))]
public sealed partial class FindDuplicateCommand : InputCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => EmitOnce(session, new FindDuplicate(), Options());
}
