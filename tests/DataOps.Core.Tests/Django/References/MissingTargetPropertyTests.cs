using DataOps.Core.Django.Trees;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Datasets.Testing;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Trees;
using DataOps.Core.Files;

namespace DataOps.Core.Tests.Django.References;

/// <summary>One meaning of "no target": on the same random damage all that look for it name the same rows.</summary>
public sealed class MissingTargetPropertyTests(PostgresServer server, ITestOutputHelper output) : IDisposable
{
    private const int RoundsOfASite = 3;

    private static readonly int s_sites = Rounds.Of(1);

    private readonly ImportFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact, Trait("Day", "2")]
    public void Everybody_agrees_on_which_rows_have_no_target()
    {
        int seed = Environment.TickCount & 0xffffff;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        int found = 0;
        for (int i = 0; i < s_sites; i++)
        {
            using TestDatabase site = server.CopyOf(Site.Sample);
            for (int round = 0; round < RoundsOfASite; round++)
            {
                site.Execute(string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Damage(random, site))));
                found += Compare(site, $"seed {seed}, site {i}, round {round}");
            }
        }
        Assert.True(found > s_sites * RoundsOfASite);
    }

    private int Compare(TestDatabase site, string round)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(site.Session);
        Damage damage = new(site);
        IReadOnlyList<Finding> orphans = damage.Find(new() { IncludeExpected = true });
        (Reference Reference, Finding Orphan)[] found =
            [.. orphans.Select(
                o => (catalog.References.First(r => r.Name == o.Reference && r.Table.DisplayName == o.Table), o))];
        void Same(string who, IEnumerable<string> expected, IEnumerable<string> actual) => Assert.True(
            expected.Order(StringComparer.Ordinal).SequenceEqual(actual.Order(StringComparer.Ordinal)),
            $"{round}: {who}: Find-Orphan alone: {string.Join("; ", expected.Except(actual))}; " +
                $"{who} alone: {string.Join("; ", actual.Except(expected))}");

        (Reference Reference, Finding Orphan)[] repairable =
            [.. found.Where(f => f.Reference is not (TreeReference or EmbeddedReference))];
        Same(
            "Repair-Orphan", repairable.GroupBy(f => f.Reference).Select(g => $"{g.Key} {g.Count()}"),
            damage.Told(new() { IncludeExpected = true, WhatIf = true }).OfType<OrphanPlan>()
                .Select(p => $"{p.Reference} {p.Orphans}"));
        if (repairable.Length > 0)
            Assert.Equal(
                repairable.Length,
                damage.Told(
                    new() { InputObject = [.. orphans.Select(Support.Damage.Input)], IncludeExpected = true,
                        WhatIf = true }).OfType<OrphanPlan>().Sum(p => p.Orphans));

        IReadOnlyList<Finding> tree = site.Run(new TestTree(), new());
        string[] halves =
            [.. catalog.References.Where(r => r is { IsParentLink: true, Target.Name: "wagtailcore_page" }).Select(
                r => r.Table.Name)];
        IEnumerable<string> Found(Func<Reference, bool> which) =>
            found.Where(f => which(f.Reference)).Select(f => $"{f.Orphan.Table} {f.Orphan.Key}");
        IEnumerable<string> Tree(Func<Finding, bool> which) => tree.Where(which).Select(f => $"{f.Table} {f.Key}");
        bool IsGone(Finding f) => f.Problem.Contains("no row of", StringComparison.Ordinal);
        Same("Test-Tree", Found(r => r is TreeReference),
            Tree(f => f is { Class: TreeProblem.Orphan, Column: "path" }));
        Same("Test-Tree on halves", Found(r => halves.Contains(r.Table.Name) && r.IsParentLink),
            Tree(f => f.Class is TreeProblem.StraySpecific && halves.Contains(f.Table) && IsGone(f)));
        Same("Test-Tree on revisions",
            Found(r => r is { Table.Name: "wagtailcore_page", Column.Name: "latest_revision_id" }),
            Tree(f => f.Class is TreeProblem.LatestRevision && IsGone(f)));

        (Reference Reference, Finding Orphan)[] required =
            [.. found.Where(f => f.Reference.IsRequired && f.Orphan.Model is not null)];
        // A file has no entries of lists whose owner is gone.
        (Reference Reference, Finding Orphan)[] loaded =
            [.. required.Where(f => !catalog.Owners.TryGetValue(f.Reference.Table.Oid, out var owner)
            || (f.Reference.Column == owner.List.TargetColumn && IsThere(site, owner, f.Orphan.Key!)))];
        IEnumerable<string> Places(IEnumerable<(Reference Reference, Finding Orphan)> of) =>
            of.GroupBy(f => $"{f.Orphan.Model} {f.Reference.Column.Name} -> {f.Reference.Target}").Select(
                g => $"{g.Key}: {g.Count()}");
        string path = _files.Path("all.jsonl");
        ExportResult all =
            site.Run(new ExportDataset(), new() { Path = path, IncludeDerived = true, Force = true }).Single();
        Same("Export-Dataset", Places(required), all.Missing?.Split("; ") ?? []);
        string specs = string.Join(
            ", ", catalog.Models.Select(m => $$$"""{"model": "{{{m.Label}}}", "filter": {"sql": "true"}}"""));
        ExportResult chosen = site.Run(
            new ExportDataset(),
            new() { Path = _files.Path("chosen.jsonl"),
                Definition = """{"datasets": {"all": {"specs": [""" + specs + "]}}}", Dataset = "all",
                IncludeDerived = true, Force = true }).Single();
        Same("Export-Dataset by definition", Places(loaded), chosen.Missing?.Split("; ") ?? []);

        DatasetException? refusal = Record.Exception(
            () => site.Run(new ImportDataset(), new() { Path = path, WhatIf = true })) as DatasetException;
        Assert.True(loaded.Length == (refusal?.Count ?? 0),
            $"{round}: Import-Dataset: {loaded.Length} expected, {refusal?.Message}");
        if (refusal?.Count <= 100)
            Same(
                "Import-Dataset",
                loaded.Where(f => !catalog.Owners.ContainsKey(f.Reference.Table.Oid)).Select(
                    f => $"{f.Orphan.Model} {f.Orphan.Key}"),
                refusal.Problems.Where(
                    p => catalog.Models.First(m => m.Label == p.Cells[0]).ManyToMany.All(l => l.Name != p.Cells[2]))
                        .Select(p => $"{p.Cells[0]} {p.Cells[1]}"));
        DatasetTest test = site.Run(new TestDataset(), new() { Path = path }).OfType<DatasetTest>().Single();
        Assert.True(
            loaded.Length == test.Errors, $"{round}: Test-Dataset: {loaded.Length} expected, {test.Errors} found");
        return found.Length;
    }

    private static bool IsThere(TestDatabase site,
        (Core.Django.Models.Model Model, Core.Django.Models.ManyToManyList List) owner, string key) =>
            site.Scalar<bool>($"""
        select exists (select from {owner.List.Table.Sql} l join {owner.Model.Table.Sql} o on o."{owner.Model.Key[0].Name}" = l."{owner.List.OwnerColumn.Name}" where l.id = {key})
        """);

    // Past all constraints: rows that go, keys that lead nowhere, paths without a parent, depths that are none.
    private static string Damage(Random random, TestDatabase site)
    {
        string[] tables =
            ["wagtailcore_page", "wagtailcore_collection", "auth_user", "auth_group", "wagtailcore_revision",
                "wagtailimages_image", "taggit_tag", "news_topic"];
        string table = tables[random.Next(tables.Length)];
        string One(string of) =>
            $"ctid = (select ctid from {of} order by hashtext(ctid::text || '{random.Next()}') limit 1)";
        string change = random.Next(6) switch
        {
            0 or 1 => $"delete from {table} where {One(table)}",
            2 => $"update wagtailcore_page set depth = {random.Next(1, 6)} where {One("wagtailcore_page")}",
            3 => $"update wagtailcore_page set path = " +
                $"'{random.Next(36):D4}000{random.Next(10)}' where {One("wagtailcore_page")}",
            _ => Lost(),
        };
        return $"set session_replication_role = replica; {change}; ";

        string Lost()
        {
            IReadOnlyList<object?[]> keys = site.Rows("""
                select c.conrelid::regclass::text, a.attname::text from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
                where c.contype = 'f' and a.atttypid in ('int4'::regtype, 'int8'::regtype) and c.confrelid <> 'django_content_type'::regclass
                order by 1, 2
                """);
            object?[] key = keys[random.Next(keys.Count)];
            return $"update {key[0]} set \"{key[1]}\" = {random.Next(900_000, 1_000_000)} where {One((string)key[0]!)}";
        }
    }
}
