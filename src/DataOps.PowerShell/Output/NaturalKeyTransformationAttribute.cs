using System.Collections;
using System.Management.Automation;

namespace DataOps.PowerShell.Output;

/// <summary>
/// Lets natural keys be given as a hashtable, <c>@{ 'blog.author' = 'slug'; 'blog.post' = 'slug', 'author.slug' }</c>,
/// besides the command line's texts.
/// </summary>
public sealed class NaturalKeyTransformationAttribute : PairTransformationAttribute
{
    /// <inheritdoc/>
    protected override string Text(object? value) => value switch
    {
        null => "",
        string field => field,
        IEnumerable fields => string.Join('+', fields.Cast<object>()),
        object other => throw new ArgumentTransformationMetadataException($"{other} is not the name of a field."),
    };
}
