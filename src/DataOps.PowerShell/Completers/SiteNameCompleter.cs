using DataOps.Core.Features.Pages;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the names of sites, as host:port.</summary>
public sealed class SiteNameCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Read(Session session) => GetPage.SiteNames(session);
}
