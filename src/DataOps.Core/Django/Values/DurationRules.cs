using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>How durations are read: Django's own form, ISO 8601, PostgreSQL's.</summary>
internal static partial class DurationRules
{
    private const decimal DayMicroseconds = 86_400_000_000m;

    public static string? Interval(ReadOnlySpan<byte> given, Utf8Output text)
    {
        string duration = Encoding.UTF8.GetString(given);
        if (Django().Match(duration) is { Success: true } match)
            return Write(ToDays(match), ToMicroseconds(match, match.Groups["sign"].Value), text);
        if (Iso().Match(duration) is { Success: true } iso && duration[^1] is not ('P' or 'T'))
            return Write(0, (ToDays(iso) * DayMicroseconds + ToMicroseconds(iso, "")) * (iso.Groups["sign"].Value == "-" ? -1 : 1), text);
        if (!Postgres().IsMatch(duration) && duration is not ("infinity" or "-infinity"))
            return "not a duration";
        text.Write(given);
        return null;
    }

    private static string? Write(decimal days, decimal microseconds, Utf8Output text)
    {
        // As Python's timedelta: 24 hours are a day.
        decimal wholeDays = decimal.Truncate(microseconds / DayMicroseconds);
        decimal allDays = days + wholeDays;
        decimal rest = decimal.Truncate(microseconds - wholeDays * DayMicroseconds);
        if (Math.Abs(allDays) > int.MaxValue)
            return "out of range for interval";
        text.WriteText(string.Create(CultureInfo.InvariantCulture, $"{allDays} days {rest / 1_000_000m:0.000000} secs"));
        return null;
    }

    private static decimal ToDays(Match match) => Number(match, "days");

    private static decimal ToMicroseconds(Match match, string sign)
    {
        decimal seconds = Number(match, "hours") * 3600 + Number(match, "minutes") * 60 + Number(match, "seconds");
        decimal microseconds = match.Groups["fraction"] is { Success: true } fraction
            ? decimal.Parse(fraction.Value.PadRight(6, '0'), CultureInfo.InvariantCulture)
            : 0;
        return (seconds * 1_000_000 + microseconds) * (sign == "-" ? -1 : 1);
    }

    private static decimal Number(Match match, string group) =>
        match.Groups[group] is { Success: true } found ? decimal.Parse(found.Value.Replace(',', '.'), CultureInfo.InvariantCulture) : 0;

    // So few digits keep the arithmetic exact, and PostgreSQL's interval holds no more days.
    [GeneratedRegex(
        @"^(?:(?<days>[-+]?[0-9]{1,10}) (?:days?,? )?)?(?<sign>[-+]?)"
        + @"(?:(?<hours>[0-9]{1,10}):(?=[0-9]+:[0-9]+))?(?:(?<minutes>[0-9]{1,10}):)?(?<seconds>[0-9]{1,12})(?:[.,](?<fraction>[0-9]{1,6})[0-9]{0,6})?\z")]
    private static partial Regex Django();

    [GeneratedRegex(
        @"^(?<sign>[-+]?)P(?:(?<days>[0-9]{1,10}(?:[.,][0-9]{1,9})?)D)?"
        + @"(?:T(?:(?<hours>[0-9]{1,10}(?:[.,][0-9]{1,9})?)H)?(?:(?<minutes>[0-9]{1,10}(?:[.,][0-9]{1,9})?)M)?"
        + @"(?:(?<seconds>[0-9]{1,12}(?:[.,][0-9]{1,9})?)S)?)?\z")]
    private static partial Regex Iso();

    [GeneratedRegex(
        @"^(?=.)(?:[-+]?[0-9]{1,9} (?:years?|mons?|months?|weeks?|days?|hours?|mins?|minutes?|secs?|seconds?)(?: |\z))*"
        + @"(?:[-+]?[0-9]{1,10}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?\z")]
    private static partial Regex Postgres();
}
