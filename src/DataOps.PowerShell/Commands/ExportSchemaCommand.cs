using System.Management.Automation;
using DataOps.Core.Features.Schema;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Writes the schema of a site as JSON.</summary>
[CmdletOf<ExportSchema>]
[OutputType(typeof(ExportSchemaResult))]
public sealed partial class ExportSchemaCommand : DatabaseCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Emit(session, new ExportSchema(), Options());
}
