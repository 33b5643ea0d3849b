using System.Management.Automation;
using DataOps.Core.Features.Databases;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Shows server, size, encoding and migrations of a database, and the privileges of the role.</summary>
[CmdletOf<GetDatabase>]
[OutputType(typeof(DatabaseInfo))]
public sealed partial class GetDatabaseCommand : ReadCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Emit(session, new GetDatabase(), Options());
}
