using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace DataOps.PowerShell.Output;

/// <summary>
/// Lets pairs be given as a hashtable, <c>@{ new_keywords = 'keywords'; explicit = 1 }</c>, besides the command line's
/// texts.
/// </summary>
public class PairTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject { BaseObject: IDictionary wrapped } ? wrapped : inputData as IDictionary) is { } pairs
            ? pairs.Cast<DictionaryEntry>().Select(
                e => $"{e.Key}={Text(e.Value is PSObject value ? value.BaseObject : e.Value)}").ToArray()
            : inputData;

    /// <summary>A value as the command line writes it.</summary>
    protected virtual string Text(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        DateTime time => time.ToString("o", CultureInfo.InvariantCulture),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
    };
}
