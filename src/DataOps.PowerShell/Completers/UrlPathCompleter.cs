using DataOps.Core.Features.Pages;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the url paths of pages; of the first few thousand only.</summary>
public sealed class UrlPathCompleter : NameCompleter
{
    private const int Most = 2000;

    /// <inheritdoc/>
    protected override IEnumerable<string> Read(Session session) =>
        new GetPage().Run(session, new GetPageOptions(), new OperationContext()).OfType<PageInfo>()
            .Select(p => p.UrlPath).Take(Most);
}
