using System.Globalization;

namespace DataOps.Core.Features.Backups;

/// <summary>
/// How many backups of a site stay, as restic's forget has it: each rule keeps the newest of each of so many periods
/// that have one, and the oldest backup of all while it has some left; what one rule keeps, stays.
/// </summary>
/// <remarks>https://restic.readthedocs.io/en/stable/060_forget.html#removing-snapshots-according-to-a-policy</remarks>
internal sealed class Retention(RemoveBackupOptions options)
{
    private readonly (string Name, int Count, Func<DateTime, string> Period)[] _rules =
    [
        .. new (string Name, int? Count, Func<DateTime, string> Period)[]
        {
            ("last", options.KeepLast, t => ""),
            ("daily", options.KeepDaily, t => t.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            ("weekly", options.KeepWeekly, t => $"{ISOWeek.GetYear(t)}-W{ISOWeek.GetWeekOfYear(t):00}"),
            ("monthly", options.KeepMonthly, t => t.ToString("yyyy-MM", CultureInfo.InvariantCulture)),
            ("yearly", options.KeepYearly, t => t.ToString("yyyy", CultureInfo.InvariantCulture)),
        }.Where(r => r.Count > 0).Select(r => (r.Name, r.Count!.Value, r.Period)),
    ];

    /// <summary>The backups of one site, the newest first, with why each stays; null where none says so.</summary>
    /// <param name="backups">Its backups.</param>
    public IEnumerable<(SiteBackup Backup, string? Why)> Decide(IEnumerable<SiteBackup> backups)
    {
        // Rows of one moment are one backup, under several names: links, copies, a folder that has two paths.
        SiteBackup[][] all =
            [.. backups.GroupBy(b => b.Created).OrderByDescending(g => g.Key).Select(g => g.ToArray())];
        int[] left = [.. _rules.Select(r => r.Count)];
        string?[] before = new string?[_rules.Length];
        for (int i = 0; i < all.Length; i++)
        {
            List<string> why = [];
            // Of the people who look for "the one of Monday", not of the server.
            DateTime time = DateTime.SpecifyKind(all[i][0].Created, DateTimeKind.Utc).ToLocalTime();
            for (int r = 0; r < _rules.Length; r++)
            {
                string period = _rules[r].Period(time);
                bool isNew = period != before[r] || period.Length == 0;
                if (left[r] == 0 || !(isNew || i == all.Length - 1))
                    continue;
                before[r] = period;
                left[r]--;
                why.Add(period.Length == 0 ? _rules[r].Name
                    : isNew ? $"{_rules[r].Name} {period}" : $"{_rules[r].Name} (oldest)");
            }
            foreach (SiteBackup backup in all[i].OrderBy(b => b.Path, StringComparer.Ordinal))
                yield return (backup, why.Count > 0 ? string.Join(", ", why) : null);
        }
    }
}
