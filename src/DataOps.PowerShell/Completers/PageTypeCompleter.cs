using DataOps.Core.Operations;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the models of pages.</summary>
public sealed class PageTypeCompleter() : NameCompleter(OptionNames.PageType);
