using System.Collections;
using System.Management.Automation;

namespace DataOps.PowerShell.Output;

/// <summary>Lets a key of several columns be given as a hashtable, <c>@{ order = 7; line = 2 }</c>.</summary>
public sealed class RowKeyTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => Unwrapped(inputData) switch
    {
        IDictionary key => DefinitionSource.Json(key, null),
        object?[] keys => Array.ConvertAll(keys, k => Unwrapped(k) is IDictionary key
            ? DefinitionSource.Json(key, null)
            : k),
        _ => inputData,
    };

    private static object? Unwrapped(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
