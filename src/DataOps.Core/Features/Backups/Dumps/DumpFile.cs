using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DataOps.Core.Files;
using DataOps.Core.Files.Compression;
using DataOps.Core.Postgres.Servers;

namespace DataOps.Core.Features.Backups.Dumps;

/// <summary>
/// An archive of pg_dump's, of any of its formats, as the one script that all of them are: a plain one is that script,
/// and pg_restore writes it of the others, without a database.
/// </summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Program">The pg_restore that reads it; null for a plain one.</param>
internal sealed partial record DumpFile(string Path, string? Program)
{
    private const string TableOfContents = "toc.dat";
    private const int Looked = 1024;
    private const int TarBlock = 512;
    private const string Again = "Fetch it again, or take another one.";

    private static ReadOnlySpan<byte> Magic => "PGDMP"u8;

    /// <summary>Looks at the content.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="folder">The folder of pg_restore; null for PATH, and where Debian puts it.</param>
    /// <returns>Null where it is no archive of pg_dump's.</returns>
    /// <exception cref="DataOpsException"><c>PgRestoreNotFound</c>; <c>InvalidBackup</c>: it is one that cannot be
    /// restored.</exception>
    public static DumpFile? Find(string path, string? folder)
    {
        try
        {
            string contents = System.IO.Path.Join(path, TableOfContents);
            if (File.Exists(contents))
                return ReadBy(folder, path, Start(contents));
            if (!File.Exists(path))
                return null;
            byte[] start = Start(path);
            return start.AsSpan().StartsWith(Magic) ? ReadBy(folder, path, start)
                : TarStart(path, start) is { } inTar ? ReadBy(folder, path, inTar)
                : IsPlain(path) ? new(path, null)
                : null;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw Invalid(path, $"it cannot be read: {e.Message.TrimEnd('.')}", cause: e);
        }
    }

    /// <summary>Opens its script.</summary>
    public Stream Open(CancellationToken cancellation) => Program is null
        ? Plain(Path)
        : Run("--file=-", cancellation);

    /// <summary>The name of the database, and when the archive was begun, in UTC: a plain one says neither.</summary>
    public (string Database, DateTime Created) Origin(CancellationToken cancellation)
    {
        if (Program is null)
            return ("", File.GetLastWriteTimeUtc(Path));
        using StreamReader list = new(Run("--list", cancellation), Encoding.UTF8);
        string text = list.ReadToEnd();
        return (DatabaseLine().Match(text).Groups[1].Value, DateTime.TryParseExact(
            CreatedLine().Match(text).Groups[1].Value, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime created)
                ? created
                : File.GetLastWriteTimeUtc(Path));
    }

    /// <summary>Why it cannot be used, and what to do about it.</summary>
    public DataOpsException Invalid(string why, string advice = Again, Exception? cause = null) =>
        Invalid(Path, why, advice, cause);

    private static DataOpsException Invalid(
        string path, string why, string advice = Again, Exception? cause = null) =>
        new(ErrorIds.InvalidBackup, FailureKind.InvalidData, $"{path} cannot be used: {why}.", advice, path, cause);

    private ProgramOutput Run(string what, CancellationToken cancellation)
    {
        ProcessStartInfo start = new(Program!, [what, "--", Path]);
        // It prints when the archive was made in the time zone of its process.
        start.Environment["TZ"] = "UTC";
        return new(
            start, (code, said) => Invalid($"pg_restore ended with {code}: {said.TrimEnd('.')}"), cancellation);
    }

    private static DumpFile ReadBy(string? folder, string path, byte[] start)
    {
        if (!start.AsSpan().StartsWith(Magic) || start.Length < Magic.Length + 2)
            throw Invalid(path, $"its {TableOfContents} is damaged");
        // The versions in which pg_dump's formats were changed.
        int oldest = (start[Magic.Length], start[Magic.Length + 1]) switch
        {
            (1, <= 14) => PostgresBinaries.OldestMajor,
            (1, 15) => 16,
            (1, 16) => 17,
            var (major, minor) => throw Invalid(path, $"its format, {major}.{minor}, is not known"),
        };
        return PostgresBinaries.FindClient("pg_restore", oldest, folder) is { } program
            ? new(path, program)
            : throw new DataOpsException(
                ErrorIds.PgRestoreNotFound, FailureKind.NotFound,
                $"{path} is read by pg_restore, and {folder ?? "this machine"} has none of PostgreSQL {oldest} or "
                    + "later.",
                $"Install it (Debian: postgresql-client-{oldest}), or name its folder with -ProgramFolder.", path);
    }

    private static byte[] Start(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Start(file);
    }

    private static byte[] Start(Stream stream)
    {
        byte[] start = new byte[Looked];
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }

    private static byte[]? TarStart(string path, byte[] start)
    {
        // Our own archives are left to their reader.
        if (!start.AsSpan().StartsWith(Encoding.ASCII.GetBytes(TableOfContents + '\0')))
            return null;
        using FileStream file = File.OpenRead(path);
        using TarReader tar = new(file);
        byte[] contents = tar.GetNextEntry()?.DataStream is { } content ? Start(content) : [];
        // pg_restore looks for the rest of a member that was cut off for ever.
        long end = file.Position;
        while (tar.GetNextEntry() is { } entry)
            end = file.Position;
        if (file.Length % TarBlock != 0 || end > file.Length - TarBlock)
            throw Invalid(path, "it was cut off: the blocks are missing with which a tar file ends");
        return contents;
    }

    private static bool IsPlain(string path)
    {
        using Stream plain = Plain(path);
        byte[] bytes = Start(plain);
        string start = Encoding.UTF8.GetString(bytes);
        if (bytes.AsSpan().StartsWith(Magic))
            throw Invalid(path, "it is an archive of pg_dump's that was compressed once more",
                "Decompress it: pg_restore does not read it either.");
        if (start.Contains("-- PostgreSQL database cluster dump", StringComparison.Ordinal))
            throw Invalid(path, "it is of pg_dumpall, and holds roles and databases of a whole server",
                "pg_dump writes one database; of pg_dumpall's file take what follows \\connect.");
        return start.Contains("-- PostgreSQL database dump", StringComparison.Ordinal);
    }

    private static Stream Plain(string path)
    {
        Stream content = Decompression.Open(
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16), path).Stream;
        byte[] start = new byte[4];
        int length = content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return Utf16Stream.Read(
            new PrefixedStream(start.AsMemory(0, length), content), start.AsSpan(0, length));
    }

    [GeneratedRegex(@"^; *dbname: (.*)$", RegexOptions.Multiline)]
    private static partial Regex DatabaseLine();

    [GeneratedRegex(@"^; Archive created at (\S+ \S+)", RegexOptions.Multiline)]
    private static partial Regex CreatedLine();
}
