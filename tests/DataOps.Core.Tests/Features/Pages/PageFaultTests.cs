using DataOps.Core.Features.Pages;
using DataOps.Core.Features.Sites;
using DataOps.Core.Features.Trees;
using Npgsql;

namespace DataOps.Core.Tests.Features.Pages;

/// <summary>
/// Whatever goes wrong while pages, sites and trees are changed: a clear error, the database as it was, no undo file of
/// what never was.
/// </summary>
public sealed class PageFaultTests : IDisposable
{
    private readonly ChangeFiles _files = new();
    private readonly TestDatabase _site;
    private readonly IReadOnlyDictionary<string, string> _before;

    public PageFaultTests(PostgresServer server)
    {
        _site = server.CopyOf(Site.Bakery);
        // A page that nothing tells the place of, for the repair.
        _site.Execute("""
            insert into django_content_type (id, app_label, model) values (900, 'blog', 'leaflet');
            create table blog_leaflet (page_ptr_id int primary key references wagtailcore_page deferrable initially deferred, introduction text not null);
            update wagtailcore_page set path = '000100090001', url_path = '/x/' where id = 62; update wagtailcore_page set numchild = 9 where id = 63
            """);
        _before = _site.Digest();
    }

    private static IReadOnlyDictionary<string, Func<string, Session, OperationContext, IEnumerable<IChangeResult>>> Operations { get; } =
        new Dictionary<string, Func<string, Session, OperationContext, IEnumerable<IChangeResult>>>
        {
            ["Move-Page"] = (undo, session, context) => new MovePage().Run(
                session, new() { Id = [61], To = "3", Redirect = true, UndoPath = undo }, context),
            ["Convert-Page"] = (undo, session, context) => new ConvertPage().Run(
                session, new() { Id = [68], To = "blog.leaflet", Force = true, UndoPath = undo }, context),
            ["Convert-Page -AsNewPage"] = (undo, session, context) => new ConvertPage().Run(
                session, new() { Id = [61], To = "blog.leaflet", Force = true, AsNewPage = true, UndoPath = undo },
                context),
            ["Convert-Page -AsNewPage -OldPage Delete"] = (undo, session, context) => new ConvertPage().Run(
                session, new() { Id = [61], To = "blog.leaflet", Force = true, AsNewPage = true,
                    OldPage = OldPage.Delete, UndoPath = undo }, context),
            ["Set-Site"] = (undo, session, context) => new SetSite().Run(
                session, new() { HostName = "bakery.example", UndoPath = undo }, context),
            ["Repair-Tree"] = (undo, session, context) => new RepairTree().Run(
                session, new() { Orphan = OrphanNodes.Reattach, UndoPath = undo }, context),
        };

    public static TheoryData<string> Names => Rounds.Share(Operations.Keys);

    public void Dispose()
    {
        _site.Dispose();
        _files.Dispose();
    }

    [Theory, MemberData(nameof(Names))]
    public void An_error_while_rows_are_written_is_told_and_nothing_is_changed(string operation)
    {
        Fail("raise exception 'no, says the trigger'", isDeferred: false);
        DataOpsException failure = Fails(operation);

        Assert.Equal("Postgres.P0001", failure.Id);
        Assert.Contains("no, says the trigger", failure.Message);
        AssertUntouched();
    }

    [Theory, MemberData(nameof(Names))]
    public void An_error_that_comes_only_at_the_end_is_told_and_nothing_is_changed(string operation)
    {
        Fail("raise exception 'no, says the trigger'", isDeferred: true);
        DataOpsException failure = Fails(operation);

        Assert.Equal("Postgres.P0001", failure.Id);
        AssertUntouched();
    }

    [Theory, MemberData(nameof(Names))]
    public void A_server_process_that_is_killed_between_two_rows_leaves_all_as_it_was(string operation)
    {
        Fail("perform pg_terminate_backend(pg_backend_pid())", isDeferred: false);

        Assert.Equal(FailureKind.Connection, Fails(operation).Kind);
        AssertUntouched();
    }

    [Theory, MemberData(nameof(Names))]
    public void A_client_that_loses_the_answer_to_its_commit_asks_what_became_of_it(string operation)
    {
        using BreakingProxy proxy = new(_site.Port);
        using Session session =
            Session.Open(ConnectionSettings.Parse(
                _site.Uri.Replace($":{_site.Port}/", $":{proxy.Port}/", StringComparison.Ordinal)), "Test");
        proxy.DropAnswersAfter("COMMIT\0");
        string undo = _files.New();

        IChangeResult[] results = [.. Operations[operation](undo, session, new())];

        Assert.NotEqual(_before, _site.Digest());
        Assert.Contains("\"Changed\":true", System.Text.Json.JsonSerializer.Serialize<object>(results[^1]));
        ChangeFiles.Undo(_site, undo);
        Assert.Equal(_before, _site.Digest());
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Whoever_stops_it_finds_all_as_it_was(string operation)
    {
        Fail("perform pg_sleep(60)", isDeferred: false);
        using CancellationTokenSource stop = new();
        using Session session = _site.Open();
        Task stopping = Task.Run(() =>
        {
            while (_site.Scalar<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'") == 0)
                Thread.Sleep(50);
            stop.Cancel();
        }, TestContext.Current.CancellationToken);

        Assert.ThrowsAny<OperationCanceledException>(
            () => Operations[operation](_files.New(), session, new() { Cancellation = stop.Token }).ToArray());

        await stopping;
        AssertUntouched();
    }

    [Theory, MemberData(nameof(Names))]
    public void Whoever_holds_the_rows_is_waited_for_no_longer_than_the_limit(string operation)
    {
        using NpgsqlConnection other = new(_site.ConnectionString);
        other.Open();
        using NpgsqlTransaction open = other.BeginTransaction();
        using (NpgsqlCommand locking = new("select 1 from wagtailcore_page for update", other))
            locking.ExecuteNonQuery();
        using (NpgsqlCommand locking = new("select 1 from wagtailcore_site for update", other))
            locking.ExecuteNonQuery();
        using Session impatient =
            Session.Open(_site.Settings.WithLockTimeout(TimeSpan.FromMilliseconds(200)), "Test",
                TestContext.Current.CancellationToken);

        DataOpsException failure = Assert.Throws<DataOpsException>(
            () => Operations[operation](_files.New(), impatient, new()).ToArray());

        Assert.Equal(("Postgres.55P03", FailureKind.Busy), (failure.Id, failure.Kind));
        open.Rollback();
        AssertUntouched();
    }

    [Theory, MemberData(nameof(Names))]
    public void A_role_that_may_only_read_is_told_so(string operation)
    {
        string role = $"reader_{Guid.NewGuid():N}";
        _site.Execute($"""
            create role {role} login; grant select on all tables in schema public to {role}; grant select on all sequences in schema public to {role}
            """);
        try
        {
            using Session session = Session.Open(
                ConnectionSettings.Parse(_site.Uri.Replace("postgres@", role + "@", StringComparison.Ordinal)), "Test");

            DataOpsException failure = Assert.Throws<DataOpsException>(
                () => Operations[operation](_files.New(), session, new()).ToArray());

            Assert.Equal(("Postgres.42501", FailureKind.PermissionDenied), (failure.Id, failure.Kind));
            AssertUntouched();
        }
        finally
        {
            _site.Execute($"drop owned by {role}; drop role {role}");
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void A_full_disk_leaves_the_database_as_it_was_and_no_file(string operation)
    {
        string disk = Path.Combine(_files.Folder, "disk");
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", disk),
            "A small file system needs root");
        try
        {
            File.WriteAllBytes(Path.Combine(disk, "full"), new byte[4096]);

            DataOpsException failure =
                Assert.Throws<DataOpsException>(() =>
                    Operations[operation](Path.Combine(disk, "x.undo.gz"), _site.Session,
                new()).ToArray());

            Assert.Equal("WriteFailed", failure.Id);
            Assert.Equal(["full"], Directory.GetFileSystemEntries(disk).Select(Path.GetFileName));
            Assert.Equal(_before, _site.Digest());
        }
        finally
        {
            Run("umount", disk);
        }
    }

    // Deferred, it happens only when all constraints are checked before the commit.
    private void Fail(string what, bool isDeferred)
    {
        string Trigger(string table) => isDeferred
            ? $"create constraint trigger fail after insert or update or delete on {table} deferrable initially " +
                $"deferred for each row execute function fail();"
            : $"create trigger fail before insert or update or delete on {table} for each row execute function fail();";
        _site.Execute($"""
            create function fail() returns trigger language plpgsql as $$ begin {what}; return coalesce(new, old); end $$;
            {Trigger("wagtailcore_page")}
            {Trigger("wagtailcore_site")}
            """);
    }

    private DataOpsException Fails(string operation)
    {
        using Session session = _site.Open();
        return Assert.Throws<DataOpsException>(() => Operations[operation](_files.New(), session, new()).ToArray());
    }

    private void AssertUntouched()
    {
        Assert.Equal(_before, _site.Digest());
        Assert.Empty(_files.Names);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using System.Diagnostics.Process process =
            System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
        })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
