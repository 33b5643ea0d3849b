using DataOps.Core.Features.Datasets.Import;

namespace DataOps.Core.Tests.Features.Datasets.Import;

/// <summary>
/// A load whose connection breaks: the database is as before, and no undo file is left that would undo nothing.
/// </summary>
public sealed class ImportFaultTests(PostgresServer server) : IDisposable
{
    private readonly ImportFiles _files = new();

    public static TheoryData<string> Steps =>
        ["Reading", "Comparing auth.group", "Locking", "Writing auth.group", "Checking constraints"];

    public void Dispose() => _files.Dispose();

    [Theory, MemberData(nameof(Steps))]
    public void A_connection_that_breaks_at_any_step_leaves_all_as_it_was(string step)
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        IReadOnlyDictionary<string, string> before = site.Digest();
        string undo = _files.Path("load.undo.gz");
        string file =
            _files.Lines(
                [.. Enumerable.Range(1000, 3000)
                    .Select(i =>
                        $$$"""{"model": "auth.group", "pk": {{{i}}}, "fields": {"name": "g{{{i}}}", "permissions": [1, 2]}}""")]);
        // Reports come a few times a second while the file is read: the first one may be of the step after it.
        Killer killer = new(site, step);

        DataOpsException failure = Assert.ThrowsAny<DataOpsException>(
            () => site.Run(new ImportDataset(), new() { Path = file, UndoPath = undo, TrustContentTypes = true },
                new() { Progress = killer }));
        Assert.True(killer.HasStruck);
        Assert.Contains(failure.Kind, new[] { FailureKind.Connection, FailureKind.InvalidOperation });
        Assert.False(File.Exists(undo));
        Assert.Equal(before, site.Digest());
    }

    private sealed class Killer(TestDatabase site, string step) : IProgress<OperationProgress>
    {
        public bool HasStruck { get; private set; }

        public void Report(OperationProgress value)
        {
            if (HasStruck || !(step == "Reading" || value.Activity == step))
                return;
            HasStruck = true;
            site.Execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid " +
                    "<> pg_backend_pid()");
        }
    }
}
