using System.Globalization;

namespace DataOps.Core.Django.Values;

/// <summary>
/// Times without a zone that come into a column of points in time: the zone that they are taken in, and their number.
/// </summary>
/// <param name="zone">The zone; UTC when null.</param>
internal sealed class NaiveTimes(TimeZoneInfo? zone)
{
    /// <summary>How many there were.</summary>
    public long Count { get; private set; }

    /// <summary>The zone of an IANA name.</summary>
    /// <exception cref="DataOpsException">This machine knows no such zone.</exception>
    public static TimeZoneInfo? Zone(string? name)
    {
        try
        {
            return name is null ? null : TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or ArgumentException)
        {
            throw new DataOpsException(
                ErrorIds.InvalidOption, FailureKind.InvalidArgument, $"-TimeZone: there is no time zone \"{name}\".",
                "Give the TIME_ZONE of the site's settings, as Europe/Zurich.", name, e);
        }
    }

    /// <summary>Counts a time, and tells its zone's offset from UTC.</summary>
    /// <param name="local">The time, as PostgreSQL writes it.</param>
    public TimeSpan Take(ReadOnlySpan<byte> local)
    {
        Count++;
        if (zone is null)
            return TimeSpan.Zero;
        Span<char> text = stackalloc char[local.Length];
        System.Text.Encoding.ASCII.GetChars(local, text);
        return DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime time)
            ? OffsetOf(zone, DateTime.SpecifyKind(time, DateTimeKind.Utc))
            : zone.BaseUtcOffset;
    }

    // As Python's zoneinfo with fold=0, which Django has: for a time that occurs twice or never, the offset before the
    // change counts.
    private static TimeSpan OffsetOf(TimeZoneInfo zone, DateTime time)
    {
        if (time.Year is 1 or 9999)
            return zone.GetUtcOffset(time);
        TimeSpan before = zone.GetUtcOffset(time.AddDays(-1));
        TimeSpan after = zone.GetUtcOffset(time.AddDays(1));
        bool isAfter = zone.GetUtcOffset(time - before) != before && zone.GetUtcOffset(time - after) == after;
        return isAfter ? after : before;
    }
}
