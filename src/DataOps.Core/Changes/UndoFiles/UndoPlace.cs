namespace DataOps.Core.Changes.UndoFiles;

/// <summary>
/// Where an undo file goes: the file that the user names, or one of its own in the folder for undo files.
/// </summary>
internal sealed class UndoPlace
{
    /// <summary>How the name of an undo file ends that DataOps names.</summary>
    public const string Ending = ".undo.gz";

    private const string Unfinished = ".dataops-*.unfinished";

    // What a killed process leaves; one that still writes has written since, and holds its file.
    private static readonly TimeSpan s_leftOver = TimeSpan.FromDays(1);

    private readonly string? _name;
    private int _number = 1;

    private UndoPlace(string path, string? name) => (Path, _name) = (path, name);

    /// <summary>The file; a name of its own may get a number yet.</summary>
    public string Path { get; private set; }

    /// <summary>Finds it, before anything is changed; null where none is to be written.</summary>
    /// <param name="options">What the user says.</param>
    /// <param name="session">The server and the database, which a name of its own tells.</param>
    /// <param name="operation">The operation, as <c>Import-Dataset</c>.</param>
    /// <exception cref="DataOpsException">The file is there, or its folder is not.</exception>
    public static UndoPlace? Of(UndoableOptions options, Session session, string operation)
    {
        if (options.NoUndo)
            return null;
        if (options.UndoPath is { } path)
            return At(path);
        string name =
            System.IO.Path.Combine(StateFolder.Of("undo"),
                $"{Beginning(session.Settings)}{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}-{operation}");
        return new UndoPlace(name + Ending, name);
    }

    /// <summary>How the name of an undo file of a database begins that DataOps names.</summary>
    public static string Beginning(ConnectionSettings place) => $"{Safe(place.Server)}-{Safe(place.Database)}-";

    /// <summary>A file that somebody names.</summary>
    /// <exception cref="DataOpsException">It is there, or its folder is not.</exception>
    public static UndoPlace At(string path)
    {
        string full = FullPath.Of(path);
        if (File.Exists(full) || Directory.Exists(full))
            throw new DataOpsException(
                ErrorIds.FileExists, FailureKind.AlreadyExists, $"{full} exists already.",
                "Name another undo file with -UndoPath: an undo file is never overwritten.", full);
        if (!Directory.Exists(System.IO.Path.GetDirectoryName(full)))
            throw new DataOpsException(
                ErrorIds.FolderNotFound, FailureKind.NotFound,
                $"There is no folder {System.IO.Path.GetDirectoryName(full)}.",
                "Create it first, or name another one with -UndoPath.", full);
        return new UndoPlace(full, null);
    }

    /// <summary>
    /// Makes the folder for undo files, and removes from the file's folder what killed processes have left there
    /// unfinished.
    /// </summary>
    /// <exception cref="DataOpsException">The folder cannot be made.</exception>
    public void Prepare()
    {
        string folder = System.IO.Path.GetDirectoryName(Path)!;
        try
        {
            if (_name is not null)
                StateFolder.Make(folder);
            foreach (string left in Directory.EnumerateFiles(folder, Unfinished).Where(
                f => DateTime.UtcNow - File.GetLastWriteTimeUtc(f) > s_leftOver))
                Remove(left);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation,
                $"The folder for undo files, {folder}, could not be created: {e.Message}",
                $"Name a file with -UndoPath, set {StateFolder.Variable} to a folder of yours, or do without one: " +
                    $"-NoUndo.", folder, e);
        }
    }

    /// <summary>The failure of an undo file that cannot be written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="so">What was left undone therefore, as "nothing was changed".</param>
    /// <param name="e">Why.</param>
    public static DataOpsException WriteFailed(string path, string so, Exception e) => new(
        ErrorIds.WriteFailed, FailureKind.InvalidOperation,
        $"The undo file {path} could not be written, so {so}: {e.Message}",
        "Check the free space and the folder's rights, or name another file with -UndoPath.", path, e);

    /// <summary>A new name beside the file, for what is not whole yet.</summary>
    public string NewUnfinished() =>
        System.IO.Path.Join(System.IO.Path.GetDirectoryName(Path),
            Unfinished.Replace("*", $"{Guid.NewGuid():N}", StringComparison.Ordinal));

    /// <summary>
    /// Puts a whole file there: a name of its own that another process has taken meanwhile gets a number.
    /// </summary>
    /// <exception cref="IOException">The file is there, or cannot be.</exception>
    public void Put(string unfinished)
    {
        for (; ; Path = $"{_name}-{++_number}{Ending}")
            try
            {
                File.Move(unfinished, Path, overwrite: false);
                return;
            }
            catch (IOException) when (_name is not null && File.Exists(Path))
            {
                // The next name may be free.
            }
    }

    // Whoever writes a file holds a lock on it.
    private static void Remove(string file)
    {
        try
        {
            using FileStream? held = PrivateFile.Hold(file);
            if (held is not null)
                File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is another's, or gone: it stays as it is.
            return;
        }
    }

    private static string Safe(string name)
    {
        char[] odd = [.. System.IO.Path.GetInvalidFileNameChars(), '/', '\\', ':'];
        string safe = string.Concat(name.Select(c => odd.Contains(c) || char.IsControl(c) ? '_' : c)).TrimStart('.');
        return safe[..Math.Min(safe.Length, 60)];
    }
}
