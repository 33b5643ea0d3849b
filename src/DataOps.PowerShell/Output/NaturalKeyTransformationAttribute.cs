using System.Collections;
using System.Management.Automation;

namespace DataOps.PowerShell.Output;

/// <summary>
/// Lets natural keys be given as a hashtable, <c>@{ 'blog.author' = 'slug'; 'blog.post' = 'slug', 'author.slug' }</c>, besides the command line's texts.
/// </summary>
public sealed class NaturalKeyTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject { BaseObject: IDictionary wrapped } ? wrapped : inputData as IDictionary) is { } keys
            ? keys.Cast<DictionaryEntry>().Select(e => $"{e.Key}={Fields(e.Value)}").ToArray()
            : inputData;

    private static string Fields(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => "",
        string field => field,
        IEnumerable fields => string.Join('+', fields.Cast<object>()),
        object other => throw new ArgumentTransformationMetadataException($"{other} is not the name of a field."),
    };
}
