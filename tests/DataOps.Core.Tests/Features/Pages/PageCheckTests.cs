using DataOps.Core.Features.Trees;
using DataOps.Core.Tests.Peers;

namespace DataOps.Core.Tests.Features.Pages;

/// <summary>
/// What hangs on pages' places, with random damage: what is found is what an oracle finds page by page.
/// </summary>
public sealed class PageCheckTests(PostgresServer server, ITestOutputHelper output)
{
    private static readonly int s_rounds = Rounds.Of(12);
    private const int Plain = -1;

    private static readonly string[] s_classes =
        ["UrlPath", "LostParent", "Slug", "ContentType", "MissingSpecific", "StraySpecific", "LatestRevision", "LiveRevision",
            "Translation", "Root"];

    [Fact]
    public void Random_damage_of_pages_is_found_as_an_oracle_finds_it_page_by_page()
    {
        Random random = new(DjangoPeer.Seed);
        output.WriteLine($"seed {DjangoPeer.Seed}");
        using TestDatabase site = server.CopyOf(Site.SampleEmpty);
        site.Execute(RandomPages.Tables());
        RandomPages pages = new(random);
        HashSet<string> met = [];
        // On, where chance has left a kind of damage out.
        for (int round = 0; round < s_rounds || (round < 5 * s_rounds && met.Count < s_classes.Length); round++)
        {
            pages.Make();
            if (round > 0)
                pages.Damage();
            pages.Write(site);

            string[] found =
                [.. site.Run(new TestTree(), new() { Table = ["wagtailcore_page"] }).Where(
                    f => s_classes.Contains($"{f.Class}"))
                .Select(f => $"{f.Class} {f.Table} {f.Key} {f.Value} -> {f.Expected}").Order(StringComparer.Ordinal)];

            string[] expected = [.. Expected(pages).Order(StringComparer.Ordinal)];
            Assert.True(expected.SequenceEqual(found),
                $"seed {DjangoPeer.Seed}, round {round}: " +
                    $"{string.Join("; ", expected.Except(found))} <> {string.Join("; ", found.Except(expected))}");
            met.UnionWith(expected.Select(e => e.Split(' ')[0]));
        }
        Assert.Equal(s_classes.Order(), met.Order());
    }

    private static IEnumerable<string> Expected(RandomPages site) =>
        Places(site.Pages).Concat(site.Pages.SelectMany(Halves)).Concat(site.Pages.SelectMany(p => Revisions(site, p)))
            .Concat(site.Lost.Distinct().SelectMany(
                p => p.Rows.Select(t => $"StraySpecific types_t{t}page {p.Id} {p.Id} -> ")));

    private static IEnumerable<string> Places(List<RandomPage> pages)
    {
        static string Line(string problem, RandomPage page, string value, string expected = "") =>
            $"{problem} wagtailcore_page {page.Id} {value} -> {expected}";
        RandomPage[] byPath = [.. pages.OrderBy(p => p.Path, StringComparer.Ordinal).ThenBy(p => p.Id)];
        foreach (RandomPage page in byPath)
        {
            if (Url(pages, page) is { } url && url != page.Url)
                yield return pages.Any(top => page.Path.StartsWith(top.Path, StringComparison.Ordinal)
                    && IsLost(pages, top))
                    ? Line("LostParent", page, page.Url)
                    : Line("UrlPath", page, page.Url, url);
            if (page.Path.Length > 4
                && byPath.First(p => p.Path.Length > 4 && p.Path[..^4] == page.Path[..^4]
                && p.Slug == page.Slug) != page)
                yield return Line("Slug", page, page.Slug);
            if (page.Path.Length == 4 && page.Path.All(char.IsAsciiDigit)
                && byPath.First(p => p.Path.Length == 4 && p.Path.All(char.IsAsciiDigit)) != page)
                yield return Line("Root", page, page.Path);
            if (pages.Any(p => p.Translation == page.Translation && p.Id < page.Id))
                yield return Line("Translation", page, $"00000000-0000-0000-0000-{page.Translation:000000000000}");
        }
    }

    // Below a page that is newer than all that come from one missing address, or that counts only its own: none, here.
    private static bool IsLost(List<RandomPage> pages, RandomPage page)
    {
        RandomPage? Above(RandomPage p) =>
            p.Path.Length <= 8 ? null : pages.FirstOrDefault(a => a.Path == p.Path[..^4]);
        string? From(RandomPage p) => Above(p) is { } above && p.Url != $"{above.Url}{p.Slug}/"
            && p.Url.EndsWith($"/{p.Slug}/", StringComparison.Ordinal) && p.Url.Length > p.Slug.Length + 2
            && pages.All(a => a.Url != p.Url[..^(p.Slug.Length + 1)])
            ? p.Url[..^(p.Slug.Length + 1)]
            : null;
        if (From(page) is not { } address || Above(page) is not { } stranger)
            return false;
        RandomPage[] children = [.. pages.Where(p => Above(p) == stranger)];
        return children.Where(p => From(p) == address).All(p => p.Id < stranger.Id)
            || children.All(p => p.Url != $"{stranger.Url}{p.Slug}/");
    }

    private static string? Url(List<RandomPage> pages, RandomPage page) =>
        page.Path.Length <= 4 ? "/"
        : pages.FirstOrDefault(p => p.Path == page.Path[..^4]) is { } up && Url(pages, up) is { } above
            ? $"{above}{page.Slug}/"
            : null;

    private static IEnumerable<string> Halves(RandomPage page)
    {
        int[] same =
            [.. Enumerable.Range(Plain, RandomPages.Types + 1).Where(t => page.Rows.SetEquals(RandomPages.Chain(t)))];
        string type = Label(page.Type);
        if (page.Type < Plain || (page.Rows.Count > 0 && same.Length == 1 && same[0] != page.Type))
            return [$"ContentType wagtailcore_page {page.Id} {type} -> {(same.Length == 1 ? Label(same[0]) : "")}"];
        int[] chain = RandomPages.Chain(page.Type);
        return chain.Except(page.Rows).Select(_ => $"MissingSpecific wagtailcore_page {page.Id} {type} -> ")
            .Concat(page.Rows.Except(chain).Select(t => $"StraySpecific types_t{t}page {page.Id} {page.Id} -> "));
    }

    private static string Label(int type) =>
        type == Plain ? "wagtailcore.page" : type < Plain ? "gone.page" : $"types.t{type}page";

    private static IEnumerable<string> Revisions(RandomPages site, RandomPage page)
    {
        int? newest = site.Own(page).Select(r => (int?)r.Id).Max();
        foreach ((string problem, int? pointer, int? expected) in new[]
            { ("LatestRevision", page.Latest, newest), ("LiveRevision", page.Live, page.IsPublished ? newest : null) })
            if (pointer is not null ? site.Own(page).All(r => r.Id != pointer)
                : problem == "LatestRevision" && newest is not null)
                yield return $"{problem} wagtailcore_page {page.Id} {pointer} -> {expected}";
    }
}
