using DataOps.Core.Features.Schema;
using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Features.Schema.Duplicates;
using DataOps.Core.Tests.Django.Migrations;
using DataOps.Core.Tests.Peers;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Schema;

/// <summary>What real Django makes of migrations is what their files promise, but for what was lost since.</summary>
public sealed class MigratedSchemaTests(PostgresServer server) : IDisposable
{
    private const string Packages = "/usr/lib/python3/dist-packages";

    // The story: a constraint over a column that is removed and added again by hand, and then renamed.
    private const string First = """
        operations = [
            migrations.CreateModel('Bond', [
                ('id', models.BigAutoField(primary_key=True)),
                ('a', models.IntegerField(default=1)),
                ('b', models.IntegerField(default=2, null=True)),
                ('state', models.CharField(max_length=9, db_index=True)),
                ('is_open', models.BooleanField(default=True)),
                ('price', models.DecimalField(max_digits=9, decimal_places=2, default=0)),
                ('rate', models.FloatField(default=0)),
                ('order', models.PositiveIntegerField(db_column='Order', default=0)),
                ('user', models.PositiveSmallIntegerField(db_column='user', unique=True, null=True)),
                ('holder', models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)),
                ('next', models.OneToOneField('self', models.CASCADE, null=True)),
                ('friends', models.ManyToManyField('self')),
                ('watchers', models.ManyToManyField(settings.AUTH_USER_MODEL, related_name='+',
                    db_table='stories_watch')),
            ], options={
                'unique_together': {('b', 'state')},
                'index_together': {('a', 'order')},
                'indexes': [
                    models.Index(fields=['-a', 'state'], name='bond_a_state'),
                    models.Index(fields=['state'], name='bond_open', condition=models.Q(is_open=True)),
                    models.Index(fields=['state'], name='bond_like', opclasses=['varchar_pattern_ops']),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=['a', 'b'], name='uniq_ab_1'),
                    models.UniqueConstraint(fields=['a'], name='uniq_a_late', deferrable=models.Deferrable.DEFERRED),
                    models.UniqueConstraint(fields=['b'], name='uniq_b_some', include=['state'],
                        condition=models.Q(state__in=['new', 'old']) & ~models.Q(b=7)),
                    models.CheckConstraint(check=models.Q(('price__gte', 0), ('rate__lt', 2), _connector='OR'),
                        name='price_rate'),
                    models.CheckConstraint(check=models.Q(b__gt=models.F('a') + 1) | models.Q(state='it\'s'),
                        name='b_after_a'),
                    models.CheckConstraint(check=~(models.Q(state__startswith='x_') | models.Q(b__isnull=True)),
                        name='state_b'),
                    models.CheckConstraint(check=models.Q(order__range=(0, 99), is_open__in=[True, False]),
                        name='order_range'),
                ]}),
            ]
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-migrated-").FullName;

    private string Copy => Path.Combine(_folder, "site");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact, Trait("Day", "1")]
    public void The_schema_that_Django_makes_is_expected_and_its_ghosts_are_found_and_mended()
    {
        DjangoPeer.Require();
        using TestDatabase site = server.Blank();
        site.Execute("create extension hstore; create extension citext; create extension btree_gist");
        string stories = WriteStories();
        Migrate(site, stories);

        Assert.Equal("", Detailed(Compare(site)));

        site.Execute("""
            alter table library_book alter title drop not null; alter table stories_bond alter order_ drop not null
            """.Replace("order_", "\"Order\"", StringComparison.Ordinal));
        site.Execute("alter table stories_bond drop constraint price_rate; drop index bond_open; "
            + "alter table stories_bond alter state type varchar(12); "
            + "alter table stories_bond rename constraint order_range to range_order; "
            + "alter table stories_bond drop constraint state_b, add constraint state_b check (b is not null)");
        IReadOnlyList<SchemaDifference> found = Compare(site);
        Assert.Equal("""
            Different Column title, Different Column Order, Different Column state, Renamed Check order_range,
            Missing Check price_rate, Different Check state_b, Missing Index bond_open
            """.ReplaceLineEndings(" "), Shown(found));
        SchemaDifference check = found.Single(d => d.Name == "price_rate");
        Assert.Equal(("stories.0001_initial", "0001_initial.py", 35),
            (check.Migration, Path.GetFileName(check.File), check.Line));
        Mend(site, found);
        Assert.Equal("", Detailed(Compare(site)));

        // By hand, as the story has it: PostgreSQL drops all that mentions the column.
        WriteMigration("0002_again", Again);
        site.Execute("""
            alter table stories_bond drop column a cascade;
            alter table stories_bond add a integer not null default 6;
            alter table stories_bond alter a drop default;
            insert into django_migrations (app, name, applied) values ('stories', '0002_again', now())
            """);
        found = Compare(site);
        Assert.Equal(
            "Ghost Check b_after_a, Ghost Unique uniq_a_late, Ghost Unique uniq_ab_1, Ghost Index bond_a_state, "
                + "Ghost Index stories_bond_a_Order_d5cb1ed2_idx",
            Shown(found));
        Assert.Contains("in stories.0002_again (", found[0].Problem, StringComparison.Ordinal);
        Assert.Equal(
            found.Select(d => d.Name).Order(StringComparer.Ordinal),
            Alone(site).Where(d => d.Problem.EndsWith("still has it", StringComparison.Ordinal)
                || d.Problem.EndsWith("fails", StringComparison.Ordinal)).Select(d => d.Name)
                .Order(StringComparer.Ordinal));
        WriteMigration("0003_rename", Rename);
        Assert.Contains("so RemoveConstraint in stories.0003_rename", Assert.Single(
            Alone(site), d => d.Name == "uniq_ab_1").Problem, StringComparison.Ordinal);

        // Rows have come in twice meanwhile: they are in the way, found, merged, and then the constraints are made.
        site.Execute(Bonds);
        IReadOnlyList<IChangeResult> refused = Repair(site, new() { Table = ["stories_bond"] });
        Assert.Contains(refused.OfType<ConstraintViolation>(), v => v is { Constraint: "uniq_ab_1", Value: "6,9" });
        Assert.Equal(ConstraintStatus.Refused, refused.OfType<ConstraintRepair>()
            .Single(r => r.Constraint == "uniq_ab_1").Status);
        Assert.Equal(["6 uniq_a_late", "6,9 uniq_ab_1"], site.Run(new FindDuplicate(), new()
        {
            MigrationPath = Paths, Table = ["stories_bond"],
        }).Select(g => $"{g.Value} {g.Constraint}").Order(StringComparer.Ordinal));
        RepairDuplicateResult merged = Assert.IsType<RepairDuplicateResult>(site.Run(new RepairDuplicate(), new()
        {
            MigrationPath = Paths, Table = ["stories_bond"], Keep = KeptRow.Oldest, NoUndo = true,
        })[^1]);
        Assert.Equal(1, merged.Deleted);
        Assert.Equal(0, ((RepairConstraintResult)Repair(site, new())[^1]).Refused);
        Assert.Equal("", Detailed(Compare(site)));
        Migrate(site, stories);
        Assert.Equal("", Detailed(Compare(site)));
    }

    private IReadOnlyList<IChangeResult> Repair(TestDatabase site, RepairConstraintOptions options) => site.Run(
        new RepairConstraint(), options with { MigrationPath = Paths, NoUndo = true });

    private IReadOnlyList<SchemaDifference> Compare(TestDatabase site) => site.Run(new CompareSchema(), new()
    {
        MigrationPath = Paths,
    });

    private string[] Paths => [Copy, $"{Packages}/django", $"{Packages}/taggit", $"{Packages}/mptt"];

    private IReadOnlyList<SchemaDifference> Alone(TestDatabase site) => [.. new CompareSchema().RunOffline(new()
    {
        MigrationPath = [Path.Combine(Copy, "stories")], Offline = true,
    }, new())];

    private static void Mend(TestDatabase site, IEnumerable<SchemaDifference> found)
    {
        foreach (string statement in found.SelectMany(d => d.Remedy!.Split(";\n")))
            site.Execute(statement);
    }

    private static string Shown(IEnumerable<SchemaDifference> found) =>
        string.Join(", ", found.Select(d => $"{d.Class} {d.Kind} {d.Name}"));

    private static string Detailed(IEnumerable<SchemaDifference> found) =>
        string.Join("\n", found.Select(d => $"{d.Class} {d.Kind} {d.Name}: {d.Expected} -> {d.Value}"));

    private void Migrate(TestDatabase site, string stories) => MigratedProject.Run(site, Copy, [stories]);

    private string WriteStories()
    {
        string app = Path.Combine(_folder, "stories");
        Directory.CreateDirectory(Path.Combine(app, "migrations"));
        void File(string name, string text) => System.IO.File.WriteAllText(Path.Combine(app, name), text);
        File("__init__.py", "");
        File("migrations/__init__.py", "");
        File("migrations/0001_initial.py", History.Migration(
            "dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]", First));
        return app;
    }

    private const string Bonds = """
        insert into stories_bond (a, b, state, is_open, price, rate, "Order") values
            (6, 9, 'abc', true, 1, 1, 1), (6, 9, 'def', true, 1, 1, 1), (7, 9, 'ghi', true, 1, 1, 1)
        """;

    private const string Again = """
        operations = [
            migrations.RemoveField('bond', 'a'),
            migrations.AddField('bond', 'a', models.IntegerField(default=6)),
        ]
        """;

    private const string Rename = """
        operations = [
            migrations.RemoveConstraint('bond', 'uniq_ab_1'),
            migrations.AddConstraint('bond', models.UniqueConstraint(fields=['a', 'b'], name='uniq_ab_2')),
        ]
        """;

    private void WriteMigration(string name, string operations)
    {
        string folder = Path.Combine(Copy, "stories", "migrations");
        string before = Directory.GetFiles(folder, "0*.py").Select(f => Path.GetFileNameWithoutExtension(f)).Max()!;
        File.WriteAllText(Path.Combine(folder, $"{name}.py"),
            History.Migration($"dependencies = [('stories', '{before}')]", operations));
    }
}
