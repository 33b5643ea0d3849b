using DataOps.Core.Features.ContentTypes;

namespace DataOps.Core.Tests.Features.ContentTypes;

/// <summary>
/// Random content types that others take over, several by one, with permissions, grants, tags and rows of tables with
/// and without keys.
/// </summary>
public sealed class RepointPropertyTests(PostgresServer server, ITestOutputHelper output) : IDisposable
{
    private const int Rounds = 4;

    private const string Held = """
        select holder || ' ' || c.id || '.' || codename
        from (select 'group ' || group_id, permission_id from auth_group_permissions
              union all select 'user ' || user_id, permission_id from auth_user_user_permissions
              union all select 'pages ' || group_id || ' ' || page_id, permission_id from wagtailcore_grouppagepermission) g (holder, permission_id)
        join auth_permission p on p.id = g.permission_id join django_content_type c on c.id = content_type_id
        """;

    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact, Trait("Day", "2")]
    public void Nobody_loses_or_gains_a_permission_no_row_is_lost_and_all_of_it_can_be_undone()
    {
        int seed = Environment.TickCount & 0xffffff;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        using TestDatabase site = server.CopyOf(Site.Bakery);
        Fill(site, random);
        IReadOnlyDictionary<string, string> untouched = site.Digest();
        for (int round = 0; round < Rounds; round++)
        {
            Dictionary<int, int> moves = Enumerable.Range(900, 6).Where(_ => random.Next(3) > 0)
                .ToDictionary(old => old, _ => random.Next(2) == 0 ? 44 : 47);
            string because = $"seed {seed}, round {round}: {string.Join(", ", moves)}";
            string Named(string text) =>
                moves.Aggregate(text,
                    (t, m) => t.Replace($" {m.Key}.", $" {m.Value}.").Replace($"_gone{m.Key}", "_" + NameOf(m.Value)));
            string[] held =
                [.. site.Column(Held).Select(h => Moves(h!, moves) ? Named(h!) : h!).Distinct()
                    .Order(StringComparer.Ordinal)];
            string[] tags = Tags(site, moves);
            string[] notes = Notes(site, moves);
            string file = _files.New();

            RemovalResult plan = Remove(site, moves, whatIf: true, file);
            Assert.True(untouched.SequenceEqual(site.Digest()), because);
            RemovalResult done = Remove(site, moves, whatIf: false, file);

            Assert.True(
                (plan.WouldChange, plan.Deleted, plan.Updated, plan.Moved) == (done.Count, done.Deleted, done.Updated,
                    done.Moved), because);
            Assert.Equal(0, done.Revoked);
            Assert.Equal(held, site.Column(Held).Select(h => h!).Order(StringComparer.Ordinal));
            Assert.Equal(tags.Distinct(), Tags(site, []));
            Assert.Equal(notes, Notes(site, []));
            Assert.Empty(
                site.Rows($"select 1 from django_content_type where id = any('{{{string.Join(',', moves.Keys)}}}')"));
            if (moves.Count > 0)
                Assert.True(ChangeFiles.Undo(site, file).Changed, because);
            Assert.True(untouched.SequenceEqual(site.Digest()), because);
        }
    }

    private static bool Moves(string held, Dictionary<int, int> moves) =>
        moves.Keys.Any(m => held.Contains($" {m}.", StringComparison.Ordinal));

    private static string[] Tags(TestDatabase site, Dictionary<int, int> moves) =>
        Mapped(site.Rows("select content_type_id, concat_ws(':', object_id, tag_id) from taggit_taggeditem"), moves);

    private static string[] Notes(TestDatabase site, Dictionary<int, int> moves) =>
        Mapped(site.Rows("select content_type_id, concat_ws(':', other_type_id is null, body) from legacy_note"),
            moves);

    private static string[] Mapped(IReadOnlyList<object?[]> rows, Dictionary<int, int> moves) =>
        [.. rows.Select(r => $"{moves.GetValueOrDefault((int)r[0]!, (int)r[0]!)} {r[1]}")
            .Order(StringComparer.Ordinal)];

    private static RemovalResult Remove(TestDatabase site, Dictionary<int, int> moves, bool whatIf, string file) =>
        site.Run(new RemoveStaleContentType(), new()
    {
        Repoint = [.. moves.Select(m => $"breads.gone{m.Key}=breads.{NameOf(m.Value)}")],
        UndoPath = whatIf ? null : file,
        WhatIf = whatIf,
    }).OfType<RemovalResult>().Single();

    private static string NameOf(int type) => type == 44 ? "breadingredient" : "breadtype";

    private static void Fill(TestDatabase site, Random random) => site.Execute($"""
        select setseed({random.NextDouble().ToString(System.Globalization.CultureInfo.InvariantCulture)});
        create table legacy_note (content_type_id int not null references django_content_type deferrable initially deferred,
          other_type_id int references django_content_type deferrable initially deferred, body text);
        insert into django_content_type select i, 'breads', 'gone' || i from generate_series(900, 905) i;
        insert into auth_permission (id, name, content_type_id, codename)
          select 90000 + row_number() over (), 'Can', i, a || case when a = 'print' then '' else '_gone' || i end
          from generate_series(900, 905) i, unnest(array['add', 'change', 'delete', 'view', 'publish', 'feature', 'print']) a where random() < 0.7;
        insert into auth_group_permissions (group_id, permission_id)
          select g.id, p.id from auth_group g, auth_permission p where random() < 0.6 and (p.id >= 90000 or p.content_type_id in (44, 47)) on conflict do nothing;
        insert into auth_user_user_permissions (user_id, permission_id)
          select u.id, p.id from auth_user u, auth_permission p where random() < 0.3 and (p.id >= 90000 or p.content_type_id in (44, 47));
        insert into wagtailcore_grouppagepermission (group_id, page_id, permission_id)
          select g.id, 1, p.id from auth_group g, auth_permission p where random() < 0.3 and p.id >= 90000 and p.codename like 'publish%';
        delete from taggit_taggeditem;
        insert into taggit_taggeditem (object_id, content_type_id, tag_id)
          select o, c, t.id from generate_series(1, 4) o, unnest(array[44, 47, 900, 901, 902, 903, 904, 905]) c,
            (select id from taggit_tag order by id limit 3) t where random() < 0.5;
        insert into legacy_note select c, case when random() < 0.5 then 905 end, 'x' || (random() * 3)::int
          from unnest(array[44, 47, 900, 901, 902, 903, 904, 905]) c, generate_series(1, 4);
        """);
}
