using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>How dates and times are read: ISO 8601 as Django takes it, and what <see cref="TimeText"/> writes for values that Python lacks.</summary>
internal static class TimeRules
{
    private const int LargestYear = 294_276;

    public static string? Date(ReadOnlySpan<byte> given, Utf8Output text)
    {
        if (WriteInfinity(given, text))
            return null;
        TextCursor cursor = new(given);
        return TryDate(ref cursor, text) && TryEra(ref cursor, text) && cursor.AtEnd ? null : "not a date";
    }

    public static string? Time(ReadOnlySpan<byte> given, Utf8Output text)
    {
        TextCursor cursor = new(given);
        return TryTime(ref cursor, text) && cursor.AtEnd ? null : "not a time";
    }

    public static string? TimeWithZone(ReadOnlySpan<byte> given, Utf8Output text)
    {
        TextCursor cursor = new(given);
        return TryTime(ref cursor, text) && TryZone(ref cursor, text, out _) && cursor.AtEnd ? null : "not a time";
    }

    /// <summary>A point in time; without a zone it is taken as UTC.</summary>
    public static string? Instant(ReadOnlySpan<byte> given, Utf8Output text) => Moment(given, text, out _);

    /// <summary>A time without a zone; UTC's mark is dropped, any other zone is refused because PostgreSQL would drop it silently.</summary>
    public static string? Timestamp(ReadOnlySpan<byte> given, Utf8Output text) =>
        Moment(given, text, out bool shifted) ?? (shifted ? "has a time zone, which the column cannot hold" : null);

    private static string? Moment(ReadOnlySpan<byte> given, Utf8Output text, out bool shifted)
    {
        shifted = false;
        if (WriteInfinity(given, text))
            return null;
        TextCursor cursor = new(given);
        bool isDate = TryDate(ref cursor, text);
        if (isDate && !cursor.AtEnd && !cursor.Rest.StartsWith(" BC"u8))
        {
            text.WriteByte((byte)' ');
            isDate = cursor.OneOf("Tt "u8) != 0 && TryTime(ref cursor, text) && TryZone(ref cursor, text, out shifted);
        }
        return isDate && TryEra(ref cursor, text) && cursor.AtEnd ? null : "not a date and time";
    }

    private static bool TryDate(ref TextCursor cursor, Utf8Output text)
    {
        if (!cursor.Number(4, 6, out int year) || !cursor.Take("-"u8) || !cursor.Number(1, 2, out int month) || !cursor.Take("-"u8)
            || !cursor.Number(1, 2, out int day))
            return false;
        // Leap years repeat every 400 years.
        if (year is 0 or > LargestYear || month is 0 or > 12 || day == 0)
            return false;
        int cycle = ((cursor.Rest.EndsWith(" BC"u8) ? 1 - year : year) % 400 + 400) % 400;
        if (day > DateTime.DaysInMonth(cycle == 0 ? 400 : cycle, month))
            return false;
        text.WriteInteger(year, 4);
        text.WriteByte((byte)'-');
        text.WriteInteger(month, 2);
        text.WriteByte((byte)'-');
        text.WriteInteger(day, 2);
        return true;
    }

    // PostgreSQL rounds to microseconds and Django cuts off: a seventh digit must not reach the server.
    private static bool TryTime(ref TextCursor cursor, Utf8Output text)
    {
        int second = 0;
        int microseconds = 0;
        if (!cursor.Number(1, 2, out int hour) || !cursor.Take(":"u8) || !cursor.Number(2, 2, out int minute))
            return false;
        if (cursor.Take(":"u8) && (!cursor.Number(2, 2, out second) || !cursor.Fraction(out microseconds)))
            return false;
        bool isMidnight = hour == 24 && (minute, second, microseconds) is (0, 0, 0);
        if ((hour > 23 && !isMidnight) || minute > 59 || second > 59)
            return false;
        TimeText.WriteTime(((hour * 60L + minute) * 60 + second) * 1_000_000 + microseconds, 6, text);
        return true;
    }

    private static bool TryZone(ref TextCursor cursor, Utf8Output text, out bool shifted)
    {
        shifted = false;
        TextCursor before = cursor;
        while (cursor.Take(" "u8))
            continue;
        if (cursor.OneOf("Zz"u8) != 0)
        {
            text.Write("+00"u8);
            return true;
        }
        byte sign = cursor.OneOf("+-"u8);
        if (sign == 0)
        {
            // Nothing, or " BC".
            cursor = before;
            return true;
        }
        int minutes = 0;
        int seconds = 0;
        if (!cursor.Number(2, 2, out int hours) || hours > 15)
            return false;
        bool hasColon = cursor.Take(":"u8);
        if ((hasColon || (!cursor.AtEnd && char.IsAsciiDigit((char)cursor.Rest[0]))) && !cursor.Number(2, 2, out minutes))
            return false;
        if (hasColon && cursor.Take(":"u8) && !cursor.Number(2, 2, out seconds))
            return false;
        if (minutes > 59 || seconds > 59)
            return false;
        shifted = (hours, minutes, seconds) is not (0, 0, 0);
        text.WriteByte(sign);
        text.WriteInteger(hours, 2);
        text.WriteByte((byte)':');
        text.WriteInteger(minutes, 2);
        text.WriteByte((byte)':');
        text.WriteInteger(seconds, 2);
        return true;
    }

    private static bool TryEra(ref TextCursor cursor, Utf8Output text)
    {
        if (cursor.Take(" BC"u8))
            text.Write(" BC"u8);
        return true;
    }

    private static bool WriteInfinity(ReadOnlySpan<byte> given, Utf8Output text)
    {
        bool isInfinity = given.SequenceEqual("infinity"u8) || given.SequenceEqual("-infinity"u8);
        if (isInfinity)
            text.Write(given);
        return isInfinity;
    }
}
