namespace DataOps.Core.Django.Migrations;

/// <summary>The migrations that django_migrations records, in the order in which they were applied.</summary>
internal sealed class AppliedMigrations
{
    private AppliedMigrations(IReadOnlyList<(string App, string Name)> rows)
    {
        Rows = [.. rows.Select(r => new MigrationKey(r.App, r.Name))];
        Keys = rows.Select(r => new MigrationKey(r.App, r.Name)).ToHashSet();
        ByApp = rows.ToLookup(r => r.App, r => r.Name);
    }

    /// <summary>The rows, in order.</summary>
    public IReadOnlyList<MigrationKey> Rows { get; }

    /// <summary>All of them.</summary>
    public IReadOnlySet<MigrationKey> Keys { get; }

    /// <summary>Their names by app, in order.</summary>
    public ILookup<string, string> ByApp { get; }

    /// <summary>Reads them.</summary>
    /// <exception cref="DataOpsException"><c>NoMigrations</c>: the database has no such table.</exception>
    public static AppliedMigrations Read(
        Session session, DatabaseCatalog database, CancellationToken cancellation) =>
        database.Find(DjangoTables.Migrations) is { } table
            ? new(session.Query<(string, string)>(
                $"select app::text, name::text from {table} order by id", cancellation))
            : throw new DataOpsException(
                ErrorIds.NoMigrations, FailureKind.NotFound,
                $"The database has no table {DjangoTables.Migrations}, so nobody knows which migrations are applied.",
                "-Offline takes all of them for applied.", DjangoTables.Migrations);

    /// <summary>Whether a migration is applied, be it by what it replaces.</summary>
    public bool Has(MigrationFile file) =>
        Keys.Contains(file.Key) || (file.Replaces.Count > 0 && file.Replaces.All(Keys.Contains));

    /// <summary>Migrations without a file that are applied after the last one that has a file.</summary>
    public IEnumerable<(MigrationFolder Folder, string Name)> After(MigrationHistory history)
    {
        HashSet<MigrationKey> known =
            [.. history.Graph.Nodes.SelectMany(k => history.Graph[k].Replaces.Prepend(k))];
        foreach (MigrationFolder folder in history.Folders)
            foreach (string name in ByApp[folder.App].Reverse()
                .TakeWhile(n => !folder.Files.ContainsKey(n) && !known.Contains(new(folder.App, n))))
                yield return (folder, name);
    }
}
