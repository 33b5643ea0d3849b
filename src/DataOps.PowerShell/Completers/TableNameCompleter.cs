using DataOps.Core.Operations;

namespace DataOps.PowerShell.Completers;

/// <summary>Completes the names of tables.</summary>
public sealed class TableNameCompleter() : NameCompleter(OptionNames.TableName);
