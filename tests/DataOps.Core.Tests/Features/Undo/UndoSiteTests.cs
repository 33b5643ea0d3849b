namespace DataOps.Core.Tests.Features.Undo;

/// <summary>
/// Sites as Django makes them: whole tables emptied with all that refers to them, texts changed in all others, and
/// back.
/// </summary>
public sealed class UndoSiteTests(PostgresServer server, ITestOutputHelper output) : IDisposable
{
    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(Site.Sample, Traits = ["Day", "0"])]
    [InlineData(Site.Bakery, Traits = ["Day", "1"])]
    public void A_site_of_which_half_is_gone_and_half_is_changed_comes_back_whole(Site name)
    {
        int seed = Environment.TickCount & 0xffffff;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        using TestDatabase site = server.CopyOf(name);
        IReadOnlyDictionary<string, string> before = site.Digest();
        Table[] tables = [.. DatabaseCatalog.Read(site.Session).Tables.Where(t => t.IsReadable)];
        HashSet<Table> emptied =
            [tables.First(t => t.Name == "wagtailimages_image"), .. tables.Where(_ => random.Next(20) == 0)];
        while (tables.Where(t => t.ForeignKeys.Any(f => emptied.Any(e => e.Oid == f.Target)))
            .ToArray() is { } referring && !emptied.IsSupersetOf(referring))
            emptied.UnionWith(referring);
        IEnumerable<string> deletes = emptied.Select(t => $"delete from {t.Sql}");
        IEnumerable<string> updates = tables.Except(emptied)
            .SelectMany(t => Texts(t).Select(
                c => $"update {t.Sql} set {c} = left(translate({c}, 'aeiou', 'uoiea') || '!', length({c}))"));

        string file =
            _files.ApplyAnything(site, [.. tables.Select(t => t.Name)],
                $"set constraints all deferred; {string.Join("; ", deletes.Concat(updates))}")!;
        IReadOnlyDictionary<string, string> after = site.Digest();
        Assert.True(after.Count(t => before[t.Key] != t.Value) > 10);
        string redo = _files.New();
        ChangeFiles.Undo(site, file, undoPath: redo);
        Assert.Equal(before, site.Digest());
        ChangeFiles.Undo(site, redo);
        Assert.Equal(after, site.Digest());
    }

    // Texts that nothing but a person reads.
    private static IEnumerable<string> Texts(Table table) => table.Columns
        .Where(c => c.Type.Name is "text" or "varchar" && c.IsWritable && !table.PrimaryKey.Contains(c.Name)
            && !table.UniqueKeys.Any(u => u.Contains(c.Name)) && !table.Indexes.Any(i => i.Columns.Contains(c.Name))
            && !table.ForeignKeys.Any(f => f.Columns.Contains(c.Name)))
        .Select(c => SqlText.Identifier(c.Name).ToString());
}
