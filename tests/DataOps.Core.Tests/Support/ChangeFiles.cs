using System.IO.Compression;
using System.Text;
using DataOps.Core.Changes.Batches;
using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Features.Undo;

namespace DataOps.Core.Tests.Support;

/// <summary>The undo files of one test, and the operations that write and use them.</summary>
public sealed class ChangeFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dataops-changes-");
    private int _count;

    public string Folder => _folder.FullName;

    /// <summary>All that is in the folder.</summary>
    public string[] Names =>
        [.. Directory.GetFileSystemEntries(Folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Delete(recursive: true);

    public string New() => Path.Combine(Folder, $"{Interlocked.Increment(ref _count)}.undo.gz");

    /// <summary>Plans, runs the SQL, and writes the undo file: in the one frame of every changing operation.</summary>
    internal string? Apply(TestDatabase database, Action<ChangeSet, DatabaseCatalog> plan, string apply,
        string? path = null, Action<ChangeSet>? applied = null)
    {
        Session session = database.Session;
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        using ChangeRun change = new(
            session, catalog, "Test-Change", new ChangeWay.AtOnce(UndoPlace.At(path ?? New())), new OperationContext());
        session.Execute("set local search_path = public");
        plan(change.Changes, catalog.Database);
        return change.Finish(() =>
        {
            session.AsApplication(() => session.Execute(apply), CancellationToken.None);
            applied?.Invoke(change.Changes);
        }).UndoPath;
    }

    /// <summary>
    /// Plans every row of the tables as one that will be updated, applies, and adds every row that is there afterwards:
    /// any change at all can be undone.
    /// </summary>
    internal string? ApplyAnything(TestDatabase database, IReadOnlyList<string> tables, string apply) => Apply(
        database,
        (changes, catalog) =>
        {
            foreach (string table in tables)
                changes.Of(catalog.Find("public", table)!).PlanUpdate($"from public.{SqlText.Identifier(table)} t");
        },
        apply,
        applied: changes =>
        {
            foreach (TablePlan table in changes.Tables)
                table.AddInserted($"select {table.Identity.Of("t")} from {table.Table.Sql} t");
        });

    /// <summary>A run in batches with this undo file.</summary>
    internal static BatchedChange Batches(
        Session session, BatchLimits limits, string? path, OperationContext? context = null) => new(
        session, ReferenceCatalog.Read(session, withEmbedded: false), "Test-Change", limits,
        path is null ? null : UndoPlace.At(path),
        context ?? new OperationContext());

    public static UndoResult Undo(
        TestDatabase database, string path, bool whatIf = false, bool force = false, string? undoPath = null) =>
        Assert.IsType<UndoResult>(Assert.Single(database.Run(
            new UndoChange(),
            new UndoChangeOptions { Path = path, WhatIf = whatIf, Force = force, UndoPath = undoPath,
                NoUndo = undoPath is null && !whatIf })));

    public static string[] Lines(string path) => Text(path).TrimEnd('\n').Split('\n');

    public static string Text(string path)
    {
        using GZipStream gzip = new(File.OpenRead(path), CompressionMode.Decompress);
        using StreamReader reader = new(gzip, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    public string Compress(string text)
    {
        string path = New();
        using GZipStream gzip = new(File.Create(path), CompressionLevel.Fastest);
        gzip.Write(Encoding.UTF8.GetBytes(text));
        return path;
    }
}
