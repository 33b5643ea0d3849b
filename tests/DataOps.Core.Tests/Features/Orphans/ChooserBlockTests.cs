using DataOps.Core.Features.Databases;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Rows;

namespace DataOps.Core.Tests.Features.Orphans;

/// <summary>Keys in the chooser blocks that a site's description names.</summary>
public sealed class ChooserBlockTests : IDisposable
{
    // Pages 1 to 3, a document 2, an image 3, and a snippet whose key is a UUID.
    private const string Site = """
        create table wagtailcore_page (id int primary key, title text);
        create table wagtaildocs_document (id int primary key, title varchar(255), file varchar(100), collection_id int);
        create table wagtailimages_image (
          id int primary key, title varchar(255), file varchar(100), collection_id int, width int);
        create table media_photo (
          id int primary key, title varchar(255), file varchar(100), collection_id int, width int, credit text);
        create table tour_guide (id uuid primary key, name text);
        create table tour_stop (id int primary key, body jsonb not null);
        create table tour_leaflet (id int primary key, body text not null);
        insert into wagtailcore_page values (1, 'Root'), (2, 'Pier'), (3, 'Quay');
        insert into wagtaildocs_document values (2, 'Map', 'map.pdf', 1);
        insert into wagtailimages_image values (3, 'Pier', 'pier.jpg', 1, 10);
        insert into media_photo values (4, 'Quay', 'quay.jpg', 1, 10, 'Ada');
        insert into tour_guide values ('6f9619ff-8b86-4d01-b42d-00c04fc964ff', 'Ada');
        """;

    private const string Models =
        "wagtailcore.page wagtaildocs.document wagtailimages.image media.photo tour.guide tour.stop tour.leaflet";

    private const string Description = """
        { "streamFields": [ "tour.stop.body" ],
          "proxies": { "media.hero": "wagtailimages.image" },
          "chooserBlocks": {
            "tour.stop.body.photo": "media.hero",
            "tour.stop.body.card.image": "wagtailimages.image",
            "tour.stop.body.gallery.item": "wagtailimages.image",
            "tour.stop.body.cards.item.image": "wagtailimages.image",
            "tour.stop.body.story.paper": "wagtaildocs.document",
            "tour.stop.body.story.part.next": "wagtailcore.page",
            "tour.stop.body.table.cell.map": "wagtaildocs.document",
            "tour.stop.body.guide": "tour.guide",
            "tour.leaflet.body.photo": "wagtailimages.image" } }
        """;

    private readonly TestDatabase _site;
    private readonly Session _session;

    public ChooserBlockTests(PostgresServer server)
    {
        _site = server.Django(Models, Site);
        _session = Session.Open(_site.Settings.WithSite(Description), "Test");
    }

    public void Dispose()
    {
        _session.Dispose();
        _site.Dispose();
    }

    [Fact]
    public void A_key_without_a_row_is_found_in_blocks_of_every_form()
    {
        Put(10, """[{"type": "photo", "value": 91, "id": "a1"}, {"type": "photo", "value": 3, "id": "a2"}]""");
        Put(11, """[{"type": "card", "value": {"image": 92, "text": "x"}, "id": "b1"}]""");
        Put(12, """[{"type": "gallery", "value": [93, 3, null]}]""");
        Put(13, """[{"type": "gallery", "value": [{"type": "item", "value": 94, "id": "d2"}], "id": "d1"}]""");
        Put(14, """[{"type": "cards", "value": [{"image": 95}, {"type": "item", "value": {"image": 96}, "id": "e2"}]}]""");
        Put(15, """
            [{"type": "story", "id": "f1", "value": [{"type": "paper", "value": 97, "id": "f2"},
              {"type": "part", "value": {"next": 98}, "id": "f3"}]}]
            """);
        Put(16, """
            [{"type": "table", "id": "g1", "value": {"columns": [{"type": "text"}, {"type": "map"}],
              "rows": [{"values": ["99", 2]}, {"values": ["", 99]}]}}]
            """);
        Put(17, """[{"type": "guide", "value": "6f9619ff-8b86-4d01-b42d-00c04fc96400", "id": "h1"}]""");

        Assert.Equal(
            [
                "10 91 wagtailimages_image body.a1", "11 92 wagtailimages_image body.b1.image",
                "12 93 wagtailimages_image body.gallery.item", "13 94 wagtailimages_image body.d1.d2",
                "14 95 wagtailimages_image body.cards.item.image", "14 96 wagtailimages_image body.cards.e2.image",
                "15 97 wagtaildocs_document body.f1.f2", "15 98 wagtailcore_page body.f1.f3.next",
                "16 99 wagtaildocs_document body.g1.rows.1.values.1.map",
                "17 6f9619ff-8b86-4d01-b42d-00c04fc96400 tour_guide body.h1",
            ],
            Found());
        Assert.Equal(
            [
                "tour_stop.body->tour.guide", "tour_stop.body->wagtailcore.page", "tour_stop.body->wagtaildocs.document",
                "tour_stop.body->wagtailimages.image",
            ],
            new GetReference().Run(_session, new() { Class = [ReferenceClass.Embedded] }, new OperationContext())
                .OfType<ReferenceInfo>()
                .Where(r => r.KnownBy == KnownBy.SiteDescription).Select(r => r.Reference).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_there_what_is_no_key_and_what_the_description_does_not_name_is_no_finding()
    {
        Put(10, """
            [{"type": "photo", "value": 3}, {"type": "photo", "value": 4}, {"type": "photo", "value": null},
             {"type": "photo", "value": ""}, {"type": "photo", "value": {"image": 91}}, {"type": "photo", "value": [91]},
             {"type": "photo"}, {"type": "guide", "value": "6f9619ff-8b86-4d01-b42d-00c04fc964ff"},
             {"type": "price", "value": 91}, {"type": "card", "value": {"text": 91, "photo": 91}},
             {"type": "gallery", "value": [{"type": "photo", "value": 91, "id": "a"}]}, {"photo": 91}, 91, "photo"]
            """);
        Put(11, """{"photo": 91, "card": {"image": 91}}""");
        Put(12, "[]");
        _site.Execute("""insert into tour_leaflet values (1, '[{"type": "photo", "value": 91}] is no JSON')""");

        List<string> warnings = [];
        Assert.Empty(new FindOrphan().Run(_session, new(), new OperationContext { Warning = warnings.Add }));
        Assert.EndsWith("tour_leaflet.body is text and not JSON, and is not searched.", Assert.Single(warnings));
    }

    [Fact]
    public void A_deletion_names_the_rows_that_keep_the_key_and_no_repair_changes_it()
    {
        Put(10, """[{"type": "card", "value": {"image": 3}, "id": "b1"}]""");
        List<string> warnings = [];

        _ = new RemoveRow().Run(
            _session, new() { Model = ["wagtailimages.image"], Key = ["3"], NoUndo = true },
            new OperationContext { Warning = warnings.Add }).Count();

        Assert.Contains("1 row keeps a reference to rows to be deleted: tour.stop 10 (body)", warnings[0],
            StringComparison.Ordinal);
        Assert.Equal(["10 3 wagtailimages_image body.b1.image"], Found());
        Assert.Equal(ErrorIds.NotRepairable, Assert.Throws<DataOpsException>(() => new RepairOrphan().Run(
            _session, new() { Reference = ["tour_stop.body->wagtailimages.image"], NoUndo = true },
            new OperationContext()).Count()).Id);
    }

    [Fact]
    public void Without_a_description_nothing_is_a_chooser()
    {
        Put(10, """[{"type": "photo", "value": 91}]""");

        Assert.Empty(_site.Run(new FindOrphan(), new()));
    }

    private void Put(int id, string body) =>
        _site.Execute($"insert into tour_stop values ({id}, '{body}')");

    private string[] Found() => [.. new FindOrphan()
        .Run(_session, new() { Class = [ReferenceClass.Embedded] }, new OperationContext())
        .Select(f => $"{f.Key} {f.Value} {f.References} {f.Problem![(f.Problem!.LastIndexOf(' ') + 1)..]}")
        .Order(StringComparer.Ordinal)];
}
