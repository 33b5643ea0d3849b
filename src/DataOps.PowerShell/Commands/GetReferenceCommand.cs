using System.Management.Automation;
using DataOps.Core.Features.Databases;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Commands;

/// <summary>
/// Lists the references between tables: foreign keys, generic, soft, embedded and implied references, inheritance,
/// trees.
/// </summary>
[CmdletOf<GetReference>]
[OutputType(typeof(ReferenceInfo), typeof(string))]
public sealed partial class GetReferenceCommand : InputCommand
{
    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        if (As is not null)
            Emit(
                context => new GetReference().Run(session, Options(), context),
                graph => WriteObject(((IScriptLine)graph).Text));
        else
            EmitOnce(session, new GetReference(), Options());
    }
}
