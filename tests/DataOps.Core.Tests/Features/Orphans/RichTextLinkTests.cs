using DataOps.Core.Features.Databases;
using DataOps.Core.Features.Orphans;

namespace DataOps.Core.Tests.Features.Orphans;

/// <summary>Links of rich text, which the text itself tells: no row of Wagtail's reference index is needed.</summary>
public sealed class RichTextLinkTests : IDisposable
{
    // A page 1, a document 2, an image 3, and the project's own images in which 4 is.
    private const string Site = """
        create table wagtailcore_page (id int primary key, search_description text);
        create table wagtaildocs_document (id int primary key, title varchar(255), file varchar(100), collection_id int);
        create table wagtailimages_image (
          id int primary key, title varchar(255), file varchar(100), collection_id int, width int);
        create table media_photo (
          id int primary key, title varchar(255), file varchar(100), collection_id int, width int, credit text);
        create table wagtailcore_revision (id int primary key, content jsonb);
        create table wagtailcore_referenceindex (
          id int primary key, object_id varchar(255), to_object_id varchar(255), model_path text, content_path text,
          content_type_id int, to_content_type_id int);
        create table tour_stop (id int primary key, intro text, body jsonb, note varchar(255), old json);
        create table tour_guide (id int primary key, life text);
        insert into wagtailcore_page values (1, '');
        insert into wagtaildocs_document values (2, 'Map', 'map.pdf', 1);
        insert into wagtailimages_image values (3, 'Pier', 'pier.jpg', 1, 10);
        insert into media_photo values (4, 'Quay', 'quay.jpg', 1, 10, 'Ada');
        """;

    private const string Models = "wagtailcore.page wagtaildocs.document wagtailimages.image media.photo "
        + "wagtailcore.revision wagtailcore.referenceindex tour.stop tour.guide";

    private readonly TestDatabase _site;

    public RichTextLinkTests(PostgresServer server) => _site = server.Django(Models, Site);

    public void Dispose() => _site.Dispose();

    [Fact]
    public void A_link_to_what_is_not_there_is_found_however_its_attributes_are_written()
    {
        _site.Execute("""
            insert into tour_stop (id, intro) values
              (10, '<p><a linktype="page" id="91">a</a> and <a id="92" linktype="page" data-id="1">b</a></p>'),
              (11, '<a linktype=''document'' id=''93''>c</a><embed alt="pier" embedtype="image" format="left" id="94"/>'),
              (12, E'<a\n  linktype="page"\n  id="95">d</a> <a linktype="page" id="95">twice</a>')
            """);

        Assert.Equal(
            [
                "10 intro 91 wagtailcore_page", "10 intro 92 wagtailcore_page", "11 intro 93 wagtaildocs_document",
                "11 intro 94 wagtailimages_image", "12 intro 95 wagtailcore_page",
            ],
            Found());
        Finding first = Find().First(f => f.Key == "10");
        Assert.Equal(
            (ReferenceClass.Embedded, Severity.Warning, "tour_stop.intro->wagtailcore.page", "tour.stop",
                "intro 91 is not in wagtailcore_page: a link inside the text"),
            (first.Class, first.Severity, first.Reference, first.Model, first.Problem));
    }

    [Fact]
    public void A_link_inside_json_is_found_as_one_inside_text()
    {
        _site.Execute("""
            insert into tour_stop (id, body, old) values (10,
              jsonb_build_array(jsonb_build_object('type', 'text', 'value',
                E'<p><a id="91" linktype="page">a</a>\n<embed\n embedtype="image" id="92" alt=""/></p>')),
              json_build_object('value', '<a linktype="document" id="93">b</a>'))
            """);

        Assert.Equal(
            [
                "10 body 91 wagtailcore_page", "10 body 92 wagtailimages_image", "10 old 93 wagtaildocs_document",
            ],
            Found());
    }

    [Fact]
    public void What_is_there_and_what_is_no_link_to_a_row_is_no_finding()
    {
        _site.Execute("""
            insert into tour_stop (id, intro, note) values
              (10, '<a linktype="page" parentId="7" id="1">a</a><a linktype="document" id="2">b</a>', ''),
              (11, '<embed embedtype="image" id="3"/><embed embedtype="image" id="4"/>', ''),
              (12, '<a href="https://an.example/?linktype=page&id=9">c</a><a href="#linktype=" id="8">d</a>', ''),
              (13, '<a href="mailto:ada@an.example" id="9">e</a><embed embedtype="media" url="https://v.example/id=9"/>', ''),
              (14, '<a linktype="chapter" id="9">f</a><abbr linktype="page" id="9">g</abbr> <a linktype="page">h</a>', ''),
              (15, 'to write linktype="page" id="9" is not to link', '<a linktype="page" id="9">too short a column</a>');
            insert into wagtailcore_revision values (1, '{"intro": "<a linktype=\"page\" id=\"9\">history</a>"}')
            """);

        Assert.Empty(Found());
    }

    [Fact]
    public void A_link_that_the_reference_index_has_as_well_is_found_once_with_its_place()
    {
        _site.Execute("""
            insert into tour_stop (id, body) values
              (10, '[{"id": "ab", "value": "<a linktype=\"page\" id=\"91\">a</a>"}, {"id": "cd", "page": 92}]'),
              (11, '[{"id": "ef", "value": "<a linktype=\"page\" id=\"93\">newer than the index</a>"}]');
            insert into wagtailcore_referenceindex
            select n, '10', (90 + n)::text, 'body.text', 'body.ab', s.id, p.id from generate_series(1, 2) n,
              django_content_type s, django_content_type p where s.model = 'stop' and p.model = 'page'
            """);

        Assert.Equal(
            [
                "body 91 is not in wagtailcore_page: inside the text, at body.ab",
                "body 92 is not in wagtailcore_page: inside the text, at body.ab",
                "body 93 is not in wagtailcore_page: a link inside the text",
            ],
            Find().Select(f => f.Problem).Order(StringComparer.Ordinal));
        Assert.Equal(3, Assert.Single(_site.Run(
            new FindOrphan(), new() { Summary = true, Class = [ReferenceClass.Embedded] })).Count);
    }

    [Fact]
    public void Images_of_the_projects_own_model_are_named_where_the_reference_index_knows_it()
    {
        _site.Execute("""
            insert into tour_stop (id, intro) values (10, '<embed embedtype="image" id="94"/>');
            insert into wagtailcore_referenceindex
            select 1, '10', '4', 'other', 'other', s.id, p.id from django_content_type s, django_content_type p
            where s.model = 'stop' and p.model = 'photo'
            """);

        Assert.Equal(["10 intro 94 media_photo"], Found());
    }

    [Fact]
    public void A_kind_of_link_that_no_row_has_is_no_reference_and_the_class_can_be_left_out()
    {
        _site.Execute("""insert into tour_stop (id, intro) values (10, '<a linktype="page" id="91">a</a>')""");

        Assert.Equal(
            ["tour_stop.intro->wagtailcore.page links inside the text"],
            _site.Run(new GetReference(), new() { Class = [ReferenceClass.Embedded] })
                .Cast<ReferenceInfo>().Select(r => $"{r.Reference} {r.Evidence}"));
        Assert.Empty(_site.Run(new FindOrphan(), new() { Class = [ReferenceClass.ForeignKey] }));
    }

    [Fact]
    public void It_is_never_repaired()
    {
        _site.Execute("""insert into tour_stop (id, intro) values (10, '<a linktype="page" id="91">a</a>')""");

        Assert.Equal(ErrorIds.NotRepairable, Assert.Throws<DataOpsException>(() => _site.Run(
            new RepairOrphan(), new() { Reference = ["tour_stop.intro->wagtailcore.page"], NoUndo = true })).Id);
    }

    [Fact]
    public void A_table_that_the_role_may_not_read_is_a_finding_and_the_others_are_read()
    {
        string role = $"linker_{Guid.NewGuid():N}";
        _site.Execute($"""
            insert into tour_guide values (1, '<a linktype="page" id="91">a</a>');
            create role {role} login; grant select on all tables in schema public to {role};
            revoke select on tour_stop from {role}
            """);
        try
        {
            using Session session = Session.Open(ConnectionSettings.Parse(
                _site.Uri.Replace("postgres@", role + "@", StringComparison.Ordinal)), "Test");
            Finding[] found = [.. new FindOrphan().Run(session, new(), new())];

            Assert.Equal("91", Assert.Single(found, f => f.Table == "tour_guide").Value);
            Finding failed = Assert.Single(found, f => f.Table == "tour_stop");
            Assert.Equal((AuditProblem.CheckFailed, $"grant select on public.tour_stop to {role}"),
                ((AuditProblem)failed.Class!, failed.Remedy));
        }
        finally
        {
            _site.Execute($"drop owned by {role}; drop role {role}");
        }
    }

    private IReadOnlyList<Finding> Find() =>
        _site.Run(new FindOrphan(), new() { Class = [ReferenceClass.Embedded] });

    private IEnumerable<string> Found() =>
        Find().Select(f => $"{f.Key} {f.Column} {f.Value} {f.References}").Order(StringComparer.Ordinal);
}
