using DataOps.Core.Operations;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the url paths of pages; of the first few thousand only.</summary>
public sealed class UrlPathCompleter() : NameCompleter(OptionNames.UrlPath);
