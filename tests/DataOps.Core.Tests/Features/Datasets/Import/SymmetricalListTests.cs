using DataOps.Core.Features.Datasets.Import;

namespace DataOps.Core.Tests.Features.Datasets.Import;

/// <summary>Lists of a model's own rows whose entries go both ways, as the description of the site says.</summary>
public sealed class SymmetricalListTests(PostgresServer server)
{
    private const string Described = """{ "symmetrical": [ "club.member.friends" ] }""";

    [Fact]
    public void Both_directions_come_and_go_and_of_two_lists_the_later_one_decides()
    {
        using TestDatabase club = Make();
        using Session told = Session.Open(club.Settings.WithSite(Described), "Test");

        // What is there of 1 and of nobody else in the file goes, in both directions; 4 and 5 stay friends.
        Assert.Equal("1-2 2-1 4-5 5-4", Load(club, told, "1:2"));
        Assert.Equal("1-2 1-3 2-1 3-1 4-5 5-4", Load(club, told, "1:2,3"));
        // 2's own list comes later and names nobody; 3's comes first.
        Assert.Equal("1-3 3-1 4-5 5-4", Load(club, told, "3: 1:2,3 2:"));
        Assert.Equal("1-2 1-3 2-1 3-1 4-5 5-4", Load(club, told, "2: 1:2,3"));
        Assert.Equal("1-1 4-5 5-4", Load(club, told, "1:1"));
        // A file that says the same again changes nothing.
        Assert.Equal("4-5 5-4", Load(club, told, "1:"));
        Assert.False(Run(told, "4:5 5:4").Changed);
    }

    [Theory]
    [InlineData("1:6 6:1", "1-3 1-6 3-1 4-5 5-4 6-1")]
    [InlineData("6:2", "1-3 2-6 3-1 4-5 5-4 6-2")]
    [InlineData("1:2", "1-3 3-1 4-5 5-4")]
    public void A_new_row_has_both_directions_where_rows_that_are_there_are_skipped(string lists, string expected)
    {
        using TestDatabase club = Make();
        using Session told = Session.Open(club.Settings.WithSite(Described), "Test");

        Assert.Equal(expected, Load(club, told, lists, OnConflict.Skip));
    }

    [Fact]
    public void Without_a_word_about_it_a_list_is_what_the_file_says()
    {
        using TestDatabase club = Make();

        Assert.Equal("1-2 3-1 4-5 5-4", Load(club, club.Session, "1:2"));
    }

    private static string Load(
        TestDatabase club, Session session, string lists, OnConflict onConflict = OnConflict.Update)
    {
        Run(session, lists, onConflict);
        return string.Join(' ', club.Column(
            "select concat(from_member_id, '-', to_member_id) from club_member_friends order by 1"));
    }

    private static ImportResult Run(Session session, string lists, OnConflict onConflict = OnConflict.Update)
    {
        using ImportFiles files = new();
        IEnumerable<string> objects = lists.Split(' ').Select(l => l.Split(':')).Select(l => $$$"""
            {"model": "club.member", "pk": {{{l[0]}}}, "fields": {"friends": [{{{l[1]}}}]}}
            """);
        return new ImportDataset().Run(
            session, new() { Path = files.Json($"[{string.Join(", ", objects)}]"), NoUndo = true, OnConflict = onConflict },
            new())
            .OfType<ImportResult>().Single();
    }

    private TestDatabase Make() => server.Django("club.member", """
        create table club_member (id int primary key);
        create table club_member_friends (
          id serial primary key, from_member_id int references club_member, to_member_id int references club_member,
          unique (from_member_id, to_member_id));
        insert into club_member select generate_series(1, 5);
        insert into club_member_friends (from_member_id, to_member_id) values (1, 3), (3, 1), (4, 5), (5, 4);
        """);
}
