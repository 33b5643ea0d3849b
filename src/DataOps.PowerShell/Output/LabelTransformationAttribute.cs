using System.Collections;

namespace DataOps.PowerShell.Output;

/// <summary>
/// Lets the columns that name rows be given as a hashtable,
/// <c>@{ 'shop.product' = 'name', 'code'; 'auth.user' = $null }</c>, besides the command line's texts.
/// </summary>
public sealed class LabelTransformationAttribute : PairTransformationAttribute
{
    /// <inheritdoc/>
    protected override string Text(object? value) => value switch
    {
        string column => column,
        IEnumerable columns => string.Join(',', columns.Cast<object>()),
        _ => base.Text(value),
    };
}
