using DataOps.Core.Operations;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the undo files in the folder for them.</summary>
public sealed class UndoFileCompleter() : NameCompleter(OptionNames.UndoFile);
