using System.Buffers.Binary;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Dates and times as Django's JSON encoder and Python's <c>isoformat()</c> write them.</summary>
internal static class TimeText
{
    private const long SecondMicroseconds = 1_000_000;
    private const long DayMicroseconds = 86_400 * SecondMicroseconds;

    public static void InstantMilliseconds(ReadOnlySpan<byte> field, Utf8Output output) => WriteTimestamp(field, 3, "Z"u8, "+00"u8, output);

    public static void InstantMicroseconds(ReadOnlySpan<byte> field, Utf8Output output) => WriteTimestamp(field, 6, "Z"u8, "+00"u8, output);

    public static void PythonInstant(ReadOnlySpan<byte> field, Utf8Output output) => WriteTimestamp(field, 6, "+00:00"u8, "+00"u8, output);

    public static void TimestampMilliseconds(ReadOnlySpan<byte> field, Utf8Output output) => WriteTimestamp(field, 3, [], [], output);

    public static void TimestampMicroseconds(ReadOnlySpan<byte> field, Utf8Output output) => WriteTimestamp(field, 6, [], [], output);

    public static void TimeMilliseconds(ReadOnlySpan<byte> field, Utf8Output output) => WriteTime(BinaryPrimitives.ReadInt64BigEndian(field), 3, output);

    public static void TimeMicroseconds(ReadOnlySpan<byte> field, Utf8Output output) => WriteTime(BinaryPrimitives.ReadInt64BigEndian(field), 6, output);

    public static void Date(ReadOnlySpan<byte> field, Utf8Output output)
    {
        int days = BinaryPrimitives.ReadInt32BigEndian(field);
        if (WriteInfinity(days == int.MaxValue, days == int.MinValue, output))
            return;
        CivilDate date = CivilDate.FromDays(days);
        WriteDate(date, output);
        WriteEra(date, output);
    }

    public static void TimeWithZone(ReadOnlySpan<byte> field, Utf8Output output)
    {
        WritePostgresTime(BinaryPrimitives.ReadInt64BigEndian(field), output);
        // Stored as seconds west of Greenwich.
        int west = BinaryPrimitives.ReadInt32BigEndian(field[sizeof(long)..]);
        int seconds = Math.Abs(west);
        output.WriteByte(west > 0 ? (byte)'-' : (byte)'+');
        output.WriteInteger(seconds / 3600, 2);
        if (seconds % 3600 == 0)
            return;
        output.WriteByte((byte)':');
        output.WriteInteger(seconds / 60 % 60, 2);
        if (seconds % 60 == 0)
            return;
        output.WriteByte((byte)':');
        output.WriteInteger(seconds % 60, 2);
    }

    /// <summary>Writes HH:MM:SS, and a fraction of so many digits unless there is none; what does not fit is cut off.</summary>
    public static void WriteTime(long microseconds, int digits, Utf8Output output)
    {
        Span<byte> text = output.Reserve(15);
        (int seconds, int fraction) = ((int)(microseconds / SecondMicroseconds), (int)(microseconds % SecondMicroseconds));
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

    private static void WriteTimestamp(ReadOnlySpan<byte> field, int digits, ReadOnlySpan<byte> zone, ReadOnlySpan<byte> postgresZone, Utf8Output output)
    {
        long microseconds = BinaryPrimitives.ReadInt64BigEndian(field);
        if (WriteInfinity(microseconds == long.MaxValue, microseconds == long.MinValue, output))
            return;
        (long days, long time) = Math.DivRem(microseconds, DayMicroseconds);
        if (time < 0)
            (days, time) = (days - 1, time + DayMicroseconds);
        CivilDate date = CivilDate.FromDays(days);
        WriteDate(date, output);
        if (date.IsOrdinary)
        {
            output.WriteByte((byte)'T');
            WriteTime(time, digits, output);
            output.Write(zone);
            return;
        }
        output.WriteByte((byte)' ');
        WritePostgresTime(time, output);
        output.Write(postgresZone);
        WriteEra(date, output);
    }

    private static void WriteDate(CivilDate date, Utf8Output output)
    {
        if (!date.IsOrdinary)
        {
            output.WriteInteger(date.Year > 0 ? date.Year : 1 - date.Year, 4);
            output.Write("-"u8);
            output.WriteInteger(date.Month, 2);
            output.Write("-"u8);
            output.WriteInteger(date.Day, 2);
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

    private static void WriteEra(CivilDate date, Utf8Output output)
    {
        if (date.Year <= 0)
            output.Write(" BC"u8);
    }

    // PostgreSQL leaves out a fraction's zeros at the end.
    private static void WritePostgresTime(long microseconds, Utf8Output output)
    {
        int digits = 6;
        for (long fraction = microseconds % SecondMicroseconds; digits > 0 && fraction % 10 == 0; fraction /= 10)
            digits--;
        WriteTime(microseconds, digits, output);
    }

    private static bool WriteInfinity(bool positive, bool negative, Utf8Output output)
    {
        if (positive || negative)
            output.Write(positive ? "infinity"u8 : "-infinity"u8);
        return positive || negative;
    }

    private static void PutTwo(int value, Span<byte> text)
    {
        text[1] = (byte)('0' + value % 10);
        text[0] = (byte)('0' + value / 10);
    }
}
