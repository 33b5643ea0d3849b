using DataOps.Core.Features.Databases;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the labels of apps, as content types have them.</summary>
public sealed class AppLabelCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Read(Session session) =>
        new GetModel().Run(session, new GetModelOptions(), new OperationContext()).Select(m => m.Model).OfType<string>()
            .Select(m => m[..m.IndexOf('.')]);
}
