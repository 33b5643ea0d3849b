using DataOps.Core.Features.Databases;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the names of references.</summary>
public sealed class ReferenceNameCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Read(Session session) =>
        new GetReference().Run(session, new GetReferenceOptions(), new OperationContext()).Select(r => r.Reference);
}
