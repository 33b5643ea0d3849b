using DataOps.Core;
using DataOps.Core.Catalog;
using DataOps.Core.Connections;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the names of references.</summary>
public sealed class ReferenceNameCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Read(Session session) =>
        new GetReference().Run(session, new GetReferenceOptions(), new OperationContext()).Select(r => r.Reference);
}
