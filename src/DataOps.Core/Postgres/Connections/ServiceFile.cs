namespace DataOps.Core.Postgres.Connections;

/// <summary>libpq's pg_service.conf: sections of keyword = value lines.</summary>
internal static class ServiceFile
{
    /// <summary>Reads a service's settings from the first file that has it.</summary>
    /// <exception cref="DataOpsException">No file has it.</exception>
    public static IReadOnlyDictionary<string, string> Read(string service)
    {
        string[] files = Candidates().Where(File.Exists).ToArray();
        return files.Select(f => Section(f, service)).FirstOrDefault(s => s is not null)
            ?? throw new DataOpsException(
                ErrorIds.UnknownService,
                FailureKind.NotFound,
                files.Length == 0
                    ? $"There is no service \"{service}\": no pg_service.conf was found."
                    : $"There is no service \"{service}\" in {string.Join(" or ", files)}.",
                "PGSERVICEFILE names the file; else it is ~/.pg_service.conf, then pg_service.conf in PGSYSCONFDIR.",
                service);
    }

    /// <summary>
    /// The description of a service's site: <c>service.site.json</c> in the folder of the first file that has the
    /// service. Null where there is none.
    /// </summary>
    public static string? SiteOf(string service)
    {
        if (service.IndexOfAny(['/', '\\']) >= 0
            || Candidates().Where(File.Exists).FirstOrDefault(f => Section(f, service) is not null) is not { } file)
            return null;
        string site = Path.Join(Path.GetDirectoryName(Path.GetFullPath(file)), $"{service}.site.json");
        return File.Exists(site) ? site : null;
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("PGSERVICEFILE") is { Length: > 0 } named)
            yield return named;
        yield return OperatingSystem.IsWindows()
            ? Path.Join(
                Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "postgresql", ".pg_service.conf")
            : Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pg_service.conf");
        foreach (string? folder in new[] { Environment.GetEnvironmentVariable("PGSYSCONFDIR"), "/etc/postgresql-common",
            "/etc" })
            if (!string.IsNullOrEmpty(folder))
                yield return Path.Join(folder, "pg_service.conf");
    }

    private static Dictionary<string, string>? Section(string file, string service)
    {
        Dictionary<string, string>? section = null;
        foreach (string line in File.ReadLines(file).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            if (line[0] == '[')
            {
                if (section is not null)
                    break;
                section = line.Trim('[', ']') == service ? [] : null;
            }
            else if (section is not null && line.Split('=', 2) is [string keyword, string value])
                section[keyword.Trim()] = value.Trim();
        }
        return section;
    }
}
