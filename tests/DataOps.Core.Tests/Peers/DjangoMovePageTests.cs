using System.Text.Json;
using DataOps.Core.Features.Pages;
using DataOps.Core.Features.Trees;
using DataOps.Core.Tests.Features.Pages;

namespace DataOps.Core.Tests.Peers;

/// <summary>The moves of treebeard itself against Move-Page's, over random moves in the same tree.</summary>
public sealed class DjangoMovePageTests(PostgresServer server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-tree-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed record Answer(JsonElement[][] paths, JsonElement[][] problems);

    [Fact, Trait("Day", "0")]
    public void Treebeard_has_the_same_tree_after_the_same_moves_and_finds_no_problem_in_ours()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        using TestDatabase theirs = server.CopyOf(Site.Django);
        using TestDatabase check = server.CopyOf(Site.Django);
        object[] rows = Rows(site);
        Random random = new(DjangoPeer.Seed);
        PageTreeOracle tree = PageTreeOracle.Of(site);
        List<string[]> moves = [];
        for (int i = 0; moves.Count < 40; i++)
        {
            long page = tree.Pages[random.Next(tree.Pages.Count)];
            long target = tree.Pages[random.Next(tree.Pages.Count)];
            PagePosition position = (PagePosition)random.Next(6);
            if (tree.IsWithin(target, page))
                continue;
            tree.Move(page, target, position.ToString());
            site.Run(new MovePage(),
                new() { Id = [page], To = $"{target}", Position = position, OnSlugClash = OnSlugClash.Suffix,
                    NoUndo = true });
            moves.Add([$"{page}", $"{target}", Position(position)]);
        }

        Answer moved = Ask(theirs, rows, moves);
        Answer ours = Ask(check, Rows(site), []);

        Assert.All(ours.problems, Assert.Empty);
        // Of one depth and in one order, nodes have the same parents.
        Assert.Equal(moved.paths.Select(Line), ours.paths.Select(Line));
    }

    [Fact, Trait("Day", "1")]
    public void Treebeard_finds_no_problem_after_random_moves_and_conversions_and_undoing_them_brings_every_row_back()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        using TestDatabase check = server.CopyOf(Site.Django);
        site.Execute(RandomPageChanges.Types);
        IReadOnlyDictionary<string, string> before = site.Digest();
        int seed = DjangoPeer.Seed;
        RandomPageChanges pages = new(site, new Random(seed));
        List<string> undo = [];
        for (int i = 0; i < Rounds.Of(10); i++)
        {
            if (pages.Step(Path.Join(_folder, $"{i}.undo.gz")) is not { } file)
                continue;
            undo.Add(file);
            Assert.True(!site.Rows(MovePageTests.Problems).Any() && !site.Run(new TestTree(), new()).Any(),
                $"seed {seed}, step {i}: "
                + string.Join(
                    "; ", site.Run(new TestTree(), new()).Select(f => $"{f.Class} {f.Table} {f.Key} {f.Problem}")));
        }

        Assert.All(Ask(check, Rows(site), []).problems, Assert.Empty);
        Assert.True(undo.Count > 5, $"seed {seed}: {undo.Count}");
        foreach (string file in Enumerable.Reverse(undo))
            ChangeFiles.Undo(site, file);
        Assert.True(
            before.SequenceEqual(site.Digest()), $"seed {seed}: {string.Join(", ", before.Except(site.Digest()))}");
    }

    private static string Line(JsonElement[] node) => $"{node[0]} {node[2]} {node[3]}";

    private static object[] Rows(TestDatabase site) =>
        [.. site.Rows("select id::text, path, depth, numchild from wagtailcore_page order by path")
            .Select(r => new { name = r[0], path = r[1], depth = r[2],
            numchild = r[3] })];

    private static string Position(PagePosition position) => position switch
    {
        PagePosition.FirstChild => "first-child",
        PagePosition.LastChild => "last-child",
        PagePosition.FirstSibling => "first-sibling",
        PagePosition.LastSibling => "last-sibling",
        PagePosition.Left => "left",
        _ => "right",
    };

    private Answer Ask(TestDatabase database, object[] rows, IReadOnlyList<string[]> moves)
    {
        string asked = Path.Join(_folder, "asked.json");
        string answer = Path.Join(_folder, "answer.json");
        File.WriteAllText(asked, JsonSerializer.Serialize(new { rows, moves }));
        RunningDjango.Get().Run(database.Port, database.Name, "tree", asked, answer);
        return JsonSerializer.Deserialize<Answer>(File.ReadAllText(answer))!;
    }
}
