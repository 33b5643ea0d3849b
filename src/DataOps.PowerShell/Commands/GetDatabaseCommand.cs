using System.Management.Automation;
using DataOps.Core.Features.Databases;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Says what there is to know about a database before working on it.</summary>
[CmdletOf<GetDatabase>]
[OutputType(typeof(DatabaseInfo))]
public sealed partial class GetDatabaseCommand : DatabaseCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Emit(session, new GetDatabase(), Options());
}
