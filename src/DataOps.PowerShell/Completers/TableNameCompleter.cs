using DataOps.Core;
using DataOps.Core.Catalog;
using DataOps.Core.Connections;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the names of tables.</summary>
public sealed class TableNameCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Read(Session session) =>
        new GetModel().Run(session, new GetModelOptions(), new OperationContext()).Select(m => m.Table).OfType<string>();
}
