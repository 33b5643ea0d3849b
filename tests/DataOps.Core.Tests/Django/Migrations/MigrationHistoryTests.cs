using DataOps.Core.Django.Migrations;
using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Tests.Django.Migrations;

/// <summary>What cannot be understood is named with its file and line, and its models are not known.</summary>
public sealed class MigrationHistoryTests
{
    private const string First = "operations = [migrations.CreateModel('Order', [('id', models.AutoField("
        + "primary_key=True)), ('paid', models.BooleanField(default=True))]), migrations.CreateModel('Item', [])]";

    [Fact]
    public void An_operation_that_nobody_knows_makes_the_models_of_its_app_unknown()
    {
        MigrationHistory history = History.Of(
            ("shop/migrations/0001_initial.py", History.Migration(First)),
            ("shop/migrations/0002_magic.py", History.Migration("dependencies = [('shop', '0001_initial')]",
                "operations = [", "    Magic('order'),", "]")),
            ("blog/migrations/0001_initial.py", History.Migration(First)));

        ProjectState state = history.Last();

        Doubt doubt = Assert.Single(state.Models[new("shop", "order")].Doubts);
        Assert.Equal(("shop/migrations/0002_magic.py", 7), (doubt.File, doubt.Line));
        Assert.True(state.Models[new("blog", "order")].IsKnown);
        Assert.True(history.StateAt([new("shop", "0001_initial")]).Models[new("shop", "order")].IsKnown);
    }

    [Fact]
    public void An_operation_is_found_through_the_object_or_the_class_that_names_it()
    {
        MigrationHistory history = History.Of(
            ("shop/__init__.py", ""),
            ("shop/sql.py", """
                from django.db import migrations
                class RunSQL(migrations.operations.special.RunSQL):
                    def __init__(self, *args, sqlite_sql, **kwargs): pass
                class Names:
                    RunSQL = RunSQL
                class Counted:
                    RunSQL = RunSQL
                    def __init__(self): self.RunSQL = 1
                ours = Names()
                counted = Counted()
                """),
            ("shop/migrations/0001_initial.py", History.Migration(First)),
            ("shop/migrations/0002_sql.py", "from shop.sql import Names, ours\n" + History.Migration(
                "dependencies = [('shop', '0001_initial')]",
                "operations = [ours.RunSQL('select 1', sqlite_sql=None), Names.RunSQL('select 2', sqlite_sql=None)]")),
            ("blog/migrations/0001_initial.py", History.Migration(First)),
            ("blog/migrations/0002_sql.py", "from shop.sql import counted\n" + History.Migration(
                "dependencies = [('blog', '0001_initial')]", "operations = [counted.RunSQL('select 3')]")));

        ProjectState state = history.Last();

        Assert.True(state.Models[new("shop", "order")].IsKnown);
        Assert.Equal(["RunSQL", "RunSQL"], history.Opaque.Select(o => o.Operation));
        Assert.Equal("the operation shop.sql.counted.RunSQL is not known",
            Assert.Single(state.AppDoubts["blog"]).What);
    }

    [Fact]
    public void A_folder_of_another_name_is_of_the_app_that_its_migrations_or_the_settings_name()
    {
        string Second(string app) =>
            History.Migration($"dependencies = [('{app}', '0001_initial')]", "operations = []");
        PythonFiles files = History.FilesOf(
            ("src/shop/db_migrations/0001_initial.py", History.Migration(
                "dependencies = [('auth', '0001_initial')]", First)),
            ("src/shop/db_migrations/0002_more.py", Second("shop")),
            ("src/shop/db_migrations/0003_most.py", History.Migration(
                "dependencies = [('shop', '0002_more'), ('blog', '0001_initial')]", "operations = []")),
            ("src/blog/migrations/0001_initial.py", History.Migration(First)),
            ("src/blog/old_migrations/0001_initial.py", History.Migration(First)),
            ("src/blog/old_migrations/0002_more.py", Second("blog")),
            ("src/news/schema/0001_initial.py", History.Migration(First)),
            ("src/news/steps/0001_squashed.py", History.Migration("replaces = [('press', '0001_initial')]", First)),
            ("src/mail/south_migrations/0001_initial.py", "class Migration(SchemaMigration): pass"),
            ("src/mail/data/0001_numbers.py", "NUMBERS = [1]"));

        MigrationFolders found = MigrationFolders.Find(files, SiteSettings.None.MigrationModules);
        Assert.Equal(
            ["blog src/blog/migrations", "press src/news/steps", "shop src/shop/db_migrations"],
            found.All.Select(f => $"{f.App} {f.Folder}"));
        Assert.Equal(["src/news/schema"], found.Nameless.Select(f => f.Folder));

        MigrationFolders told = MigrationFolders.Find(files, SiteSettings.Parse(
            ["MIGRATION_MODULES.news=news.schema", "MIGRATION_MODULES.blog=src.blog.old_migrations"]).MigrationModules);
        Assert.Equal(
            [
                "blog src/blog/old_migrations", "news src/news/schema", "press src/news/steps",
                "shop src/shop/db_migrations",
            ],
            told.All.Select(f => $"{f.App} {f.Folder}"));
        Assert.Empty(told.Nameless);
    }

    [Theory]
    [InlineData("AUTH_USER_MODEL")]
    [InlineData("AUTH_USER_MODEL=")]
    [InlineData("AUTH_USER_MODEL=user")]
    [InlineData("MIGRATION_MODULES.shop=")]
    public void A_setting_that_names_nothing_is_refused(string pair) => Assert.Equal(
        ErrorIds.InvalidOption, Assert.Throws<DataOpsException>(() => SiteSettings.Parse([pair])).Id);

    [Fact]
    public void Migrations_of_an_app_that_nothing_names_are_asked_for()
    {
        PythonFiles files = History.FilesOf(("src/news/schema/0001_initial.py", History.Migration(First)));

        Assert.Equal("src/news/schema holds migrations, and nothing says of which app; -Setting "
            + "MIGRATION_MODULES.<app>=schema would.", Assert.Throws<DataOpsException>(
                () => SiteMigrations.Read(files, ["src"], [], null, null)).Message);
        Assert.Equal(["news"], SiteMigrations.Read(files, ["src"], ["MIGRATION_MODULES.news=schema"], null, null)
            .History.Folders.Select(f => f.App));
        Assert.Contains("There is no folder news/steps with migrations of news below src.",
            Assert.Throws<DataOpsException>(() => SiteMigrations.Read(
                files, ["src"], ["MIGRATION_MODULES.news=news.steps"], null, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_that_nobody_knows_is_of_an_unknown_kind()
    {
        ProjectState state = History.Of(("shop/migrations/0001_initial.py", History.Migration("""
            operations = [migrations.CreateModel('Order', [('id', make_field())]),
                migrations.CreateModel('Item', [('rate', models.IntegerField(default=lambda: 3))])]
            """))).Last();

        ModelState order = state.Models[new("shop", "order")];
        Assert.Equal((FieldKind.Unknown, "make_field"), (order.Find("id")!.Kind, order.Find("id")!.Class.Path));
        ModelState item = state.Models[new("shop", "item")];
        Assert.True(item.IsKnown);
        UnknownValue unknown = Assert.IsType<UnknownValue>(item.Find("rate")!["default"]);
        Assert.Equal(("lambda: 3", 6), (unknown.Source.Text, unknown.Source.Line));
    }

    [Fact]
    public void A_syntax_error_is_named_with_its_line()
    {
        MigrationHistory history = History.Of(
            ("shop/migrations/0001_initial.py", History.Migration(First)),
            ("shop/migrations/0002_print.py", "class Migration:\n    print 'x'\n"));

        Assert.Contains("shop/migrations/0002_print.py:2: ''x'' is not expected here",
            history.Graph.Leaves.SelectMany(l => history.Graph[l].Doubts).Select(d => d.ToString()));
        Assert.False(history.Last().Models[new("shop", "order")].IsKnown && history.Problems.Any() is false);
    }

    [Fact]
    public void Circles_missing_migrations_and_two_ends_are_named()
    {
        MigrationHistory history = History.Of(
            ("shop/migrations/0001_initial.py", History.Migration("dependencies = [('blog', '0001_initial')]", First)),
            ("shop/migrations/0002_one.py", History.Migration("dependencies = [('shop', '0001_initial')]")),
            ("shop/migrations/0002_two.py",
                History.Migration("dependencies = [('shop', '0001_initial'), ('mail', '0003_queue')]")),
            ("blog/migrations/0001_initial.py", History.Migration("dependencies = [('shop', '0001_initial')]")));

        Assert.Equal(
        [
            "blog/migrations/0001_initial.py: its dependencies go in a circle: "
                + "blog.0001_initial -> shop.0001_initial -> blog.0001_initial",
            "shop/migrations/0002_one.py: shop has more than one last migration: 0002_one, 0002_two",
            "shop/migrations/0002_two.py: it depends on mail.0003_queue, of which there is no file",
        ], history.Problems.Select(p => p.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_squash_counts_unless_a_part_of_it_is_applied()
    {
        PythonFiles files = History.FilesOf(
            ("shop/migrations/0001_initial.py", History.Migration(First)),
            ("shop/migrations/0002_more.py", History.Migration("dependencies = [('shop', '0001_initial')]")),
            ("shop/migrations/0001_squashed.py",
                History.Migration("replaces = [('shop', '0001_initial'), ('shop', '0002_more')]", First)),
            ("shop/migrations/0003_last.py", History.Migration("dependencies = [('shop', '0001_squashed')]")));
        string[] Nodes(params string[] applied) => [.. MigrationHistory.Read(
            files, History.FoldersOf(files), applied.Select(a => new MigrationKey("shop", a)).ToHashSet(),
            new Dictionary<string, ModelLabel>()).Graph.Nodes.Select(n => n.Name).Order(StringComparer.Ordinal)];

        Assert.Equal(["0001_squashed", "0003_last"], Nodes());
        Assert.Equal(["0001_squashed", "0003_last"], Nodes("0001_initial", "0002_more"));
        Assert.Equal(["0001_initial", "0002_more", "0003_last"], Nodes("0001_initial"));
    }

    [Fact]
    public void A_field_of_ones_own_is_what_it_derives_from()
    {
        ProjectState state = History.Of(
            ("shop/__init__.py", ""), ("shop/migrations/__init__.py", ""),
            ("shop/base.py", "from django.db.models import ForeignKey as Key\n\nclass Owner(Key):\n    pass\n"),
            ("shop/fields.py", "from .base import *\n\nclass Keeper(Mixin, Owner):\n    pass\n"),
            ("shop/migrations/0001_initial.py", "import shop.fields\n" + History.Migration(
                "operations = [migrations.CreateModel('Order', [",
                "    ('keeper', shop.fields.Keeper(to=settings.AUTH_USER_MODEL, on_delete=models.PROTECT)),",
                "    ('other', elsewhere.fields.Field()) if False else ('two', models.TextField())])]"))).Last();

        FieldState keeper = state.Models[new("shop", "order")].Find("keeper")!;
        Assert.Equal((FieldKind.ForeignKey, "shop.fields.Keeper"), (keeper.Kind, keeper.Class.Path));
        Assert.Equal("AUTH_USER_MODEL", ModelTarget.Of(keeper["to"], new("shop", "order"))!.Setting);
    }

    [Fact]
    public void A_condition_that_nobody_knows_makes_those_models_unknown_that_it_changes()
    {
        ProjectState state = History.Of(
            ("shop/migrations/0001_initial.py", History.Migration(First)),
            ("shop/migrations/0002_maybe.py", "from django.db import connection\n" + History.Migration(
                "dependencies = [('shop', '0001_initial')]",
                "operations = []",
                "if settings.IS_LARGE:",
                "    operations += [migrations.RemoveField('order', 'paid')]",
                "else:",
                "    operations += [migrations.RunSQL('vacuum')]",
                "if connection.vendor == 'postgresql':",
                "    import django.contrib.postgres.search",
                "    operations.append(migrations.AddField('item', 'words', "
                    + "django.contrib.postgres.search.SearchVectorField()))"))).Last();

        Assert.Equal("shop/migrations/0002_maybe.py:8: its condition is known only where the file runs",
            Assert.Single(state.Models[new("shop", "order")].Doubts).ToString());
        ModelState item = state.Models[new("shop", "item")];
        Assert.Empty(item.Doubts);
        Assert.Equal(FieldKind.Value, item.Find("words")!.Kind);
    }

    [Fact]
    public void A_class_is_found_below_a_package_without_init_and_below_a_folder_that_can_be_none()
    {
        ProjectState state = History.Of(
            ("web-site/__init__.py", ""),
            ("web-site/shop/__init__.py", ""),
            ("web-site/shop/parts/fields.py", "from django.db import models\nclass Rate(models.DecimalField): pass"),
            ("web-site/shop/migrations/0001_initial.py", "import shop.parts.fields\n" + History.Migration(
                "operations = [migrations.CreateModel('Order', [('rate', shop.parts.fields.Rate(max_digits=3))])]")))
            .Last();

        Assert.Equal(("shop.parts.fields.Rate", "DecimalField"), (
            state.Models[new("shop", "order")].Find("rate")!.Class.Path,
            state.Models[new("shop", "order")].Find("rate")!.Class.Own));
    }

    [Fact]
    public void The_label_of_an_app_is_that_of_its_configuration()
    {
        PythonFiles files = History.FilesOf(
            ("site/shop/__init__.py", ""), ("site/shop/orders/__init__.py", ""),
            ("site/shop/orders/apps.py",
                "class Other:\n    name = 'shop.other'\n    label = 'other'\n\n"
                    + "class Orders(AppConfig):\n    name = 'shop.orders'\n    label = 'shop_orders'\n"),
            ("site/shop/orders/migrations/0001_initial.py", History.Migration(First)),
            ("site/blog/migrations/0001_initial.py", History.Migration(First)));

        Assert.Equal([("blog", "blog"), ("shop_orders", "shop.orders")],
            History.FoldersOf(files).Select(f => (f.App, f.Module)));
    }

    [Theory]
    [InlineData("A = ['x'] * 100000000")]
    [InlineData("A = 'x' * 100000000000")]
    [InlineData("A = 10 ** 10 ** 10")]
    [InlineData("A = [i for i in range(1000000000000)]")]
    [InlineData("A = [[[j for j in range(1000)] for k in range(1000)] for i in range(1000)]")]
    [InlineData("def f(x): return [f(x), f(x)]\nA = f(1)")]
    [InlineData("A = [A, B]\nB = [A, A]")]
    public void Hostile_values_cost_nothing_and_are_not_known(string text)
    {
        string start = text + "\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"B{i + 1} = [B{i}, B{i}]\n"))
            + "B0 = [1]\n";
        ProjectState state = History.Of(("shop/migrations/0001_initial.py", start + History.Migration(
            "operations = [migrations.CreateModel('Order', [('a', models.TextField(default=A)),",
            "    ('b', models.TextField(default=B60))])]"))).Last();

        ModelState? order = state.Models.GetValueOrDefault(new("shop", "order"));
        Assert.True(order is null ? state.AppDoubts.ContainsKey("shop") : order.Find("a")!["default"] is not LiteralValue);
        Assert.InRange(order?.Find("b")!["default"]!.Weight ?? 0, 0, 1_000_000);
    }

    [Fact]
    public void A_migration_is_followed_through_constants_and_helpers()
    {
        ProjectState state = History.Of(
            ("shop/__init__.py", ""), ("shop/migrations/__init__.py", ""),
            ("shop/names.py", "LONG = 10 * 8\nSTATES = [('new', 'New')] + [(s, s.upper()) for s in ('a', 'b')]\n"),
            ("shop/migrations/0001_initial.py", "from shop import names\nfrom shop.names import STATES\n"
                + "def text(**options):\n    options_ = 'x'\n    return models.CharField(default=options_)\n"
                + "def short(length=names.LONG): return models.CharField(max_length=length, choices=STATES)\n"
                + History.Migration(
                    "fields = [('a', short())]",
                    "fields += [('b', models.CharField(max_length=4 + 4, help_text='%s-%d' % ('a', 1)))]",
                    "operations = []",
                    "operations.append(migrations.CreateModel(name='Or' 'der', fields=[*fields]))"))).Last();

        ModelState order = state.Models[new("shop", "order")];
        Assert.Empty(order.Doubts);
        Assert.Equal("a-1", order.Find("b")!["help_text"]!.Text);
        Assert.Equal(["a", "b"], order.Fields.Select(f => f.Name));
    }
}
