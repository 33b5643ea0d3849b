using DataOps.Core.Changes.UndoFiles;

namespace DataOps.Core.Features.Undo;

/// <summary>The undo files of folders: what each undoes, and which of them undid which.</summary>
internal static class RecordedChanges
{
    private sealed record Known(RecordedChange Change, string? Digest, string? Undoes);

    /// <summary>Reads undo files, the oldest change first.</summary>
    /// <param name="paths">Files, folders, and file names with wildcards; the folder for undo files when empty.</param>
    /// <param name="context">Hears of a path that is not there.</param>
    /// <exception cref="DataOpsException">A path is not there, and all of them are needed.</exception>
    public static IReadOnlyList<RecordedChange> Read(IReadOnlyList<string> paths, OperationContext context)
    {
        List<string> missing = [];
        string[] files = [.. (paths.Count > 0 ? paths.SelectMany(p => Expand(FullPath.Of(p), missing)) : OfFolder())
            .Distinct().Order(StringComparer.Ordinal)];
        context.ReportUnmatched(missing, names => new DataOpsException(
            ErrorIds.FileNotFound, FailureKind.NotFound, $"There is no undo file {string.Join(", ", names)}.",
            FileAdvice.UndoFile, names[0]));
        // An undoing may be in the folder although a file elsewhere is named.
        List<Known> known = [];
        foreach (string file in files.Union(OfFolder()))
        {
            context.Report("Reading undo files", known.Count, null);
            known.Add(Look(file));
        }
        HashSet<string> wanted = [.. files];
        return [.. known.Where(k => wanted.Contains(k.Change.Path)).Select(k => Judged(k, known))
            .OrderBy(c => c.Written).ThenBy(c => c.Path, StringComparer.Ordinal)];
    }

    /// <summary>
    /// The changes of a database in the folder for undo files that are neither undone nor undoings themselves, the
    /// newest first.
    /// </summary>
    /// <exception cref="DataOpsException"><c>NoUndoFile</c>: there is none; <c>DamagedUndoFile</c>: a newer file cannot
    /// be read, so that nobody knows whether that is the last change.</exception>
    public static IReadOnlyList<RecordedChange> NotUndone(Session session, OperationContext context)
    {
        IReadOnlyList<RecordedChange> all = Read([], context);
        UndoOrigin origin = new(session, context.Cancellation);
        RecordedChange[] changes =
        [
            .. all.Where(c => c is { State: ChangeState.Done, IsUndoing: false }
                && origin.IsHere(c.SystemIdentifier, c.Server!, c.Database!)).Reverse(),
        ];
        if (changes.Length == 0)
            throw NoneLeft(session);
        if (all.LastOrDefault(c => c.State == ChangeState.Unreadable && c.Written > changes[0].Written) is { } newer)
            throw new DataOpsException(
                ErrorIds.DamagedUndoFile, FailureKind.InvalidData,
                $"Nobody knows which change is the last: {newer.Path}, a newer undo file, cannot be read: "
                    + $"{newer.Problem}",
                "Name the undo file instead of -Last, or move that one away.", newer.Path);
        return changes;
    }

    /// <summary>The failure where every change of a database is undone.</summary>
    public static DataOpsException NoneLeft(Session session) => new(
        ErrorIds.NoUndoFile, FailureKind.NotFound,
        $"There is no undo file of {session.Database} on {session.Server} that is not undone yet, in "
            + $"{StateFolder.Find("undo") ?? "any folder"}.",
        "Get-Change lists the undo files that there are; name one that is elsewhere.");

    private static string[] OfFolder() =>
        StateFolder.Find("undo") is { } folder && Directory.Exists(folder)
            ? FilesIn(folder, $"*{UndoPlace.Ending}")
            : [];

    private static string[] Expand(string path, List<string> missing)
    {
        if (File.Exists(path))
            return [path];
        if (Directory.Exists(path))
            return FilesIn(path, $"*{UndoPlace.Ending}");
        (string folder, string name) = (Path.GetDirectoryName(path) ?? path, Path.GetFileName(path));
        string[] found = NameFilter.HasWildcards(name) && Directory.Exists(folder) ? [.. FilesIn(folder, name)] : [];
        if (found.Length == 0)
            missing.Add(path);
        return found;
    }

    private static string[] FilesIn(string folder, string name)
    {
        NameFilter filter = new([name]);
        try
        {
            return [.. Directory.EnumerateFiles(folder).Where(f => filter.Matches(Path.GetFileName(f)))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.ReadFailed, FailureKind.InvalidOperation, $"The folder {folder} cannot be read: {e.Message}",
                null, folder, e);
        }
    }

    private static Known Look(string path)
    {
        FileInfo file = new(path);
        RecordedChange change = new() { Path = path, Size = file.Exists ? file.Length : 0 };
        try
        {
            using UndoFileReader reader = new(path);
            UndoHeader header = reader.Header;
            return new(change with
            {
                Written = reader.Batches[^1].Written,
                Server = header.Server,
                Database = header.Database,
                User = header.User,
                Operation = header.Operation,
                Tables = header.Tables.Count,
                Rows = reader.Rows,
                SystemIdentifier = header.SystemIdentifier,
                IsUndoing = header.Undoes is not null,
                IsOfSequences = header.Tables.Count == 0
                    && reader.Batches.All(b => b is { Sequences: not null, Constraints: null }),
            }, reader.Digest, header.Undoes);
        }
        catch (DataOpsException e)
        {
            return new(change with
            {
                Written = file.LastWriteTimeUtc, State = ChangeState.Unreadable, Problem = e.Message,
            }, null, null);
        }
    }

    private static RecordedChange Judged(Known known, List<Known> all)
    {
        Known? by = UndoneBy(known, all);
        return known.Change with
        {
            State = by is null ? known.Change.State : ChangeState.Undone,
            UndoneBy = by?.Change.Path,
            Undoes = known.Undoes is null ? null : all.Find(k => k.Digest == known.Undoes)?.Change.Path,
        };
    }

    // An undoing that was undone itself has undone nothing. A digest holds what its file undid, so there is no circle.
    private static Known? UndoneBy(Known known, List<Known> all) => known.Digest is null ? null
        : all.Find(k => k.Undoes == known.Digest && UndoneBy(k, all) is null);
}
