using System.Collections;
using System.Management.Automation;

namespace DataOps.PowerShell.Output;

/// <summary>
/// Lets a dataset's arguments be given as a hashtable, <c>@{ ids = 3, 4; since = (Get-Date) }</c>, and dates as dates.
/// </summary>
public sealed class DatasetArgumentTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
    {
        IDictionary named =>
            named.Cast<DictionaryEntry>().SelectMany(e => Values(e.Value).Select(v => $"{e.Key}={v}")).ToArray(),
        null => inputData!,
        { } values => Values(values).ToArray(),
    };

    private static IEnumerable<string> Values(object? value) =>
        (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => [],
        string text => [text],
        IEnumerable items => items.Cast<object?>().SelectMany(Values),
        { } single => [DefinitionSource.Text(single)],
    };
}
