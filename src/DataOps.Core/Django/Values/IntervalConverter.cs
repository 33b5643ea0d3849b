using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>
/// Intervals as Django's <c>duration_string()</c> writes them: <c>[-D ]HH:MM:SS[.ffffff]</c>, the time never negative;
/// read in
/// Django's own form, ISO 8601 and PostgreSQL's.
/// </summary>
/// <remarks>A month counts 30 days and a year 365, as the Python drivers have it.</remarks>
internal sealed partial class IntervalConverter(LossCount? losses) : PlainConverter(isQuoted: true, $"'0'", losses)
{
    // 50 hours come back as 2 days and 2 hours, and a month as 30 days.
    public override SqlText Updated(SqlText stored, SqlText given) =>
        $"""
        case when {stored} operator(pg_catalog.=) {given}
            and pg_catalog.date_trunc('month', {stored}) operator(pg_catalog.=) pg_catalog.date_trunc('month', {given})
          then {stored} else {given} end
        """;

    protected override void Write(ReadOnlySpan<byte> field, Utf8Output output)
    {
        (long microseconds, int days, int months) = Parts(field);
        if (IsInfinite(microseconds, days, months))
        {
            output.Write(days > 0 ? "infinity"u8 : "-infinity"u8);
            return;
        }
        (long timeDays, long time) = Math.DivRem(microseconds, TimeText.DayMicroseconds);
        if (time < 0)
            (timeDays, time) = (timeDays - 1, time + TimeText.DayMicroseconds);
        long allDays = days + timeDays + months / 12 * 365L + months % 12 * 30L;
        if (allDays != 0)
        {
            output.WriteInteger(allDays);
            output.WriteByte((byte)' ');
        }
        TimeText.WriteTime(time, 6, output);
    }

    protected override Loss LossOf(ReadOnlySpan<byte> field, bool isElement)
    {
        (long microseconds, int days, int months) = Parts(field);
        if (IsInfinite(microseconds, days, months))
            return Loss.NotInPython;
        // Python's own intervals have no months, and a time that is not negative and less than a day.
        return months != 0 || microseconds is < 0 or >= TimeText.DayMicroseconds ? Loss.InDays : Loss.None;
    }

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text)
    {
        string duration = Encoding.UTF8.GetString(given);
        if (DjangoForm().Match(duration) is { Success: true } match)
            return Write(ToDays(match), ToMicroseconds(match, match.Groups["sign"].Value), text);
        if (IsoForm().Match(duration) is { Success: true } iso && duration[^1] is not ('P' or 'T'))
        {
            decimal microseconds = ToDays(iso) * TimeText.DayMicroseconds + ToMicroseconds(iso, "");
            return Write(0, iso.Groups["sign"].Value == "-" ? -microseconds : microseconds, text);
        }
        if (!PostgresForm().IsMatch(duration) && duration is not ("infinity" or "-infinity"))
            return "not a duration";
        text.Write(given);
        return null;
    }

    private static (long Microseconds, int Days, int Months) Parts(ReadOnlySpan<byte> field) => (
        BinaryPrimitives.ReadInt64BigEndian(field),
        BinaryPrimitives.ReadInt32BigEndian(field[8..]),
        BinaryPrimitives.ReadInt32BigEndian(field[12..]));

    // PostgreSQL 17 and later.
    private static bool IsInfinite(long microseconds, int days, int months) =>
        (microseconds, days, months) is (long.MaxValue, int.MaxValue, int.MaxValue)
            or (long.MinValue, int.MinValue, int.MinValue);

    private static string? Write(decimal days, decimal microseconds, Utf8Output text)
    {
        // As Python's timedelta: 24 hours are a day.
        decimal wholeDays = decimal.Truncate(microseconds / TimeText.DayMicroseconds);
        decimal allDays = days + wholeDays;
        decimal rest = decimal.Truncate(microseconds - wholeDays * TimeText.DayMicroseconds);
        if (Math.Abs(allDays) > int.MaxValue)
            return "out of range for interval";
        decimal seconds = rest / 1_000_000m;
        text.WriteText(string.Create(CultureInfo.InvariantCulture, $"{allDays} days {seconds:0.000000} secs"));
        return null;
    }

    private static decimal ToDays(Match match) => Number(match, "days");

    private static decimal ToMicroseconds(Match match, string sign)
    {
        decimal seconds = Number(match, "hours") * 3600 + Number(match, "minutes") * 60 + Number(match, "seconds");
        decimal part = match.Groups["fraction"] is { Success: true } fraction
            ? decimal.Parse(fraction.Value.PadRight(6, '0'), CultureInfo.InvariantCulture)
            : 0;
        return (seconds * 1_000_000 + part) * (sign == "-" ? -1 : 1);
    }

    private static decimal Number(Match match, string group) => match.Groups[group] is { Success: true } found
        ? decimal.Parse(found.Value.Replace(',', '.'), CultureInfo.InvariantCulture)
        : 0;

    // So few digits keep the arithmetic exact, and PostgreSQL's interval holds no more days.
    [GeneratedRegex(
        @"^(?:(?<days>[-+]?[0-9]{1,10}) (?:days?,? )?)?(?<sign>[-+]?)"
        + @"(?:(?<hours>[0-9]{1,10}):(?=[0-9]+:[0-9]+))?(?:(?<minutes>[0-9]{1,10}):)?"
        + @"(?<seconds>[0-9]{1,12})(?:[.,](?<fraction>[0-9]{1,6})[0-9]{0,6})?\z")]
    private static partial Regex DjangoForm();

    [GeneratedRegex(
        @"^(?<sign>[-+]?)P(?:(?<days>[0-9]{1,10}(?:[.,][0-9]{1,9})?)D)?"
        + @"(?:T(?:(?<hours>[0-9]{1,10}(?:[.,][0-9]{1,9})?)H)?(?:(?<minutes>[0-9]{1,10}(?:[.,][0-9]{1,9})?)M)?"
        + @"(?:(?<seconds>[0-9]{1,12}(?:[.,][0-9]{1,9})?)S)?)?\z")]
    private static partial Regex IsoForm();

    [GeneratedRegex(
        @"^(?=.)(?:[-+]?[0-9]{1,9} "
        + @"(?:years?|mons?|months?|weeks?|days?|hours?|mins?|minutes?|secs?|seconds?)(?: |\z))*"
        + @"(?:[-+]?[0-9]{1,10}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?\z")]
    private static partial Regex PostgresForm();
}
