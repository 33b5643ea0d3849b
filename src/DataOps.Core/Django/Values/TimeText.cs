using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>
/// Parts of dates and times: written as Django's JSON encoder and Python's <c>isoformat()</c> do, read as ISO 8601 in
/// Django's
/// forms and in PostgreSQL's own for what Python lacks.
/// </summary>
internal static class TimeText
{
    /// <summary>Microseconds a day.</summary>
    public const long DayMicroseconds = 86_400 * SecondMicroseconds;

    /// <summary>Digits of a fraction of microseconds.</summary>
    public const int AllDigits = 6;

    private const long SecondMicroseconds = 1_000_000;
    private const int LargestYear = 294_276;

    /// <summary>The mark of a year before Christ.</summary>
    public static ReadOnlySpan<byte> BeforeChrist => " BC"u8;

    /// <summary>Digits of a fraction of this precision.</summary>
    public static int Digits(TimePrecision precision) => precision == TimePrecision.Millisecond ? 3 : AllDigits;

    /// <summary>Whether a time, of so many digits unless it is an element, is cut off.</summary>
    public static Loss LossOf(long microseconds, bool isElement, int digits) =>
        digits < AllDigits && !isElement && microseconds % 1000 != 0 ? Loss.CutTime : Loss.None;

    /// <summary>
    /// Writes HH:MM:SS, and a fraction of so many digits unless there is none; what does not fit is cut off.
    /// </summary>
    public static void WriteTime(long microseconds, int digits, Utf8Output output)
    {
        Span<byte> text = output.Reserve(15);
        int seconds = (int)(microseconds / SecondMicroseconds);
        int fraction = (int)(microseconds % SecondMicroseconds);
        PutTwo(seconds / 3600, text);
        text[2] = (byte)':';
        PutTwo(seconds / 60 % 60, text[3..]);
        text[5] = (byte)':';
        PutTwo(seconds % 60, text[6..]);
        output.Advance(8);
        if (fraction == 0)
            return;
        text[8] = (byte)'.';
        PutTwo(fraction / 10_000, text[9..]);
        PutTwo(fraction / 100 % 100, text[11..]);
        PutTwo(fraction % 100, text[13..]);
        output.Advance(1 + digits);
    }

    /// <summary>Writes a time as PostgreSQL does, which leaves out a fraction's zeros at the end.</summary>
    public static void WritePostgresTime(long microseconds, Utf8Output output)
    {
        int digits = 6;
        for (long fraction = microseconds % SecondMicroseconds; digits > 0 && fraction % 10 == 0; fraction /= 10)
            digits--;
        WriteTime(microseconds, digits, output);
    }

    /// <summary>Writes YYYY-MM-DD, also of a year before Christ.</summary>
    public static void WriteDate(CivilDate date, Utf8Output output)
    {
        if (!date.IsOrdinary)
        {
            WriteDate(date.Year > 0 ? date.Year : 1 - date.Year, date.Month, date.Day, output);
            return;
        }
        Span<byte> text = output.Reserve(10);
        PutTwo(date.Year / 100, text);
        PutTwo(date.Year % 100, text[2..]);
        text[4] = (byte)'-';
        PutTwo(date.Month, text[5..]);
        text[7] = (byte)'-';
        PutTwo(date.Day, text[8..]);
        output.Advance(10);
    }

    /// <summary>Writes the mark of a year before Christ.</summary>
    public static void WriteEra(CivilDate date, Utf8Output output)
    {
        if (date.Year <= 0)
            output.Write(BeforeChrist);
    }

    /// <summary>Writes PostgreSQL's word for a time without end; false when there is nothing to write.</summary>
    public static bool WriteInfinity(bool positive, bool negative, Utf8Output output)
    {
        if (positive || negative)
            output.Write(positive ? "infinity"u8 : "-infinity"u8);
        return positive || negative;
    }

    /// <summary>Copies PostgreSQL's word for a time without end; false when it is something else.</summary>
    public static bool CopyInfinity(ReadOnlySpan<byte> given, Utf8Output text)
    {
        bool isInfinity = given.SequenceEqual("infinity"u8) || given.SequenceEqual("-infinity"u8);
        if (isInfinity)
            text.Write(given);
        return isInfinity;
    }

    /// <summary>Reads a date of the calendar, up to the last year of PostgreSQL.</summary>
    public static bool ReadDate(ref TextCursor cursor, Utf8Output text)
    {
        if (!cursor.ReadNumber(4, 6, out int year) || !cursor.Skip("-"u8) || !cursor.ReadNumber(1, 2, out int month)
            || !cursor.Skip("-"u8) || !cursor.ReadNumber(1, 2, out int day))
            return false;
        // Leap years repeat every 400 years.
        if (year is 0 or > LargestYear || month is 0 or > 12 || day == 0)
            return false;
        int cycle = ((cursor.Rest.EndsWith(BeforeChrist) ? 1 - year : year) % 400 + 400) % 400;
        if (day > DateTime.DaysInMonth(cycle == 0 ? 400 : cycle, month))
            return false;
        WriteDate(year, month, day, text);
        return true;
    }

    /// <summary>Reads a time of a day, its seconds optional, and cuts it off at microseconds.</summary>
    /// <remarks>
    /// PostgreSQL rounds to microseconds and Django cuts off: a seventh digit must not reach the server.
    /// </remarks>
    public static bool ReadTime(ref TextCursor cursor, Utf8Output text)
    {
        int second = 0;
        int microseconds = 0;
        if (!cursor.ReadNumber(1, 2, out int hour) || !cursor.Skip(":"u8) || !cursor.ReadNumber(2, 2, out int minute))
            return false;
        if (cursor.Skip(":"u8) && (!cursor.ReadNumber(2, 2, out second) || !cursor.ReadFraction(out microseconds)))
            return false;
        bool isMidnight = hour == 24 && (minute, second, microseconds) is (0, 0, 0);
        if ((hour > 23 && !isMidnight) || minute > 59 || second > 59)
            return false;
        WriteTime(((hour * 60L + minute) * 60 + second) * 1_000_000 + microseconds, 6, text);
        return true;
    }

    /// <summary>Reads Z or a distance from UTC, or nothing.</summary>
    public static bool ReadZone(ref TextCursor cursor, Utf8Output text, out bool isShifted)
    {
        isShifted = false;
        TextCursor before = cursor;
        while (cursor.Skip(" "u8))
            continue;
        if (cursor.ReadOneOf("Zz"u8) != 0)
        {
            text.Write("+00"u8);
            return true;
        }
        byte sign = cursor.ReadOneOf("+-"u8);
        if (sign == 0)
        {
            // Nothing, or " BC".
            cursor = before;
            return true;
        }
        int minutes = 0;
        int seconds = 0;
        if (!cursor.ReadNumber(2, 2, out int hours) || hours > 15)
            return false;
        bool hasColon = cursor.Skip(":"u8);
        bool hasMinutes = hasColon || (!cursor.AtEnd && char.IsAsciiDigit((char)cursor.Rest[0]));
        if (hasMinutes && !cursor.ReadNumber(2, 2, out minutes))
            return false;
        if (hasColon && cursor.Skip(":"u8) && !cursor.ReadNumber(2, 2, out seconds))
            return false;
        if (minutes > 59 || seconds > 59)
            return false;
        isShifted = (hours, minutes, seconds) is not (0, 0, 0);
        TimeSpan offset = new(hours, minutes, seconds);
        WriteOffset(sign == '-' ? -offset : offset, text);
        return true;
    }

    /// <summary>Writes a distance from UTC.</summary>
    public static void WriteOffset(TimeSpan offset, Utf8Output text)
    {
        text.WriteByte(offset < TimeSpan.Zero ? (byte)'-' : (byte)'+');
        text.WriteInteger(Math.Abs(offset.Hours), 2);
        text.WriteByte((byte)':');
        text.WriteInteger(Math.Abs(offset.Minutes), 2);
        text.WriteByte((byte)':');
        text.WriteInteger(Math.Abs(offset.Seconds), 2);
    }

    /// <summary>Reads the mark of a year before Christ, or nothing.</summary>
    public static bool ReadEra(ref TextCursor cursor, Utf8Output text)
    {
        if (cursor.Skip(BeforeChrist))
            text.Write(BeforeChrist);
        return true;
    }

    private static void WriteDate(int year, int month, int day, Utf8Output output)
    {
        output.WriteInteger(year, 4);
        output.WriteByte((byte)'-');
        output.WriteInteger(month, 2);
        output.WriteByte((byte)'-');
        output.WriteInteger(day, 2);
    }

    private static void PutTwo(int value, Span<byte> text)
    {
        text[1] = (byte)('0' + value % 10);
        text[0] = (byte)('0' + value / 10);
    }
}

/// <summary>Reads a short text from left to right.</summary>
internal ref struct TextCursor(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    public readonly bool AtEnd => _rest.IsEmpty;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Reads one of these characters; 0 when something else stands here.</summary>
    public byte ReadOneOf(ReadOnlySpan<byte> characters)
    {
        if (_rest.IsEmpty || !characters.Contains(_rest[0]))
            return 0;
        byte found = _rest[0];
        _rest = _rest[1..];
        return found;
    }

    /// <summary>Skips this text if it stands here.</summary>
    public bool Skip(ReadOnlySpan<byte> expected)
    {
        if (!_rest.StartsWith(expected))
            return false;
        _rest = _rest[expected.Length..];
        return true;
    }

    /// <summary>Reads a whole number of so many digits.</summary>
    public bool ReadNumber(int fewest, int most, out int value)
    {
        value = 0;
        int digits = 0;
        while (digits < most && digits < _rest.Length && char.IsAsciiDigit((char)_rest[digits]))
            value = value * 10 + (_rest[digits++] - '0');
        _rest = _rest[digits..];
        return digits >= fewest;
    }

    /// <summary>
    /// Reads a fraction after a point or comma as microseconds; 0 when there is none. Further digits are cut off.
    /// </summary>
    public bool ReadFraction(out int microseconds)
    {
        microseconds = 0;
        if (ReadOneOf(".,"u8) == 0)
            return true;
        int digits = 0;
        for (; digits < _rest.Length && char.IsAsciiDigit((char)_rest[digits]); digits++)
        {
            if (digits < 6)
                microseconds = microseconds * 10 + (_rest[digits] - '0');
        }
        _rest = _rest[digits..];
        for (int i = digits; i < 6; i++)
            microseconds *= 10;
        return digits > 0;
    }
}

/// <summary>A day of the proleptic Gregorian calendar, beyond the years that .NET knows; year 0 is 1 BC.</summary>
internal readonly record struct CivilDate(int Year, int Month, int Day)
{
    private const int DaysPerEra = 146097;
    private const int DaysFromMarch0000To2000 = 730425;

    /// <summary>Whether Python and .NET have this date.</summary>
    public bool IsOrdinary => Year is >= 1 and <= 9999;

    /// <summary>The day that is so many days after 2000-01-01.</summary>
    public static CivilDate FromDays(long daysSince2000)
    {
        // Years counted from March, so that the leap day is a year's last (Howard Hinnant's days algorithm).
        long days = daysSince2000 + DaysFromMarch0000To2000;
        long era = Math.DivRem(days >= 0 ? days : days - (DaysPerEra - 1), DaysPerEra).Quotient;
        uint dayOfEra = (uint)(days - era * DaysPerEra);
        uint yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
        uint dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        uint monthFromMarch = (5 * dayOfYear + 2) / 153;
        int day = (int)(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1);
        int month = (int)(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9);
        return new CivilDate((int)(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month, day);
    }
}
