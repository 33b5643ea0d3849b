using DataOps.Core.Operations;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the names of sites, as host:port.</summary>
public sealed class SiteNameCompleter() : NameCompleter(OptionNames.SiteName);
