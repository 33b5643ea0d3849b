using DataOps.Core.Operations;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the names of references.</summary>
public sealed class ReferenceNameCompleter() : NameCompleter(OptionNames.ReferenceName);
