using DataOps.Core.Features.Undo;

namespace DataOps.Core.Tests.Features.Undo;

/// <summary>
/// Whatever the tables, the rows and the changes: undoing gives the rows back to the byte, and undoing that gives the
/// changed ones.
/// </summary>
public sealed class UndoPropertyTests(PostgresServer server, ITestOutputHelper output) : IDisposable
{
    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    public static TheoryData<int?, int> Runs
    {
        get
        {
            TheoryData<int?, int> runs = new()
            {
                { null, 1 }, { null, 2 }, { null, 3 }, { null, 4 }, { null, 5 },
                { null, Environment.TickCount & 0xffffff },
            };
            foreach (TheoryDataRow<int> version in PostgresServer.Versions)
                runs.Add(version.Data, version.Data);
            return runs;
        }
    }

    [Theory, MemberData(nameof(Runs))]
    public void Random_changes_to_random_tables_are_undone_and_redone_to_the_byte(int? major, int seed)
    {
        output.WriteLine($"seed {seed}");
        using TestDatabase database = server.Blank(major);
        RandomSchema schema = new(seed);
        database.Execute(schema.Create());
        IReadOnlyDictionary<string, string> before = database.Digest();
        string file = _files.ApplyAnything(database, [.. schema.Tables.Select(t => t.Trim('"'))], schema.Change())!;
        IReadOnlyDictionary<string, string> after = database.Digest();
        Assert.All(before, t => Assert.NotEqual(t.Value, after[t.Key]));
        string redo = _files.New();
        IReadOnlyList<IChangeResult> plan = database.Run(
            new UndoChange(), new UndoChangeOptions { Path = file, WhatIf = true, Detailed = true });
        Assert.Equal(after, database.Digest());

        UndoResult result = ChangeFiles.Undo(database, file, undoPath: redo);

        Assert.Equal(result.Count, ((UndoResult)plan[^1]).WouldChange);
        Assert.Equal(result.Count,
            plan.OfType<RowChange>().DistinctBy(
                c => (c.Table, c.Action, c.Column is null ? c.OldValue + c.NewValue : c.Key)).Count() + Doubles(plan));
        Assert.Equal(before, database.Digest());
        Assert.False(ChangeFiles.Undo(database, file).Changed);
        string undoOfRedo = _files.New();
        ChangeFiles.Undo(database, redo, undoPath: undoOfRedo);
        Assert.Equal(after, database.Digest());
        ChangeFiles.Undo(database, undoOfRedo);
        Assert.Equal(before, database.Digest());
    }

    // Equal rows of a table without a key.
    private static int Doubles(IEnumerable<IChangeResult> plan) => plan.OfType<RowChange>().Where(c => c.Column is null)
        .GroupBy(c => (c.Table, c.Action, c.OldValue, c.NewValue)).Sum(g => g.Count() - 1);

    [Fact]
    public void Random_changes_by_others_afterwards_are_found_and_nothing_is_changed()
    {
        int seed = Environment.TickCount & 0xffffff;
        output.WriteLine($"seed {seed}");
        using TestDatabase database = server.Blank();
        RandomSchema schema = new(seed);
        database.Execute(schema.Create());
        string file = _files.ApplyAnything(database, [.. schema.Tables.Select(t => t.Trim('"'))], schema.Change())!;
        database.Execute($"select setseed(0.5); {schema.Change(200)}");
        IReadOnlyDictionary<string, string> after = database.Digest();

        Assert.Equal("ChangedSince",
            Assert.Throws<DataOpsException>(() => ChangeFiles.Undo(database, file, undoPath: _files.New())).Id);

        Assert.Equal(after, database.Digest());
        Assert.Equal(["1.undo.gz"], _files.Names);
    }
}
