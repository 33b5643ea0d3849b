namespace DataOps.PowerShell;

/// <summary>
/// Makes a class the cmdlet of an operation: its name, its parameters and <c>Options()</c> are written at build time,
/// except for parameters that the class declares itself.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CmdletOfAttribute<TOperation> : Attribute;
