using System.Globalization;
using System.Security.Cryptography;

namespace DataOps.Core.Features.Storages;

/// <summary>
/// Compares the files of storages with the rows that name them; reads only. Both come in one order, and neither is kept
/// in memory: only files that no row names are, until all rows were read.
/// </summary>
internal sealed class StorageAudit(
    Session session, ReferenceCatalog catalog, FileFieldSources sources, NameFilter excluded, bool readsContents,
    OperationContext context)
{
    // Django writes a file first, and its row when the transaction ends.
    private static readonly TimeSpan s_upload = TimeSpan.FromMinutes(5);

    private readonly DateTime _start = DateTime.UtcNow;

    /// <summary>Finds them in a transaction that is the caller's.</summary>
    /// <exception cref="DataOpsException">A folder is not there or may not be read, a field is not there, or the
    /// server refused a query.</exception>
    public IEnumerable<Finding> Find()
    {
        IReadOnlyList<FileField> fields = new FileFields(session, catalog, sources, context).Find();
        string?[] folders = [.. sources.Storages.Select(s => ShellCommand.Quoted($"{s.Name}={s.Path}"))];
        foreach (FileField field in fields.Where(f => f.IsImplied))
            yield return Of(StorageProblem.UnknownField, Severity.Warning, field) with
            {
                Problem = $"its values are paths of files in {field.Storage.Name}, and nothing says that it is a file "
                    + "field: its rows are not checked",
                Remedy = folders.Contains(null)
                    ? null
                    : $"Test-Storage -Storage {string.Join(", ", folders)} -FileField {field.Name}",
            };
        foreach (Finding finding in fields.Where(f => f.Known?.IsDerived == true).SelectMany(RenditionsWithoutImage))
            yield return finding;
        foreach (StorageFolder storage in sources.Storages)
            foreach (Finding finding in Compare(storage, [.. fields.Where(f => f.Storage == storage)]))
                yield return finding;
    }

    private IEnumerable<Finding> Compare(StorageFolder storage, IReadOnlyList<FileField> fields)
    {
        using IEnumerator<(string Path, FileSystemInfo Entry)> entries = storage.Entries(excluded).GetEnumerator();
        bool hasEntry = entries.MoveNext();
        SimilarNames similar = new(storage.Path);
        FilesWithoutRow without = new(fields);
        bool isNamed = false;
        long done = 0;
        NamedFile? before = null;
        List<(NamedFile Row, string Other)> named = [];
        foreach (NamedFile row in Rows(storage, fields))
        {
            context.Report($"Comparing files of {storage.Name}", done++, null);
            if (!excluded.IsEmpty && excluded.Matches(row.Path))
                continue;
            if (StoragePath.LeadsOut(row.Path))
            {
                if (!row.Field.IsImplied)
                    yield return Of(StorageProblem.OutsideStorage, Severity.Error, row) with
                    {
                        Problem = $"{VisibleText.Of(row.Value)} is no path below {storage.Path}: Django refuses it",
                    };
                continue;
            }
            for (; hasEntry && FilePathOrder.Compare(entries.Current.Path, row.Path) < 0; hasEntry = entries.MoveNext())
            {
                if (!isNamed)
                    without.Add(entries.Current.Path, entries.Current.Entry);
                isNamed = false;
            }
            bool isThere = hasEntry && entries.Current.Path == row.Path;
            isNamed |= isThere;
            if (!row.Field.IsImplied)
                without.Written(row);
            foreach (Finding finding in isThere
                ? Checked(row, FileAt(entries.Current.Entry))
                : Missing(row, similar, named))
                yield return finding;
            if (before?.Path == row.Path && !row.Field.IsImplied && !before.Field.IsImplied
                && (IsOwn(row) || IsOwn(before)))
                yield return Shared(row, before);
            before = row;
        }
        for (; hasEntry; hasEntry = entries.MoveNext())
        {
            if (!isNamed)
                without.Add(entries.Current.Path, entries.Current.Entry);
            isNamed = false;
        }
        foreach (Finding finding in Renamed(named, without))
            yield return finding;
        foreach (Finding finding in Unnamed(storage, without))
            yield return finding;
    }

    private static bool IsOwn(NamedFile row) => row.Field.Known?.IsOwn == true;

    private IEnumerable<NamedFile> Rows(StorageFolder storage, IReadOnlyList<FileField> fields)
    {
        if (fields.Count == 0)
            return [];
        SqlText OfField(FileField field, int i)
        {
            SqlText value = $"{field.Column.In("t")}::text";
            SqlText size = field.Digests is var (length, _) ? $"{length.In("t")}::bigint" : (SqlText)$"null::bigint";
            // Others keep another digest under that name.
            SqlText hash = field.Digests is var (_, sha1)
                ? $"substring({sha1.In("t")}::text from '^[0-9a-fA-F]{{40}}$')"
                : (SqlText)$"null::text";
            return $"""
                select {SqlText.Literal(i)} as field, {KeyText.Of(field.Model.Table, "t")} as key, {value} as value,
                  {StoragePath.Of(value, storage)} as path,
                  {size} as size, {hash} as hash
                from {field.Model.Table} t where {value} <> ''
                """;
        }
        return session.Read(
            $"""
            select * from ({SqlText.Join(" union all ", fields.Select(OfField))}) r
            order by {FilePathOrder.Of($"path")}, field, key
            """,
            r => new NamedFile(fields[r.GetInt32(0)], r.GetString(1), r.GetString(2), r.GetString(3),
                r.IsDBNull(4) ? null : r.GetInt64(4), r.IsDBNull(5) ? null : r.GetString(5)), context.Cancellation);
    }

    private IEnumerable<Finding> Missing(
        NamedFile row, SimilarNames similar, List<(NamedFile Row, string Other)> named)
    {
        string path = Path.Join(row.Field.Storage.Path, row.Path);
        if (similar.Of(row.Path) is { } other)
            named.Add((row, other));
        else if (row.Field.IsImplied)
            yield break;
        // Behind a link to a folder, or written since the folder was listed.
        else if (File.Exists(path))
            foreach (Finding finding in Checked(row, new(path)))
                yield return finding;
        else
            yield return NotThere(row);
    }

    private Finding NotThere(NamedFile row) => Of(StorageProblem.MissingFile, Severity.Error, row) with
    {
        Problem = $"there is no file {VisibleText.Of(row.Path)} in {row.Field.Storage.Name}"
            + (row.Field.Known?.IsDerived == true ? ": Wagtail makes it anew when the row is deleted" : ""),
        Remedy = row.Field.Known?.IsDerived == true ? Removal(row) : null,
    };

    // A file that another row names by its very name is that row's.
    private IEnumerable<Finding> Renamed(List<(NamedFile Row, string Other)> named, FilesWithoutRow without)
    {
        HashSet<string> free = named.Count == 0 ? [] : [.. without.Files.Select(f => f.Path)];
        foreach ((NamedFile row, string other) in named)
        {
            string path = Path.Join(row.Field.Storage.Path, row.Path);
            bool isFree = free.Contains(other);
            without.Take(other);
            // Of a field that nobody calls one nothing is said.
            if (row.Field.IsImplied)
                continue;
            yield return !isFree && !File.Exists(path)
                ? NotThere(row)
                : Of(StorageProblem.DifferentName, File.Exists(path) ? Severity.Warning : Severity.Error, row) with
                {
                    Problem = $"{VisibleText.Of(row.Path)} is {VisibleText.Of(other)} in {row.Field.Storage.Name}: its "
                        + $"name differs in {SimilarNames.Difference(row.Path, other)}",
                    Expected = other,
                    Remedy = isFree ? ShellCommand.Rename(Path.Join(row.Field.Storage.Path, other), path) : null,
                };
        }
    }

    private IEnumerable<Finding> Checked(NamedFile row, FileInfo? file)
    {
        if (row.Field.IsImplied)
            yield break;
        (long length, string? sha1, string? why) = file is null ? default : Look(row, file);
        if (why is not null)
            yield return Unreadable(row, why);
        else if (file is null)
            yield return Of(StorageProblem.MissingFile, Severity.Error, row) with
            {
                Problem = $"{VisibleText.Of(row.Path)} in {row.Field.Storage.Name} is a link that leads to no file",
            };
        else if (length == 0 && row.Size is not 0)
            yield return Of(StorageProblem.EmptyFile, Severity.Error, row) with
            {
                Problem = $"{VisibleText.Of(row.Path)} in {row.Field.Storage.Name} is empty",
                Remedy = row.Field.Known?.IsDerived == true ? Removal(row) : null,
            };
        else if (row.Size is { } size && size != length)
            yield return Of(StorageProblem.WrongSize, length < size ? Severity.Error : Severity.Warning, row) with
            {
                Column = row.Field.Digests!.Value.Size.Name,
                Problem = string.Create(CultureInfo.InvariantCulture,
                    $"{VisibleText.Of(row.Path)} has {length} bytes, and its row says {size}"),
                Expected = length.ToString(CultureInfo.InvariantCulture),
            };
        else if (sha1 is not null && !sha1.Equals(row.Hash, StringComparison.OrdinalIgnoreCase))
            yield return Of(StorageProblem.WrongHash, Severity.Error, row) with
            {
                Column = row.Field.Digests!.Value.Hash.Name,
                Problem = $"{VisibleText.Of(row.Path)} has another SHA-1 than its row says: it was replaced, or "
                    + "damaged",
                Expected = sha1,
            };
    }

    // A file that is gone meanwhile, or not this account's to read, ends no audit.
    private (long Length, string? Sha1, string? Why) Look(NamedFile row, FileInfo file)
    {
        try
        {
            return (file.Length, readsContents && row.Hash is not null ? Sha1Of(file) : null, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (0, null, e.Message.TrimEnd('.'));
        }
    }

    private Finding Unreadable(NamedFile row, string why) => Of(StorageProblem.MissingFile, Severity.Error, row) with
    {
        Class = AuditProblem.CheckFailed,
        Problem = $"{VisibleText.Of(row.Path)} in {row.Field.Storage.Name} could not be looked at: {why}",
    };

    private Finding Shared(NamedFile row, NamedFile other) => Of(StorageProblem.SharedFile, Severity.Warning, row) with
    {
        Problem = $"{other.Field.Name} {other.Key} names {VisibleText.Of(row.Path)}, too: when one of the rows is "
            + "deleted, the application deletes the file of both",
    };

    private IEnumerable<Finding> RenditionsWithoutImage(FileField field) =>
        catalog.From(field.Model.Table).FirstOrDefault(r => r.Column.Name == "image_id") is
            { Target: { SingleKey: { } key } images } reference
            ? session.Query<string>(
                $"""
                select {KeyText.Of(field.Model.Table, "t")} from {field.Model.Table} t
                where not exists (select from {images} i where {key.In("i")} = {reference.Column.In("t")}) order by 1
                """, context.Cancellation).Select(
                    k => Of(StorageProblem.RenditionWithoutImage, Severity.Error, field) with
                    {
                        Key = k,
                        Column = reference.Column.Name,
                        References = images.DisplayName,
                        Problem = "the image of the rendition is gone",
                        Remedy = $"Remove-Row {field.Model.Label} {k} -WhatIf",
                    })
            : [];

    private IEnumerable<Finding> Unnamed(StorageFolder storage, FilesWithoutRow without)
    {
        long young = 0;
        // Rows of other schemas name files of the same folder.
        bool isAlone = session.Settings.Schema is null;
        foreach ((string path, FileSystemInfo file) in without.Files)
            if (file is DirectoryInfo || FileAt(file) is not { } content)
                context.Warning?.Invoke($"{file.FullName} is a link to a folder, or to nothing: files that no row "
                    + "names are not looked for there.");
            else if (!content.Exists)
                context.Warning?.Invoke($"{VisibleText.Of(file.FullName)} is left out: it was deleted meanwhile, or "
                    + "its name is not UTF-8.");
            else if (content.LastWriteTimeUtc > _start - s_upload)
                young++;
            else if (isAlone && without.FieldsAt(path) is [_, ..] fields)
                yield return Of(StorageProblem.FileWithoutRow, Severity.Warning) with
                {
                    Reference = $"{storage.Name}/{path}",
                    Value = path,
                    Problem = $"no row names {VisibleText.Of(path)} in {storage.Name} ({Bytes(content.Length)}); "
                        + $"{string.Join(", ", fields.Select(f => f.Name))} "
                        + $"{(fields.Count == 1 ? "writes" : "write")} there",
                    Remedy = ShellCommand.Remove(content.FullName),
                };
            else
                without.Unknown(path, content.Length);
        foreach ((string folder, (long count, long bytes)) in without.UnknownFolders)
            yield return Of(StorageProblem.UnknownFile, Severity.Warning) with
            {
                Count = count,
                Reference = $"{storage.Name}/{folder}",
                Value = folder,
                Problem = $"{Counted.Of(count, "file")} in {storage.Name}/{VisibleText.Of(folder)} ({Bytes(bytes)}): "
                    + $"whose {(count == 1 ? "it is" : "they are")} cannot be told, as "
                    + (isAlone
                        ? "no known field writes there. -FileField names one, -Exclude leaves the folder out"
                        : "rows of other schemas are not looked at"),
            };
        if (young > 0)
            context.Warning?.Invoke($"{Counted.Of(young, "file")} in {storage.Name} without a row "
                + $"{(young == 1 ? "is" : "are")} younger than {s_upload.TotalMinutes:0} minutes and left out: the row "
                + "may be on its way.");
    }

    private static string Removal(NamedFile row) => $"Remove-Row {row.Field.Model.Label} {row.Key} -WhatIf";

    // The file that a link leads to; null where it leads to none.
    private static FileInfo? FileAt(FileSystemInfo entry) => entry.LinkTarget is null
        ? entry as FileInfo
        : entry.ResolveLinkTarget(returnFinalTarget: true) as FileInfo is { Exists: true } file ? file : null;

    private static string Bytes(long bytes) => FormattableString.Invariant(bytes switch
    {
        < 1 << 10 => $"{bytes} bytes",
        < 1 << 20 => $"{bytes / 1024.0:0.#} KB",
        < 1 << 30 => $"{bytes / 1024.0 / 1024:0.#} MB",
        _ => $"{bytes / 1024.0 / 1024 / 1024:0.#} GB",
    });

    private string Sha1Of(FileInfo file)
    {
        context.Report($"Reading {file.Name}", 0, null);
        using FileStream content = file.OpenRead();
#pragma warning disable CA5350 // The one that Wagtail and django-filer keep.
        return Convert.ToHexString(SHA1.HashData(content)).ToLowerInvariant();
#pragma warning restore CA5350
    }

    private Finding Of(StorageProblem problem, Severity severity) => new()
    {
        Server = session.Server,
        Database = session.Database,
        Severity = severity,
        Audit = Audit.Storage,
        Class = problem,
    };

    private Finding Of(StorageProblem problem, Severity severity, FileField field) => Of(problem, severity) with
    {
        Model = field.Model.Label,
        Table = field.Model.Table.DisplayName,
        Column = field.Column.Name,
    };

    private Finding Of(StorageProblem problem, Severity severity, NamedFile row) =>
        Of(problem, severity, row.Field) with { Key = row.Key, Value = row.Value };
}

/// <summary>A row that names a file.</summary>
/// <param name="Field">By which field.</param>
/// <param name="Key">The row's key.</param>
/// <param name="Value">What it says.</param>
/// <param name="Path">The path below the storage that this means.</param>
/// <param name="Size">The size that it says; null for none.</param>
/// <param name="Hash">The SHA-1 that it says; null for none.</param>
internal sealed record NamedFile(FileField Field, string Key, string Value, string Path, long? Size, string? Hash);

/// <summary>Files that no row names, until it is known what is said of them.</summary>
internal sealed class FilesWithoutRow(IReadOnlyList<FileField> fields)
{
    private readonly List<(string Path, FileSystemInfo Entry)> _files = [];
    private readonly HashSet<string> _taken = [];
    private readonly Dictionary<string, HashSet<FileField>> _written = [];
    private readonly SortedDictionary<string, (long Count, long Bytes)> _unknown = new(StringComparer.Ordinal);

    /// <summary>The files.</summary>
    public IEnumerable<(string Path, FileSystemInfo Entry)> Files => _files.Where(f => !_taken.Contains(f.Path));

    /// <summary>The folders whose files nobody knows, the first of their path.</summary>
    public IReadOnlyDictionary<string, (long Count, long Bytes)> UnknownFolders => _unknown;

    /// <summary>Adds a file.</summary>
    public void Add(string path, FileSystemInfo entry) => _files.Add((path, entry));

    /// <summary>A row has named it after all, by another spelling.</summary>
    public void Take(string path) => _taken.Add(path);

    /// <summary>A row names a file of this folder, so its field writes there.</summary>
    public void Written(NamedFile row)
    {
        string folder = FolderOf(row.Path);
        if (row.Field.Folder.Length > 0 && folder.StartsWith(row.Field.Folder, StringComparison.Ordinal))
            return;
        if (!_written.TryGetValue(folder, out HashSet<FileField>? writing))
            _written[folder] = writing = [];
        writing.Add(row.Field);
    }

    /// <summary>The fields that are known to write to the folder of a file.</summary>
    public IReadOnlyList<FileField> FieldsAt(string path) =>
    [
        .. fields.Where(f => f.Folder.Length > 0 && path.StartsWith(f.Folder, StringComparison.Ordinal))
            .Concat(_written.GetValueOrDefault(FolderOf(path)) ?? []).Distinct(),
    ];

    /// <summary>Counts a file of which nothing is known.</summary>
    public void Unknown(string path, long bytes)
    {
        string folder = path.IndexOf('/') is var end and >= 0 ? path[..(end + 1)] : "";
        (long count, long sum) = _unknown.GetValueOrDefault(folder);
        _unknown[folder] = (count + 1, sum + bytes);
    }

    private static string FolderOf(string path) => path[..(path.LastIndexOf('/') + 1)];
}

/// <summary>What a person types about a file: it asks, or overwrites nothing.</summary>
internal static class ShellCommand
{
    /// <summary>Removes a file, and asks first.</summary>
    public static string? Remove(string path) =>
        Quoted(path) is not { } file ? null
        : OperatingSystem.IsWindows() ? $"Remove-Item -LiteralPath {file} -Confirm"
        : $"rm -i -- {file}";

    /// <summary>Gives a file another name, and overwrites none.</summary>
    public static string? Rename(string path, string name) =>
        (Quoted(path), Quoted(name)) is not ({ } from, { } to) ? null
        : OperatingSystem.IsWindows() ? $"Move-Item -LiteralPath {from} -Destination {to} -Confirm"
        : $"mv -n -- {from} {to}";

    /// <summary>
    /// A text in quotes that mean the same to sh and PowerShell, which also takes typographic apostrophes for its own;
    /// null where there are none.
    /// </summary>
    public static string? Quoted(string text) =>
        text.Any(c => char.IsControl(c) || c is '\'' or '‘' or '’' or '‚' or '‛') ? null : $"'{text}'";
}
