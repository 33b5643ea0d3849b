using System.Globalization;
using System.Management.Automation;

namespace DataOps.PowerShell.Output;

/// <summary>
/// Lets a point in time be given as a date or a span of PowerShell's, besides the command line's texts.
/// </summary>
public sealed class TimeTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
    {
        DateTime date => DefinitionSource.Text(date),
        DateTimeOffset date => DefinitionSource.Text(date.UtcDateTime),
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        _ => inputData,
    };
}
