using System.Collections;
using System.Management.Automation;

namespace DataOps.PowerShell.Output;

/// <summary>Lets a definition be given as a hashtable, besides a file's path.</summary>
public sealed class DefinitionTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => inputData switch
    {
        PSObject { BaseObject: IDictionary wrapped } => DefinitionSource.Json(wrapped, null),
        IDictionary data => DefinitionSource.Json(data, null),
        _ => inputData,
    };
}
