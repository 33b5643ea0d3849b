using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Features.Databases;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Rows;

namespace DataOps.Core.Tests.Django.Models;

public sealed class SiteDescriptionTests(PostgresServer server) : IDisposable
{
    private readonly TestDatabase _shop = server.Django("shop.sale shop.vote shop.item", """
        create table legacy_sales (id int primary key, "Buyer ID" int);
        create table shop_item (id int primary key, sale_id int);
        create index shop_item_sale_id_0a1b2c3d on shop_item (sale_id);
        create table shop_vote (id int primary key, kind int not null, target int not null);
        insert into legacy_sales values (1, 5);
        insert into shop_item values (1, 9);
        insert into shop_vote select 1, id, 77 from django_content_type where model = 'sale'
        """);

    private readonly ChangeFiles _files = new();

    public void Dispose()
    {
        _shop.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Tables_columns_and_references_of_other_names_are_told()
    {
        using Session session = Open("""
            { "tables": { "shop.sale": "public.legacy_sales" }, "columns": { "shop.sale.buyer": "Buyer ID" },
              "genericReferences": [ "shop_vote.kind+target" ], "notReferences": [ "shop_item.sale_id" ] }
            """);

        ModelInfo sale = Assert.Single(new GetModel().Run(session, new(), new()), m => m.Model == "shop.sale");
        Assert.Equal(("legacy_sales", "buyer"), (sale.Table, sale.Fields));
        Finding orphan = Assert.Single(new FindOrphan().Run(session, new() { IncludeExpected = true }, new()));
        Assert.Equal((ReferenceClass.Generic, "shop_vote.kind+target", "77", "legacy_sales"),
            (orphan.Class, orphan.Reference, orphan.Value, orphan.References));
    }

    [Fact]
    public void Parent_links_of_other_names_rich_texts_and_how_all_is_known_are_told()
    {
        using TestDatabase press = server.Django("press.article press.essay", """
            create table press_article (id int primary key, teaser varchar(200) not null);
            create table press_essay (basis_id int primary key references press_article);
            """);
        using Session session = Session.Open(press.Settings.WithSite("""
            { "parentLinks": [ "press.essay.basis", "press.article.nothing" ],
              "richTextFields": [ "press.article.teaser" ] }
            """), "Test");
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, reading: new());

        Reference link = Assert.Single(catalog.From(catalog.TableOf(new("press", "essay"))!));
        Assert.Equal((true, KnownBy.SiteDescription), (link.IsParentLink, link.KnownBy));
        Assert.Equal("press_article",
            Assert.Single(catalog.Models, m => m.Label == new ModelLabel("press", "essay")).Parent?.Name);
        Assert.Equal("press.article.nothing", Assert.Single(catalog.Contradictions).Key);
        ReferenceCatalog untold = ReferenceCatalog.Read(press.Session);
        link = Assert.Single(untold.From(untold.TableOf(new("press", "essay"))!));
        Assert.Equal((false, KnownBy.Constraint), (link.IsParentLink, link.KnownBy));
        Assert.Equal(KnownBy.Name, Assert.Single(
            new GetModel().Run(press.Session, new() { Model = ["press.essay"] }, new())).KnownBy);
    }

    [Fact]
    public void StreamFields_are_dumped_as_Django_writes_them_and_come_back_and_files_of_deleted_rows_are_named()
    {
        using TestDatabase press = server.Django("press.sheet", """
            create table press_sheet (id int primary key, body jsonb not null, scan varchar(100) not null);
            insert into press_sheet values (1, '[]', 'a.pdf'), (2, '[{"id": "x", "type": "line", "value": "Ä"}]', 'b.pdf')
            """);
        using Session session = Session.Open(press.Settings.WithSite("""
            { "streamFields": [ "press.sheet.body" ], "fileFields": { "press.sheet.scan": "scans" } }
            """), "Test");
        string?[] before = [.. press.Column("select body::text || scan from press_sheet order by id")];

        string dump = _files.New() + ".json";
        Assert.Single(new ExportDataset().Run(session, new() { Path = dump, Model = ["press.sheet"] }, new()));
        Assert.Contains("\"body\": \"[]\"", File.ReadAllText(dump), StringComparison.Ordinal);
        press.Execute("delete from press_sheet");
        Assert.NotEmpty(new ImportDataset().Run(session, new() { Path = dump, NoUndo = true }, new()));
        Assert.Equal(before, press.Column("select body::text || scan from press_sheet order by id"));

        List<string> warnings = [];
        Assert.NotEmpty(new RemoveRow().Run(session, new() { Model = ["press.sheet"], Key = ["1"], NoUndo = true },
            new() { Warning = warnings.Add }));
        Assert.Contains(warnings, w => w.Contains("files of deleted rows of press.sheet (scan)", StringComparison.Ordinal));
    }

    [Fact]
    public void Links_in_a_short_text_are_found_where_the_description_says_so()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("""
            alter table wagtailimages_image add column teaser varchar(200) not null default '';
            update wagtailimages_image set teaser = '<a linktype="page" id="987654">gone</a>'
                where id = (select min(id) from wagtailimages_image)
            """);
        Finding[] Find(string description)
        {
            using Session session = Session.Open(site.Settings.WithSite(description), "Test");
            return [.. new FindOrphan().Run(session, new() { Table = ["wagtailimages_image"] }, new())];
        }

        Assert.Empty(Find("{}"));
        Finding orphan = Assert.Single(Find("""{ "richTextFields": [ "wagtailimages.image.teaser" ] }"""));
        Assert.Equal((ReferenceClass.Embedded, "teaser", "987654"), (orphan.Class, orphan.Column, orphan.Value));
    }

    [Fact]
    public void Generic_references_to_a_proxy_are_looked_up_in_the_table_that_the_description_tells()
    {
        using TestDatabase site = server.Django("lend.reader lend.member lend.note", """
            create table lend_reader (id int primary key);
            create table lend_note (
              id int primary key, content_type_id int references django_content_type, object_id int);
            insert into lend_reader values (1);
            insert into lend_note values (1, 2, 1), (2, 2, 7), (3, 1, 1);
            """);
        using Session blind = site.Open();
        using Session told = Session.Open(
            site.Settings.WithSite("""{ "proxies": { "lend.member": "lend.reader" } }"""), "Test");
        string[] Find(Session session) =>
            [.. new FindOrphan().Run(session, new() { IncludeExpected = true }, new()).Select(
                f => $"{f.Class} {f.Severity} {f.Key}: {f.Problem}")];

        const string why = "cannot be checked: lend.member has no table of that name (removed, a proxy, or Meta.db_table)";
        Assert.Equal([$"Unchecked Expected 1: object_id 1 {why}", $"Unchecked Expected 2: object_id 7 {why}"], Find(blind));
        Assert.Equal(
            [
                "Generic Warning 2: object_id 7 is not in lend_reader: lend.member is a proxy, and lend_reader has no row "
                    + "of that key",
            ], Find(told));
        Assert.Equal([false, true], new[] { blind, told }.Select(
            s => new FindStaleContentType().Run(s, new() { Model = ["lend.member"], IncludeLive = true }, new())
                .Single().Class is ContentTypeClass.Live));

        // The object's own row goes along; what is a proxy's stays, and is told.
        List<string> warnings = [];
        _ = new RemoveRow().Run(told, new() { Model = ["lend.reader"], Key = ["1"], WhatIf = true },
            new() { Warning = warnings.Add }).ToArray();
        Assert.Contains(warnings, w => w.StartsWith("1 row keeps a reference to rows to be deleted: lend.note 1 "
            + "(object_id)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_reference_whose_column_has_a_name_of_its_own_has_Django_s_names_in_a_file()
    {
        _shop.Execute("alter table shop_item add column \"Seller No\" int references shop_item");
        using Session session = Open("""{ "columns": { "shop.item.seller": "Seller No" } }""");
        using ImportFiles files = new();
        string file = files.Lines(
            """{"model": "shop.item", "pk": 2, "fields": {"sale_id": 1, "seller": 1}}""",
            """{"model": "shop.item", "pk": 3, "fields": {"sale_id": 1, "seller_id": 2}}""");

        _ = new ImportDataset().Run(session, new() { Path = file, NoUndo = true }, new()).ToArray();

        Assert.Equal(["1", "2"], _shop.Column("select \"Seller No\" from shop_item where id > 1 order by id"));
    }

    [Fact]
    public void On_delete_is_told_before_it_is_known_or_guessed()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        using Session session = Session.Open(site.Settings.WithSite("""
            { "onDelete": { "SET": [ "wagtailcore.page.content_type", "wagtailcore.page.owner" ],
                "PROTECT": [ "wagtailcore.page.locked_by" ] } }
            """), "Test");
        ReferenceCatalog catalog = ReferenceCatalog.Read(session);
        OnDelete Of(string column) => OnDeleteRules.Of(catalog, catalog.From(catalog.TableOf(WagtailTables.Page)!)
            .First(r => r.IsDeclared && r.Column.Name == column));

        // What SET does to a page's content type is known; what it does to an owner is not.
        Assert.Equal(OnDelete.SetPlainPage, Of("content_type_id"));
        Assert.Equal(OnDelete.Unknown, Of("owner_id"));
        Assert.Equal(OnDelete.Protect, Of("locked_by_id"));
        Assert.Equal(OnDelete.SetNull, Of("latest_revision_id"));
    }

    [Fact]
    public void Without_it_the_same_database_shows_what_nobody_can_know()
    {
        Assert.Single(_shop.Run(new GetModel(), new()), m => m is { Model: "shop.sale", Kind: "NoTable" });
        Assert.Empty(_shop.Run(new FindOrphan(), new() { IncludeExpected = true }));
    }

    [Theory]
    [InlineData("{ \"tabels\": {} }", "there is no member tabels")]
    [InlineData("{ \"tables\": { \"shop.sale\": \"nowhere\" } }", "there is no table nowhere of shop.sale")]
    [InlineData("{ \"tables\": { \"sale\": \"legacy_sales\" } }", "sale is no model, as app.model")]
    [InlineData("{ \"columns\": { \"shop.sale\": \"x\" } }", "shop.sale is no field")]
    [InlineData("{ \"genericReferences\": [ \"shop_vote.kind\" ] }", "not of the form table.type_column+id_column")]
    [InlineData("{ \"genericReferences\": [ \"shop_vote.kind+nix\" ] }", "shop_vote has no column nix")]
    [InlineData("{ \"tables\": [] }", "requires an element of type 'Object'")]
    [InlineData("{ \"tables\"", "cannot be used")]
    [InlineData("DataOps.psd1", "is a .psd1 file, which PowerShell's cmdlets alone read")]
    public void What_cannot_be_meant_is_refused_and_named(string site, string why)
    {
        using Session session = Open(
            site.EndsWith(".psd1", StringComparison.Ordinal) ? Path.Combine(Repository.Root, site) : site);

        DataOpsException refusal = Assert.Throws<DataOpsException>(() => ReferenceCatalog.Read(session));

        Assert.Equal(ErrorIds.InvalidSite, refusal.Id);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        using Session session = Open("/nowhere/site.json");

        Assert.Equal(ErrorIds.FileNotFound, Assert.Throws<DataOpsException>(() => ReferenceCatalog.Read(session)).Id);
    }

    private Session Open(string site) => Session.Open(_shop.Settings.WithSite(site), "Test");
}
