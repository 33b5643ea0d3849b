using System.Globalization;

namespace DataOps.Core.Files;

/// <summary>
/// Where an object stands in a file, in one number that is larger the later it stands: its line, and which of the
/// line's objects it is, as dumpdata writes all of them into one.
/// </summary>
internal readonly record struct FilePlace(long Line, long Object)
{
    private const int ObjectBits = 28;
    private const long LastObject = (1L << ObjectBits) - 1;

    /// <summary>The place as one number.</summary>
    public long Number => (Line << ObjectBits) | Math.Min(Object, LastObject);

    /// <summary>The place of a number.</summary>
    public static FilePlace Of(long number) => new(number >> ObjectBits, number & LastObject);

    /// <summary>The place of a number that a query has given as text.</summary>
    public static FilePlace Of(string number) => Of(long.Parse(number, CultureInfo.InvariantCulture));

    /// <summary>The place in words.</summary>
    public override string ToString() => Object > 1 ? $"line {Line}, object {Object}" : $"line {Line}";
}
