using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Pages;
using DataOps.Core.Features.Sites;
using DataOps.Core.Features.Undo;

namespace DataOps.Core.Tests.Changes;

/// <summary>What all operations that change rows have in common.</summary>
public sealed class ChangeRunTests(PostgresServer server) : IDisposable
{
    private const string Keep = """
        create function keep() returns trigger language plpgsql as $$ begin return null; end $$;
        create function restore() returns trigger language plpgsql as $$ begin return old; end $$;
        """;

    private readonly ImportFiles _files = new();

    private string UndoPath => _files.Path("made.undo.gz");

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("""[{"model": "news.topic", "pk": 4, "fields": {"name": "Back", "colour": "#123456"}}]""")]
    [InlineData("""[{"model": "wagtailimages.image", "pk": 8, "fields": {"title": "Another title"}}]""")]
    [InlineData("""[{"model": "news.category", "pk": 2, "fields": {"name": "Another name"}}]""")]
    public void A_load_over_references_without_target_is_undone(string objects)
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        IReadOnlyDictionary<string, string> before = site.Digest();
        ImportResult load = site.Run(
            new ImportDataset(), new() { Path = _files.Json(objects), UndoPath = UndoPath })
                .OfType<ImportResult>().Single();
        Assert.Equal(1, load.Count);

        ChangeFiles.Undo(site, UndoPath);

        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void What_the_real_run_refuses_WhatIf_refuses_in_the_same_words()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);

        DataOpsException done = Refusal(() => site.Run(new RepairOrphan(), new() { NoUndo = true }));
        DataOpsException foretold = Refusal(() => site.Run(new RepairOrphan(), new() { NoUndo = true, WhatIf = true }));

        Assert.Equal((done.Id, done.Message), (foretold.Id, foretold.Message));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rows_that_a_trigger_keeps_are_named_and_nothing_is_changed(bool whatIf)
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        site.Execute(Keep +
            "create trigger soft_delete before delete on events_booking for each row when (old.id = 901) execute " +
            "function keep()");
        IReadOnlyDictionary<string, string> before = site.Digest();

        DataOpsException refusal = Refusal(() => site.Run(
            new RepairOrphan(),
            new() { Table = ["events_booking"], Action = OrphanAction.Delete, OnDependent = OnDependent.Cascade,
                UndoPath = UndoPath, WhatIf = whatIf }));

        Assert.Equal("NotWritten", refusal.Id);
        Assert.Equal(
            ["1 row has not been written as planned, so nothing was changed.",
                "events_booking 901  is still there; the table has trigger soft_delete"],
            refusal.Message.Split('\n').Select(l => l.Trim()));
        Assert.Equal(before, site.Digest());
        Assert.False(File.Exists(UndoPath));
    }

    [Theory]
    [InlineData("keep")]
    [InlineData("restore")]
    public void A_page_that_a_trigger_keeps_in_its_place_is_not_reported_as_moved(string function)
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute(Keep +
            $"create trigger stays before update on wagtailcore_page for each row execute function {function}()");
        IReadOnlyDictionary<string, string> before = site.Digest();

        DataOpsException refusal = Refusal(
            () => site.Run(new MovePage(), new() { Id = [12], To = "4", NoUndo = true }));

        Assert.Equal("NotWritten", refusal.Id);
        Assert.Contains("wagtailcore_page 12", refusal.Message);
        Assert.Contains("was not changed; the table has trigger stays", refusal.Message);
        Assert.Equal(before, site.Digest());
    }

    [Fact]
    public void A_new_row_that_a_trigger_keeps_out_is_missed()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute(Keep +
            "create trigger keeps_out before insert on wagtailcore_modellogentry for each row execute function keep();"
            + "create trigger keeps_out before insert on wagtailcore_pagelogentry for each row execute function keep()");

        DataOpsException refusal = Refusal(
            () => site.Run(new MovePage(), new() { Id = [12], To = "4", NoUndo = true }));

        Assert.Contains("1 row not inserted; the table has trigger keeps_out", refusal.Message);
    }

    [Fact]
    public void Every_change_warns_of_what_the_application_does_not_know_yet()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        List<string> warnings = [];
        OperationContext context = new() { Warning = warnings.Add };

        site.Run(new MovePage(), new() { Id = [12], To = "4", UndoPath = UndoPath }, context);
        site.Run(new UndoChange(), new() { Path = UndoPath, NoUndo = true }, context);
        site.Run(new SetSite(), new() { SiteName = "Another", NoUndo = true }, context);
        site.Run(
            new ConvertPage(), new() { Id = [11], To = "news.newsindexpage", Force = true, NoUndo = true }, context);

        Assert.Equal(4,
            warnings.Count(w => w.StartsWith(
                "Out of date, as the change was not made by the application", StringComparison.Ordinal)));
    }

    [Fact]
    public void Where_a_newer_constraint_keeps_rows_from_coming_back_it_is_named()
    {
        using TestDatabase site = server.CopyOf(Site.SampleDamaged);
        site.Run(new RepairOrphan(),
            new() { Reference = ["news_relatedlink.target_page_id*"], Action = OrphanAction.SetNull,
                UndoPath = UndoPath });
        site.Run(new RepairConstraint(), new() { Reference = ["news_relatedlink.target_page_id*"] });

        DataOpsException refusal = Refusal(() => site.Run(new UndoChange(), new() { Path = UndoPath, NoUndo = true }));

        Assert.Equal("MissingReferences", refusal.Id);
        Assert.Contains("news_relatedlink 1", refusal.Message);
        Assert.Matches(@"wagtailcore_page 602 is not there \(news_relatedlink_target_page_id\w+\)", refusal.Message);
        Assert.Contains("Repair-Constraint", refusal.Advice);
    }

    private static DataOpsException Refusal(Action run) => Assert.Throws<DataOpsException>(run);
}
