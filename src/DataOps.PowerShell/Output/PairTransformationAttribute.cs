using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace DataOps.PowerShell.Output;

/// <summary>Lets pairs be given as a hashtable, <c>@{ new_keywords = 'keywords'; explicit = 1 }</c>, besides the command line's texts.</summary>
public sealed class PairTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject { BaseObject: IDictionary wrapped } ? wrapped : inputData as IDictionary) is { } pairs
            ? pairs.Cast<DictionaryEntry>().Select(e => $"{e.Key}={Text(e.Value)}").ToArray()
            : inputData;

    private static string Text(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        bool flag => flag ? "true" : "false",
        DateTime time => time.ToString("o", CultureInfo.InvariantCulture),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
    };
}
