using DataOps.Core.Features.Datasets;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Undo;

namespace DataOps.Core.Tests.Files;

/// <summary>
/// The files that feincms3-data really wrote, in the database that they came from: what its own loader did with them,
/// and where it failed.
/// </summary>
public sealed class FeincmsFileTests : IDisposable
{
    private const string Empty =
        "delete from polls_choice; delete from polls_question_topics; delete from polls_question; delete from " +
            "polls_topic";

    private readonly ImportFiles _files = new();
    private readonly PostgresServer _server;
    private readonly TestDatabase _site;

    public FeincmsFileTests(PostgresServer server) => (_server, _site) = (server, server.CopyOf(Site.Polls));

    public void Dispose()
    {
        _site.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Two_questions_come_back_and_only_their_choices_are_deleted()
    {
        _site.Execute("""
            delete from polls_choice where id = 9;
            insert into polls_choice (id, choice_text, votes, question_id) values (100, 'new', 1, 2), (101, 'new', 1, 5);
            update polls_choice set choice_text = 'other' where id in (2, 4);
            update polls_question set question_text = 'other' where id in (3, 6)
            """);
        IReadOnlyDictionary<string, string> before = _site.Digest();
        string others = Outside();

        ImportResult result = Load(Shared("f3-polls-2-3.json"));
        Assert.Equal((11, 1, 2, 1), (result.Objects, result.Inserted, result.Updated, result.Deleted));
        Assert.Equal(0L, _site.Scalar<long>("select count(*) from polls_choice where id = 100"));
        Assert.Equal(others, Outside());
        Assert.Equal("Choice 1 of 2", _site.Scalar<string>("select choice_text from polls_choice where id = 2"));
        Assert.False(Load(Shared("f3-polls-2-3.json")).Changed);

        Undo(result);
        Assert.Equal(before, _site.Digest());
    }

    [Fact]
    public void What_would_be_deleted_is_shown_row_by_row_before()
    {
        _site.Execute("insert into polls_choice (id, choice_text, votes, question_id) values (100, 'new', 1, 2)");
        IReadOnlyList<IChangeResult> plan = _site.Run(
            new ImportDataset(), new() { Path = Shared("f3-polls-2-3.json"), WhatIf = true, Detailed = true });

        RowChange change = Assert.Single(plan.OfType<RowChange>());
        Assert.Equal(("Delete", "polls.choice", "100"), (change.Action, change.Model, change.Key));
        Assert.Equal(1, Assert.Single(plan.OfType<ModelPlan>(), m => m.Model == "polls.choice").Delete);
        Assert.Equal(1L, _site.Scalar<long>("select count(*) from polls_choice where id = 100"));
    }

    [Fact]
    public void A_reference_that_is_nowhere_is_named_with_its_line()
    {
        _site.Execute(Empty);
        DataOpsException failure = Refused(Shared("f3-polls-2-3.json"));
        Assert.Equal("MissingReferences", failure.Id);
        Assert.Matches("polls.question +2 +follow_up +-> polls.question 1", failure.Message);
        Assert.Matches(
            "polls.question +5 +follow_up +-> polls.question 4", Refused(Shared("f3-polls-orphans.json")).Message);
        Assert.Equal(
            2, Load(Shared("f3-polls-2-3.json"), new() { OnMissingReference = OnMissingReference.Null }).Inserted - 9);
    }

    [Fact]
    public void All_of_it_comes_back_into_an_empty_database()
    {
        IReadOnlyDictionary<string, string> before = _site.Digest("polls_question_topics");
        string lists = Lists();
        _site.Execute(Empty);

        Assert.Equal(27, Load(Shared("f3-polls-all.json")).Inserted);
        Assert.Equal(before, _site.Digest("polls_question_topics"));
        Assert.Equal(lists, Lists());
        Assert.Equal(7L, Next("polls_question"));
        Assert.Equal(19L, Next("polls_choice"));
    }

    [Fact]
    public void A_copy_whose_predecessor_is_not_copied_is_refused_or_keeps_or_loses_it()
    {
        _site.Execute("update polls_question set slug = 'old-' || slug");
        string file = Shared("f3-polls-copy-2-3.json");
        DataOpsException failure = Refused(file);
        Assert.Equal("ReferenceOutsideFile", failure.Id);
        Assert.Matches("polls.question +2 +follow_up +-> polls.question 1 is not in the file", failure.Message);

        Load(file, new() { OnMissingReference = OnMissingReference.KeepKey });
        Assert.Equal(1L, _site.Scalar<long>("select follow_up_id from polls_question where slug = 'q-2'"));
        _site.Execute("update polls_question set slug = 'older-' || slug where slug like 'q-%'");
        Load(file, new() { OnMissingReference = OnMissingReference.Null });
        Assert.Equal(
            1L, _site.Scalar<long>("select count(*) from polls_question where slug = 'q-2' and follow_up_id is null"));
        Assert.Equal(1L,
            _site.Scalar<long>(
                "select count(*) from polls_question q join polls_question p on p.id = q.follow_up_id where q.slug " +
                    "= 'q-3' and p.slug = 'q-2'"));
    }

    [Fact]
    public void Copies_whose_values_are_taken_are_named_or_get_others()
    {
        string file = Shared("f3-polls-copy-1-2-3.json");
        DataOpsException failure = Refused(file);
        Assert.Equal("NotUnique", failure.Id);
        Assert.Matches("slug +\"q-1\" is that of polls.question 1 in the database", failure.Message);

        Load(file, new() { OnConflict = OnConflict.Suffix });
        Load(file, new() { OnConflict = OnConflict.Suffix });
        Assert.Equal(
            ["q-1", "q-1-2", "q-1-3", "q-2", "q-2-2", "q-2-3", "q-3", "q-3-2", "q-3-3", "q-4", "q-5", "q-6"],
            _site.Column("select slug from polls_question order by slug"));
    }

    [Fact]
    public void Copies_follow_each_other_and_have_their_own_choices_and_lists()
    {
        _site.Execute("update polls_question set slug = 'old-' || slug");
        IReadOnlyDictionary<string, string> before = _site.Digest();
        string originals = _site.Scalar<string>("select string_agg(c::text, ',' order by id) from polls_choice c");

        ImportResult result = Load(Shared("f3-polls-copy-1-2-3.json"));
        Assert.Equal((12, 12, 0), (result.Objects, result.Inserted, result.Deleted));
        Assert.Equal(originals,
            _site.Scalar<string>(
                "select string_agg(c::text, ',' order by id) from polls_choice c where question_id <= 6"));
        Assert.Equal(["q-1::3:2", "q-2:q-1:3:3", "q-3:q-2:3:1"], _site.Column("""
            select q.slug || ':' || coalesce((select p.slug from polls_question p where p.id = q.follow_up_id), '') || ':'
                || (select count(*) from polls_choice c where c.question_id = q.id) || ':' || (select string_agg(t.topic_id::text, ',') from polls_question_topics t where t.question_id = q.id)
            from polls_question q where q.id > 6 order by 1
            """));
        Undo(result);
        Assert.Equal(before, _site.Digest());
    }

    [Theory]
    [InlineData("f3-bakery-core.json")]
    [InlineData("f3-bakery-blogapp.json")]
    public void Sets_of_the_bakery_change_nothing_in_the_bakery(string file)
    {
        using TestDatabase bakery = _server.CopyOf(Site.Bakery);
        IReadOnlyDictionary<string, string> before = bakery.Digest();
        // The file is the bakery's own, and names content types by number.
        ImportDatasetOptions load = new() { Path = Shared(file), TrustContentTypes = true, NoUndo = true };
        ImportResult result = bakery.Run(new ImportDataset(), load).OfType<ImportResult>().Single();
        Assert.Equal((false, 0), (result.Changed, result.Count));
        Assert.Equal(before, bakery.Digest());
    }

    private static string Shared(string file) => Repository.SharedData("feincms3-data/" + file);

    private string Outside() => _site.Scalar<string>("""
        select (select string_agg(q::text, ',' order by id) from polls_question q where id not in (2, 3)) || (select string_agg(c::text, ',' order by id) from polls_choice c where question_id not in (2, 3))
            || (select string_agg(t::text, ',' order by id) from polls_question_topics t where question_id not in (2, 3))
        """);

    private string Lists() =>
        _site.Scalar<string>(
            "select string_agg(question_id || ':' || topic_id, ',' order by question_id, topic_id) from " +
                "polls_question_topics");

    private long Next(string table) => _site.Scalar<long>($"select nextval(pg_get_serial_sequence('{table}', 'id'))");

    private ImportResult Load(string path, ImportDatasetOptions? options = null) =>
        _site.Run(new ImportDataset(),
            (options ?? new()) with { Path = path, UndoPath = _files.Path($"{Guid.NewGuid():N}.undo") })
                .OfType<ImportResult>().Single();

    private DataOpsException Refused(string path, ImportDatasetOptions? options = null)
    {
        IReadOnlyDictionary<string, string> before = _site.Digest();
        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(() => Load(path, options));
        Assert.Equal(before, _site.Digest());
        return failure;
    }

    private void Undo(ImportResult result) =>
        _site.Run(new UndoChange(), new() { Path = result.UndoPath!, NoUndo = true });
}
