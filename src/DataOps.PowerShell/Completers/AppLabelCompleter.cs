using DataOps.Core.Operations;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the labels of apps, as content types have them.</summary>
public sealed class AppLabelCompleter() : NameCompleter(OptionNames.AppLabel);
