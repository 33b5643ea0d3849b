using DataOps.Core.Features.Databases;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the names of tables.</summary>
public sealed class TableNameCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Read(Session session) =>
        new GetModel().Run(session, new GetModelOptions(), new OperationContext())
            .Select(m => m.Table).OfType<string>();
}
