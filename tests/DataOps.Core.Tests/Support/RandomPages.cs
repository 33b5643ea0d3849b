namespace DataOps.Core.Tests.Support;

/// <summary>A page of a random site, as its row has it, and the types whose tables have a row of it.</summary>
internal sealed record RandomPage(int Id)
{
    public string Path { get; set; } = "";
    public string Slug { get; set; } = "";
    public string Url { get; set; } = "";
    public int Type { get; set; }
    public int? Latest { get; set; }
    public int? Live { get; set; }
    public bool IsPublished { get; set; }
    public int Translation { get; set; }
    public HashSet<int> Rows { get; init; } = [];
}

/// <summary>A revision of a random site.</summary>
internal sealed record RandomRevision(int Id, int Page, bool IsPage);

/// <summary>
/// Pages of more types than an integer has bits, some of which inherit from others, with random damage.
/// </summary>
internal sealed class RandomPages(Random random)
{
    /// <summary>Page types; the last few inherit from the first.</summary>
    public const int Types = 40;

    private const int Heirs = 5;
    private const int Plain = 999;
    private const int Gone = 998;

    public List<RandomPage> Pages { get; } = [];

    /// <summary>Pages without a row in the pages' table.</summary>
    public List<RandomPage> Lost { get; } = [];

    public List<RandomRevision> Revisions { get; } = [];

    /// <summary>
    /// The types whose tables hold a page of a type; none for a plain page and for what is no page type.
    /// </summary>
    public static int[] Chain(int type) =>
        type is < 0 or >= Types ? [] : type >= Types - Heirs ? [type, type - (Types - Heirs)] : [type];

    /// <summary>Makes a whole tree.</summary>
    public void Make()
    {
        Pages.Clear();
        Lost.Clear();
        Revisions.Clear();
        for (int id = 1; id <= 60; id++)
        {
            RandomPage? above = id == 1 ? null : Pages[random.Next(Pages.Count)];
            RandomPage page = new(id)
            {
                Path = above is null ? "0001" : $"{above.Path}{id:0000}", Slug = $"s{id}",
                Url = above is null ? "/" : $"{above.Url}s{id}/",
                Type = id == 1 ? -1 : random.Next(-1, Types), IsPublished = random.Next(2) == 0, Translation = id,
            };
            page.Rows.UnionWith(Chain(page.Type));
            Pages.Add(page);
            for (int i = random.Next(4); i > 0; i--)
                Revisions.Add(new(Revisions.Count + 1, id, true));
            page.Latest = Own(page).Select(r => (int?)r.Id).Max();
            page.Live = page.Latest is null
                || random.Next(3) == 0 ? null : Own(page).ElementAt(random.Next(Own(page).Count())).Id;
        }
    }

    /// <summary>Breaks a few things.</summary>
    public void Damage()
    {
        for (int i = random.Next(12); i > 0; i--)
        {
            RandomPage page = Pages[random.Next(Pages.Count)];
            RandomPage other = Pages[random.Next(Pages.Count)];
            switch (random.Next(16))
            {
                case 0: page.Slug = Siblings(page).ElementAt(random.Next(Siblings(page).Count())).Slug; break;
                case 1: page.Url = other.Url; break;
                case 2: page.Type = random.Next(-2, Types); break;
                case 3: page.Rows.Add(random.Next(Types)); break;
                case 4: page.Rows.ExceptWith(page.Rows.Take(1).ToArray()); break;
                case 5: page.Latest = random.Next(2) == 0 ? 4711 : other.Latest; break;
                case 6: page.Live = random.Next(2) == 0 ? 4711 : other.Latest; break;
                case 7: page.Latest = page.Live = random.Next(2) == 0 ? 4712 : other.Live; break;
                case 8: page.Translation = other.Translation; break;
                case 9: Lost.Add(page); break;
                case 10 when Revisions.Count > 0: Revisions.RemoveAt(random.Next(Revisions.Count)); break;
                case 11 when Revisions.Count > 0: Revisions[random.Next(Revisions.Count)] =
                    Revisions[0] with { Id = 1000 + i, IsPage = false }; break;
                case 12: page.Path = $"{9000 + i}"; break;
                case 14: page.Url = $"/gone/{page.Slug}/"; break;
                case 15: other.Slug = page.Slug; other.Url = $"/gone/{page.Slug}/"; break;
                case 13: page.Path = page.Path[..^1] + "x"; break;
            }
        }
        Pages.RemoveAll(Lost.Contains);
    }

    /// <summary>A page's revisions.</summary>
    public IEnumerable<RandomRevision> Own(RandomPage page) => Revisions.Where(r => r.IsPage && r.Page == page.Id);

    private IEnumerable<RandomPage> Siblings(RandomPage page) =>
        Pages.Where(p => p.Path.Length == page.Path.Length && p.Path[..^4] == page.Path[..^4]);

    /// <summary>The tables of the page types, and without the constraints that would prevent the damage.</summary>
    public static string Tables() => string.Concat(Enumerable.Range(0, Types).Select(t =>
    {
        (string key, string target) = t < Types - Heirs
            ? ("page_ptr_id", "wagtailcore_page (id)")
            : ($"t{Chain(t)[1]}page_ptr_id", $"types_t{Chain(t)[1]}page");
        return $"""
            create table types_t{t}page ({key} integer primary key references {target});
            insert into django_content_type (id, app_label, model) values ({1000 + t}, 'types', 't{t}page');
            """;
    })) + $"""
        insert into django_content_type (id, app_label, model) values ({Gone}, 'gone', 'page'), ({Plain}, 'wagtailcore', 'page'), ({Gone - 1}, 'wagtailcore', 'revision');
        insert into wagtailcore_locale (id, language_code) values (1, 'en');
        alter table wagtailcore_page drop constraint wagtailcore_page_translation_key_locale_id_9b041bad_uniq;
        """;

    /// <summary>Writes all rows anew.</summary>
    public void Write(TestDatabase site)
    {
        static string Text(int? number) => number?.ToString() ?? "null";
        site.Execute($"""
            set session_replication_role = replica;
            delete from wagtailcore_site; delete from wagtailcore_page; delete from wagtailcore_revision;
            {string.Concat(Enumerable.Range(0, Types).Select(t => $"delete from types_t{t}page;"))}
            insert into wagtailcore_page (id, path, depth, numchild, title, slug, live, has_unpublished_changes, url_path, seo_title, show_in_menus,
              search_description, expired, content_type_id, locked, draft_title, translation_key, locale_id, latest_revision_id, live_revision_id)
            values {string.Join(", ", Pages.Select(p => $"""
                ({p.Id}, '{p.Path}', 1, 0, '', '{p.Slug}', {p.IsPublished}, false, '{p.Url}', '', false, '', false, {1000 + p.Type}, false, '',
                  '00000000-0000-0000-0000-{p.Translation:000000000000}', 1, {Text(p.Latest)}, {Text(p.Live)})
                """))};
            """);
        string revisions = string.Join(", ", Revisions.Select(r =>
            $"({r.Id}, timestamptz '2025-01-01' + {r.Id} * interval '1 day', '{{}}', '{r.Page}', 1, " +
            $"{(r.IsPage ? Plain : Gone)}, '')"));
        if (Revisions.Count > 0)
            site.Execute($"""
                set session_replication_role = replica;
                insert into wagtailcore_revision (id, created_at, content, object_id, content_type_id, base_content_type_id, object_str) values {revisions}
                """);
        site.Execute("set session_replication_role = replica;" + string.Concat(
            from page in Pages.Concat(Lost.Distinct())
                from row in page.Rows select $"insert into types_t{row}page values ({page.Id});"));
    }
}
