using DataOps.Core.Files.Compression;

namespace DataOps.Core.Files;

/// <summary>Reads the objects of a Django fixture one after the other, in memory for the largest object.</summary>
/// <remarks>
/// Whatever the format, an object is handed on as the bytes of the JSON that Django would have written, with the file's
/// lines.
/// </remarks>
internal abstract class FixtureReader(string name) : IDisposable
{
    /// <summary>
    /// Bytes of the largest value: PostgreSQL's limit, which is one for a fixture's text of it too.
    /// </summary>
    internal int LargestValue { get; init; } = (1 << 30) - 1;

    /// <summary>
    /// Says whether a model's field is a reference, null where the model or the field is not known; as in Django it
    /// decides over what XML calls the field. Null without a database.
    /// </summary>
    internal Func<string, string, bool?>? IsReference { get; set; }

    /// <summary>The object that was read last.</summary>
    public FixtureObject Current { get; } = new();

    /// <summary>
    /// What the file says about the rows of its models; null in formats that say nothing. Known when everything has
    /// been read.
    /// </summary>
    public IReadOnlyList<FileSpec>? Specs { get; protected set; }

    /// <summary>
    /// The moment of which the file's rows are, as it says itself; null when it does not. Known when everything has
    /// been read.
    /// </summary>
    public DateTimeOffset? Snapshot { get; protected set; }

    /// <summary>What messages call the file.</summary>
    protected string Name => name;

    /// <summary>The failure's id where the file is not what its format asks for.</summary>
    protected abstract string InvalidId { get; }

    /// <summary>Opens a file in the format that the user, its ending or else its content tells.</summary>
    /// <exception cref="DataOpsException">It cannot be opened, or its format is not known.</exception>
    public static FixtureReader Open(FixtureFile file, CancellationToken cancellation)
    {
        Decompression opened = file.Open();
        try
        {
            Stream stream = opened.Stream;
            byte[] start = Peek(ref stream);
            stream = Utf16Stream.Read(stream, start);
            if (stream is Utf16Stream)
                start = Peek(ref stream);
            DatasetFormat format = file.Format ?? FormatOf(opened.Name) ?? Guess(file, start);
            if (format == DatasetFormat.Json && FeincmsFixtureReader.Recognises(start))
                format = DatasetFormat.Feincms;
            return format switch
            {
                DatasetFormat.Feincms => new FeincmsFixtureReader(file.Name, stream, cancellation),
                DatasetFormat.Xml => new XmlFixtureReader(file.Name, stream, cancellation),
                DatasetFormat.Yaml => new YamlFixtureReader(file.Name, stream, cancellation),
                _ => new JsonFixtureReader(file.Name, stream, isLines: format == DatasetFormat.Jsonl, cancellation),
            };
        }
        catch (InvalidDataException e)
        {
            opened.Stream.Dispose();
            throw Damaged(file.Name, 1, e);
        }
        catch (DataOpsException)
        {
            opened.Stream.Dispose();
            throw;
        }
    }

    /// <summary>Moves to the next object; false at the end of the file.</summary>
    /// <exception cref="DataOpsException">The file is not what it should be, with the line.</exception>
    public abstract bool Read();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The failure to throw where the file is not what it should be.</summary>
    protected DataOpsException Invalid(string what, long line, Exception? inner = null) => Broken(
        InvalidId,
        name,
        line,
        what,
        "A dataset is a list of objects, each with \"model\", \"pk\" and \"fields\", as dumpdata writes it; copy or " +
            "export the file again.",
        inner);

    /// <summary>The failure to throw where a value is too large for PostgreSQL.</summary>
    protected DataOpsException TooLarge(long line) =>
        Invalid($"a value here is larger than {(LargestValue >> 20) + 1} MB, which PostgreSQL cannot store", line);

    /// <summary>The failure to throw where decompression found the data wrong.</summary>
    protected DataOpsException Damaged(long line, Exception cause) => Damaged(name, line, cause);

    private static DatasetException Damaged(string name, long line, Exception cause) =>
        Broken(ErrorIds.DamagedFile, name, line, "the data behind this line are damaged or incomplete",
            "Copy or export the file again.", cause);

    private static DatasetException Broken(
        string id, string name, long line, string what, string advice, Exception? cause)
    {
        // The JSON reader quotes all that follows the place.
        string said = what.Length > 400 ? $"{what[..200]} … {what[^150..]}" : what;
        return new(id, $"{name}, line {line}: {said}. Nothing was loaded.", advice, name,
            [new DatasetProblem(id, line, advice, ["", "", "", said])], 1, cause);
    }

    private static DatasetFormat? FormatOf(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".json" => DatasetFormat.Json,
        ".jsonl" => DatasetFormat.Jsonl,
        ".xml" => DatasetFormat.Xml,
        ".yaml" or ".yml" => DatasetFormat.Yaml,
        _ => null,
    };

    private static byte[] Peek(ref Stream stream)
    {
        byte[] start = new byte[1 << 10];
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream = new PrefixedStream(start.AsMemory(0, length), stream);
        return start[..length];
    }

    private static DatasetFormat Guess(FixtureFile file, ReadOnlySpan<byte> seen)
    {
        seen = (seen is [0xEF, 0xBB, 0xBF, ..] ? seen[3..] : seen).TrimStart(" \t\r\n"u8);
        return seen switch
        {
            [] or [(byte)'[' or (byte)'{', ..] => DatasetFormat.Json,
            [(byte)'<', ..] => DatasetFormat.Xml,
            _ => throw new DataOpsException(
                ErrorIds.UnknownFormat, FailureKind.InvalidArgument,
                $"Neither the name nor the content of {file.Name} tells its format.",
                "Say it with -Format: Json, Jsonl, Xml, Yaml or Feincms.", file.Path),
        };
    }
}
