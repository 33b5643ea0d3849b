using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.SiteDescriptions;
using DataOps.Core.Tests.Django.Migrations;

namespace DataOps.Core.Tests.Features.SiteDescriptions;

public sealed class ExportSiteDescriptionTests(PostgresServer server) : IDisposable
{
    private const string Models = """
        operations = [
            migrations.CreateModel('Order', [
                ('id', models.AutoField(primary_key=True)),
                ('author', models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True,
                    db_column='Author ID')),
                ('customer', models.ForeignKey('shop.Customer', models.PROTECT, db_constraint=False)),
                ('lot_id', models.IntegerField(default=7)),
                ('is_open', models.BooleanField(default=True)),
                ('state', models.CharField(max_length=9, default="it's new")),
                ('data', models.JSONField(default=dict)),
                ('made', models.DateTimeField(auto_now_add=True)),
                ('rate', models.IntegerField(default=rate)),
                ('paper', models.FileField(upload_to='papers')),
                ('lots', models.ManyToManyField('shop.Lot', db_table='order_lots')),
                ('seen', models.ManyToManyField('shop.Lot', db_constraint=False, related_name='+')),
                ('follows', models.ManyToManyField('self', db_constraint=False)),
            ], options={'db_table': 'legacy_orders'}),
            migrations.CreateModel('Customer', [('id', models.AutoField(primary_key=True))]),
            migrations.CreateModel('Lot', [('id', models.AutoField(primary_key=True))]),
            migrations.CreateModel('Vip', [], options={'proxy': True}, bases=('shop.customer',)),
            migrations.CreateModel('TopVip', [], options={'proxy': True}, bases=('shop.vip',)),
        ]
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-description-").FullName;

    private readonly TestDatabase _shop = server.Django("shop.order shop.customer shop.lot accounts.person", """
        create table accounts_person (id int primary key, login text unique not null, password text, last_login text);
        create table shop_customer (id int primary key);
        create table shop_lot (id int primary key);
        create table legacy_orders (id int primary key, "Author ID" int references accounts_person,
            customer_id int not null, lot_id int not null, is_open bool not null, state varchar(9) not null,
            data jsonb not null, made timestamptz not null, rate int not null, paper varchar(100) not null);
        create index legacy_orders_lot_id_0a1b2c3d on legacy_orders (lot_id);
        create table order_lots (id int primary key, order_id int references legacy_orders, lot_id int references shop_lot);
        create table django_migrations (id serial primary key, app text, name text, applied timestamptz);
        create table legacy_orders_seen (id int primary key, order_id int not null, lot_id int not null);
        create table legacy_orders_follows (id int primary key, from_order_id int not null, to_order_id int not null);
        insert into django_migrations (app, name) values
            ('accounts', '0001_initial'), ('shop', '0001_initial'), ('shop', '0002_sql')
        """);

    private string SitePath => Path.Combine(_folder, "site.json");

    public void Dispose()
    {
        _shop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_the_migrations_say_is_written_and_used()
    {
        SiteDescriptionNote[] notes = Export();

        Assert.Equal(SiteDescriptionNoteKind.Written, notes[0].Kind);
        Assert.Equal(
            [(SiteDescriptionNoteKind.NotApplied, "0003_later"), (SiteDescriptionNoteKind.RunSql, "0002_sql")],
            notes.Where(n => n.Migration is not null).Select(n => (n.Kind, n.Migration!)).Order());
        Assert.Contains("touches legacy_orders", Assert.Single(
            notes, n => n.Kind == SiteDescriptionNoteKind.RunSql).Note, StringComparison.Ordinal);
        JsonObject site = JsonNode.Parse(File.ReadAllText(SitePath))!.AsObject();
        Assert.Equal("""
            {"userModel":"accounts.person","userNameField":"login","apps":["accounts","shop"],
            "tables":{"shop.order":"legacy_orders"},
            "proxies":{"shop.topvip":"shop.customer","shop.vip":"shop.customer"},"columns":{"shop.order.author":"Author ID"},
            "manyToMany":{"shop.order.lots":"order_lots"},
            "onDelete":{"PROTECT":["shop.order.customer"],"SET_NULL":["shop.order.author"]},
            "defaults":{"shop.order.data":{},"shop.order.is_open":true,"shop.order.lot_id":7,
            "shop.order.state":"it's new"},
            "callableDefaults":{"django.utils.timezone.now":["shop.order.made"],
            "shop.migrations.0001_initial.rate":["shop.order.rate"]},
            "softReferences":["legacy_orders.customer_id=shop_customer",
            "legacy_orders_follows.from_order_id=legacy_orders","legacy_orders_follows.to_order_id=legacy_orders",
            "legacy_orders_seen.lot_id=shop_lot","legacy_orders_seen.order_id=legacy_orders"],"notReferences":["legacy_orders.lot_id"],
            "fileFields":{"shop.order.paper":"papers"}}
            """.ReplaceLineEndings(""), Shown(site));

        using Session session = Session.Open(_shop.Settings.WithSite(SitePath), "Test");
        ReferenceCatalog catalog = ReferenceCatalog.Read(session);
        Model order = Assert.Single(catalog.Models, m => m.Label == new ModelLabel("shop", "order"));
        Reference author = catalog.From(order.Table).Single(r => r.Column.Name == "Author ID");
        Assert.Equal(OnDelete.SetNull, OnDeleteRules.Of(catalog, author));
        Assert.Equal(["follows", "lots", "seen"], order.ManyToMany.Select(m => m.Name).Order());
        FieldDefault? Default(string column) =>
            FieldDefault.Of(session, catalog, order, order.Table.Find(column)!, CancellationToken.None);
        Assert.Equal(["true", "7", "it's new", "{}"],
            ((string[])["is_open", "lot_id", "state", "data"]).Select(c => Default(c)!.Shown));
        Assert.Equal(("now()", true), (Default("made")!.Shown, Default("made")!.IsForNew));
        Assert.Null(Default("rate"));
        Assert.Equal(["login"], NaturalKeys.Of(catalog, []).Of(
            catalog.TableOf(new("accounts", "person"))!)!.Parts.Select(p => p.Column.Name));
    }

    [Fact]
    public void What_a_person_added_is_kept_and_what_was_generated_is_generated_anew()
    {
        Export();
        JsonObject site = JsonNode.Parse(File.ReadAllText(SitePath))!.AsObject();
        site["timeZone"] = "Europe/Zurich";
        site["tables"]!["shop.lot"] = "shop_lot";
        site["defaults"]!["shop.order.lot_id"] = 8;
        File.WriteAllText(SitePath, site.ToJsonString());
        _shop.Execute("delete from django_migrations where name = '0002_sql'; "
            + "alter table legacy_orders drop column is_open");

        SiteDescriptionNote[] notes = Export();

        Assert.Equal(["defaults: shop.order.lot_id", "tables: shop.lot", "timeZone: Europe/Zurich"],
            notes.Where(n => n.Kind == SiteDescriptionNoteKind.Kept).Select(n => n.Note).Order(StringComparer.Ordinal));
        site = JsonNode.Parse(File.ReadAllText(SitePath))!.AsObject();
        Assert.Equal("8", site["defaults"]!["shop.order.lot_id"]!.ToJsonString());
        Assert.False(site["defaults"]!.AsObject().ContainsKey("shop.order.is_open"));
        Assert.Equal("Europe/Zurich", (string?)site["timeZone"]);
        string again = File.ReadAllText(SitePath);
        Export();
        Assert.Equal(again, File.ReadAllText(SitePath));
    }

    [Fact]
    public void A_migration_that_is_applied_without_a_file_makes_the_models_unknown()
    {
        _shop.Execute("insert into django_migrations (app, name) values ('shop', '0009_newer')");

        Assert.Contains(Export(), n => n.Kind == SiteDescriptionNoteKind.NotKnown
            && n.Note == "shop.0009_newer is applied, and there is no file of it");
        JsonObject site = JsonNode.Parse(File.ReadAllText(SitePath))!.AsObject();
        Assert.Equal("""["shop.customer","shop.lot","shop.order","shop.topvip","shop.vip"]""", site["notKnown"]!.ToJsonString());
        Assert.False(site.ContainsKey("tables"));
    }

    [Fact]
    public void Folders_wheels_and_tar_files_say_the_same_without_a_database()
    {
        string folder = Write();
        string wheel = Path.Combine(_folder, "shop-1.0-py3-none-any.whl");
        ZipFile.CreateFromDirectory(folder, wheel);
        string tar = Path.Combine(_folder, "shop-1.0.tar.gz");
        using (GZipStream gzip = new(File.Create(tar), CompressionLevel.Fastest))
            TarFile.CreateFromDirectory(folder, gzip, includeBaseDirectory: true);

        string[] sites = [.. ((string[])[folder, wheel, tar]).Select(path =>
        {
            File.Delete(SitePath);
            Assert.Equal(SiteDescriptionNoteKind.Written, new ExportSiteDescription().RunOffline(
                new() { MigrationPath = [path], Path = SitePath, Offline = true }, new()).First().Kind);
            return Shown(JsonNode.Parse(File.ReadAllText(SitePath))!.AsObject());
        })];

        Assert.Contains("legacy_orders", sites[0], StringComparison.Ordinal);
        Assert.Single(sites.Distinct());
    }

    [Theory]
    [InlineData("empty", ErrorIds.NoMigrations)]
    [InlineData("nowhere", ErrorIds.FileNotFound)]
    [InlineData("text.whl", ErrorIds.ReadFailed)]
    [InlineData("text.tar", ErrorIds.ReadFailed)]
    public void Paths_without_migrations_are_named(string name, string id)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "empty"));
        File.WriteAllText(Path.Combine(_folder, "text.whl"), "no archive");
        File.WriteAllText(Path.Combine(_folder, "text.tar"), "no archive");

        DataOpsException refused = Assert.Throws<DataOpsException>(() => new ExportSiteDescription().RunOffline(
            new() { MigrationPath = [Path.Combine(_folder, name)], Path = SitePath, Offline = true }, new()).ToArray());

        Assert.Equal(id, refused.Id);
        Assert.False(File.Exists(SitePath));
    }

    [Fact]
    public void The_schema_knows_the_members_that_are_read()
    {
        using JsonDocument schema = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "docs", "site.schema.json")));

        Assert.Equal(SiteDescription.Members, schema.RootElement.GetProperty("properties").EnumerateObject()
            .Select(p => p.Name));
    }

    private static string Shown(JsonObject site) => new JsonObject(site.Where(m => m.Key[0] != '$')
        .Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone()))).ToJsonString(
            new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private SiteDescriptionNote[] Export() =>
        [.. _shop.Run(new ExportSiteDescription(), new() { MigrationPath = [Write()], Path = SitePath })];

    private string Write()
    {
        string folder = Path.Combine(_folder, "src");
        void File(string path, string text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
            System.IO.File.WriteAllText(Path.Combine(folder, path), text);
        }
        foreach (string package in (string[])["shop", "shop/migrations", "accounts", "accounts/migrations"])
            File($"{package}/__init__.py", "");
        File("accounts/models.py", "class Person(AbstractBaseUser):\n    USERNAME_FIELD = 'login'\n");
        File("accounts/migrations/0001_initial.py", History.Migration(
            "operations = [migrations.CreateModel('Person', [('id', models.AutoField(primary_key=True)),",
            "    ('login', models.TextField(unique=True)), ('password', models.TextField()), "
                + "('last_login', models.TextField())])]"));
        File("shop/migrations/0001_initial.py", "def rate(): return 3\n" + History.Migration(
            "dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]", Models));
        File("shop/migrations/0002_sql.py", History.Migration("dependencies = [('shop', '0001_initial')]",
            "operations = [migrations.RunSQL('update legacy_orders set lot_id = 1')]"));
        File("shop/migrations/0003_later.py", History.Migration("dependencies = [('shop', '0002_sql')]",
            "operations = [migrations.DeleteModel('Customer')]"));
        return folder;
    }
}
