using System.Management.Automation;
using DataOps.Core.Features.Schema;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>Compares the schema of a database with the one that is expected.</summary>
[CmdletOf<CompareSchema>]
[OutputType(typeof(SchemaDifference))]
public sealed partial class CompareSchemaCommand : DatabaseCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session) => Emit(session, new CompareSchema(), Options());

    /// <inheritdoc/>
    protected override void ProcessOffline() =>
        Emit(context => new CompareSchema().RunOffline(Options(), context), d => WriteObject(d));
}
