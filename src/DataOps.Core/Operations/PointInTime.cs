using System.Globalization;
using System.Text.RegularExpressions;

namespace DataOps.Core.Operations;

/// <summary>A point in time as an option says it: a date with or without a time, or a span back from now.</summary>
internal static partial class PointInTime
{
    private static readonly string[] s_dates =
    [
        "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Reads it: ISO 8601, local without an offset; or 7d, 36h, 30m, or d.hh:mm:ss, from now.</summary>
    /// <param name="option">The option's name.</param>
    /// <param name="text">The text.</param>
    /// <param name="now">The time, in UTC.</param>
    /// <returns>The point in time, in UTC.</returns>
    /// <exception cref="DataOpsException"><c>InvalidOption</c>: it is none of these, or in the future.</exception>
    public static DateTime Parse(string option, string text, DateTime now)
    {
        DateTime? time = Span(text) is { } span ? now - span
            : DateTime.TryParseExact(
                text, s_dates, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeLocal | DateTimeStyles.AdjustToUniversal, out DateTime date) ? date
            : null;
        return time is { } past && past <= now ? past : throw OptionText.Wrong(
            option, $"\"{text}\"",
            time is null ? "Use a date as 2026-11-01 or 2026-11-01T03:00, or a span as 7d, 36h or 30m."
                : "Use a time in the past.");
    }

    private static TimeSpan? Span(string text)
    {
        if (Short().Match(text) is { Success: true } match && int.TryParse(match.Groups[1].Value, out int number))
            return match.Groups[2].Value switch
            {
                "d" => TimeSpan.FromDays(Math.Min(number, 100_000)),
                "h" => TimeSpan.FromHours(Math.Min(number, 24 * 100_000)),
                _ => TimeSpan.FromMinutes(number),
            };
        return text.Contains(':') && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out TimeSpan span)
            && span >= TimeSpan.Zero && span < TimeSpan.FromDays(100_000) ? span : null;
    }

    [GeneratedRegex("^([0-9]{1,9})(d|h|m)$")]
    private static partial Regex Short();
}
