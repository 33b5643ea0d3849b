using System.Text;

namespace DataOps.Core.Features.Backups.Restoring;

/// <summary>
/// A storage that is restored beside its folder, and then put into its place by two renames; what was there is kept.
/// Beside each folder that it makes or keeps is a file that says so: the name alone could be anybody's.
/// </summary>
internal sealed class StorageRestore : IDisposable
{
    private const string MarkEnding = ".dataops";

    private readonly string _folder;
    private readonly string _new;
    private FileStream? _mark;
    private bool _isSwapped;

    /// <summary>Plans it.</summary>
    /// <param name="storage">The storage, as it is in the archive.</param>
    /// <param name="folder">The folder whose place its files take.</param>
    /// <param name="time">What tells its names from those of other restores.</param>
    public StorageRestore(BackupStorage storage, string folder, string time)
    {
        (Storage, _folder) = (storage, folder.TrimEnd(Path.DirectorySeparatorChar));
        (_new, string kept) = ($"{_folder}_restore_{time}", $"{_folder}_before_{time}");
        Kept = Directory.Exists(_folder) ? kept : null;
    }

    /// <summary>The storage.</summary>
    public BackupStorage Storage { get; }

    /// <summary>Where the files are kept that are there now; null where there is no folder.</summary>
    public string? Kept { get; }

    /// <summary>Writes the files beside their place.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: one is damaged; <c>WriteFailed</c>.</exception>
    public void Extract(RestoreSource archive, OperationContext context)
    {
        try
        {
            _mark = Mark(_new, RestoreMark.Unfinished);
            Directory.CreateDirectory(_new);
            archive.ReadFiles(Storage, "Writing", stored =>
            {
                string path = Path.Join(_new, stored.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                // Where names differ in case alone on a system that does not tell them apart, the second is refused.
                using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write);
                stored.CopyTo(file);
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(file.SafeFileHandle, stored.Mode);
            }, context);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation, $"{_new} could not be written: {e.Message}",
                "Check the free space and the folder's rights.", _new, e);
        }
        if (Kept is not null && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(_new, File.GetUnixFileMode(_folder));
    }

    /// <summary>Puts them into their place.</summary>
    /// <exception cref="DataOpsException"><c>WriteFailed</c>: all is as it was before.</exception>
    public void Swap()
    {
        try
        {
            if (Kept is not null)
            {
                Mark(Kept, RestoreMark.Kept).Dispose();
                Move(_folder, Kept, Unmark);
            }
            try
            {
                Directory.Move(_new, _folder);
                _isSwapped = true;
            }
            catch when (Kept is not null)
            {
                Directory.Move(Kept, _folder);
                Unmark(Kept);
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation, $"{_folder} could not be replaced: {e.Message}",
                "This account needs to write the folder above it. A mount point cannot be renamed: name a folder "
                    + "within it.",
                _folder, e);
        }
    }

    /// <summary>Puts back what was there; where that fails it is told, as the failure before it is the one to tell.
    /// </summary>
    public void SwapBack(OperationContext context)
    {
        if (!_isSwapped)
            return;
        try
        {
            Directory.Move(_folder, _new);
            _isSwapped = false;
            if (Kept is not null)
            {
                Directory.Move(Kept, _folder);
                Unmark(Kept);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Warning?.Invoke(
                $"{_folder} could not be put back as it was, which is in {Kept ?? _new}: {e.Message}");
        }
    }

    /// <summary>The folders that earlier restores of it have kept, or left when they were killed.</summary>
    public IEnumerable<string> Leftovers() =>
        Path.GetDirectoryName(_folder) is not { } parent || !Directory.Exists(parent) ? [] :
        from mark in Directory.EnumerateFiles(parent, $"{Path.GetFileName(_folder)}_*{MarkEnding}")
            .Order(StringComparer.Ordinal)
        let folder = mark[..^MarkEnding.Length]
        where folder != _new && folder != Kept && IsLeftover(mark, folder)
        select folder;

    /// <summary>
    /// The times of restores that were killed when its files had their new place already: those before are kept, and
    /// whether they are the live ones the databases tell.
    /// </summary>
    public IEnumerable<string> KilledSwaps() => Leftovers()
        .Where(f => f.StartsWith($"{_folder}_restore_", StringComparison.Ordinal) && !Directory.Exists(f))
        .Select(f => f[$"{_folder}_restore_".Length..]).Where(t => Directory.Exists($"{_folder}_before_{t}"));

    /// <summary>What to do about such a restore whose database never got its place.</summary>
    public DataOpsException HalfSwapped(string time, string database) => new(
        ErrorIds.HalfRestored, FailureKind.InvalidOperation,
        $"{_folder} has the files of an archive, and {_folder}_before_{time} those of {database}: a restore was killed "
            + "as it put files and database into their places.",
        $"Put them back first: mv {_folder} {_folder}_restore_{time} && mv {_folder}_before_{time} {_folder}", _folder);

    /// <summary>Removes such a folder with its mark.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    public static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Unmark(folder);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isSwapped && Directory.Exists(_new))
            Directory.Delete(_new, recursive: true);
        if (_mark is null)
            return;
        _mark.Dispose();
        Unmark(_new);
    }

    private static void Unmark(string folder) => File.Delete(folder + MarkEnding);

    private static void Move(string from, string to, Action<string> failed)
    {
        try
        {
            Directory.Move(from, to);
        }
        catch
        {
            failed(to);
            throw;
        }
    }

    // While it is open, nobody else can open it: its restore runs.
    private FileStream Mark(string folder, Func<string, string, string> text)
    {
        FileStream file = new(folder + MarkEnding, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        file.Write(Encoding.UTF8.GetBytes(text(Path.GetFileName(folder), Path.GetFileName(_folder)) + "\n"));
        file.Flush();
        return file;
    }

    private bool IsLeftover(string mark, string folder)
    {
        try
        {
            using FileStream file = new(mark, FileMode.Open, FileAccess.Read, FileShare.None);
            using StreamReader reader = new(file);
            string text = reader.ReadToEnd();
            (string name, string of) = (Path.GetFileName(folder), Path.GetFileName(_folder));
            return RestoreMark.IsIn(text, RestoreMark.Kept(name, of))
                || RestoreMark.IsIn(text, RestoreMark.Unfinished(name, of));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another restore is writing beside it, or it is another account's.
            return false;
        }
    }
}
