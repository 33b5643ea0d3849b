using System.Buffers.Binary;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Intervals as Django's <c>duration_string()</c> writes them: <c>[-D ]HH:MM:SS[.ffffff]</c>, the time never negative.</summary>
/// <remarks>A month counts 30 days and a year 365, as the Python drivers have it.</remarks>
internal static class DurationText
{
    private const long DayMicroseconds = 86_400_000_000;

    public static void Write(ReadOnlySpan<byte> field, Utf8Output output)
    {
        long microseconds = BinaryPrimitives.ReadInt64BigEndian(field);
        int days = BinaryPrimitives.ReadInt32BigEndian(field[8..]);
        int months = BinaryPrimitives.ReadInt32BigEndian(field[12..]);
        if (IsInfinite(microseconds, days, months))
        {
            output.Write(days > 0 ? "infinity"u8 : "-infinity"u8);
            return;
        }
        (long timeDays, long time) = Math.DivRem(microseconds, DayMicroseconds);
        if (time < 0)
            (timeDays, time) = (timeDays - 1, time + DayMicroseconds);
        long allDays = days + timeDays + months / 12 * 365L + months % 12 * 30L;
        if (allDays != 0)
        {
            output.WriteInteger(allDays);
            output.WriteByte((byte)' ');
        }
        TimeText.WriteTime(time, 6, output);
    }

    /// <summary>Whether these parts mean infinity, as they can from PostgreSQL 17 on.</summary>
    public static bool IsInfinite(long microseconds, int days, int months) =>
        (microseconds, days, months) is (long.MaxValue, int.MaxValue, int.MaxValue) or (long.MinValue, int.MinValue, int.MinValue);
}
