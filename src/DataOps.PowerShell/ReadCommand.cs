using System.Management.Automation;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell;

/// <summary>A cmdlet that only reads, and takes nothing from the pipeline but databases.</summary>
public abstract class ReadCommand : DatabaseCommand
{
    /// <inheritdoc/>
    [Parameter(ParameterSetName = ByDatabase, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public override DatabaseSource[]? Database { get; set; }

    /// <inheritdoc/>
    protected override IReadOnlyList<DatabaseSource> Piped => MyInvocation.ExpectingInput ? Database ?? [] : [];
}
