using DataOps.Core.Operations;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the names of models, as app_label.model.</summary>
public sealed class ModelNameCompleter() : NameCompleter(OptionNames.ModelName);
