using System.Globalization;
using System.Numerics;

namespace DataOps.Core.Python.Evaluation;

/// <summary>A duration, datetime.timedelta.</summary>
internal static class TimeDelta
{
    private const long Second = 1_000_000;
    private const long Day = 86_400 * Second;
    private const int MostDays = 999_999_999;

    // Its parameters in order, and their microseconds.
    private static readonly (string Name, long Unit)[] s_parameters =
    [
        ("days", Day), ("seconds", Second), ("microseconds", 1), ("milliseconds", 1000), ("minutes", 60 * Second),
        ("hours", 3600 * Second), ("weeks", 7 * Day),
    ];

    /// <summary>
    /// A call of it as Python's str() writes the value: <c>2 days, 1:00:00</c>; null where it is not made of whole
    /// numbers, or is longer than Python allows.
    /// </summary>
    public static string? Text(CallValue call)
    {
        if (call.Arguments.Count > s_parameters.Length)
            return null;
        BigInteger microseconds = 0;
        foreach ((string name, PythonValue value) in
            s_parameters.Select(p => p.Name).Zip(call.Arguments).Concat(call.Keywords))
        {
            long unit = s_parameters.FirstOrDefault(p => p.Name == name).Unit;
            if (unit == 0 || value is not LiteralValue { Value: BigInteger number })
                return null;
            microseconds += number * unit;
        }
        BigInteger days = BigInteger.DivRem(microseconds, Day, out BigInteger rest);
        if (rest < 0)
            (days, rest) = (days - 1, rest + Day);
        if (BigInteger.Abs(days) > MostDays)
            return null;
        string time = TimeSpan.FromTicks((long)rest * TimeSpan.TicksPerMicrosecond).ToString(
            rest % Second == 0 ? @"h\:mm\:ss" : @"h\:mm\:ss\.ffffff", CultureInfo.InvariantCulture);
        return days.IsZero ? time : $"{days} day{(BigInteger.Abs(days).IsOne ? "" : "s")}, {time}";
    }
}
