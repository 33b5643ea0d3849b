using System.Text.Json;
using DataOps.Core.Definitions;

namespace DataOps.Core.Files;

/// <summary>
/// Reads feincms3-data's files: an object of <c>version</c>, <c>specs</c> and <c>objects</c>, in any order, the objects
/// one at a time.
/// </summary>
internal sealed class FeincmsFixtureReader(string name, Stream stream, CancellationToken cancellation)
    : JsonFixtureReader(name, stream, isLines: false, cancellation)
{
    private const string Known = "1";
    private static readonly string[] s_needed = ["version", "specs", "objects"];

    private readonly HashSet<string> _members = [];
    private bool _started;
    private bool _inObjects;
    private bool _hasObject;

    /// <summary>
    /// Whether a file that starts like this is one of them: its first member is one that no fixture object has.
    /// </summary>
    public static bool Recognises(ReadOnlySpan<byte> start)
    {
        start = (start is [0xEF, 0xBB, 0xBF, ..] ? start[3..] : start).TrimStart(" \t\r\n"u8);
        if (start is not [(byte)'{', ..])
            return false;
        start = start[1..].TrimStart(" \t\r\n"u8);
        return start.StartsWith("\"version\""u8)
            || start.StartsWith("\"specs\""u8) || start.StartsWith("\"objects\""u8);
    }

    /// <inheritdoc/>
    public override bool Read()
    {
        Start();
        while (!_inObjects)
        {
            int next = Peek();
            if (next == '}')
                return End();
            if (_members.Count > 0)
                Take(next, ',', "a comma or the end of the file's object was expected");
            ReadMember();
        }
        return ReadNextObject() || Read();
    }

    private void Start()
    {
        if (_started)
            return;
        _started = true;
        int first = PeekFirst();
        Take(first, '{',
            first < 0 ? "the file is empty" : "an object of \"version\", \"specs\" and \"objects\" was expected");
    }

    private bool ReadNextObject()
    {
        int next = Peek();
        if (next == ']')
        {
            Skip();
            _inObjects = false;
            return false;
        }
        if (_hasObject)
            Take(next, ',', "a comma or the end of the list was expected");
        if (Peek() != '{')
            throw Invalid(
                Peek() < 0 ? "the file ends before its list does: it is incomplete" : "an object was expected");
        _hasObject = true;
        ReadObject();
        return true;
    }

    private void ReadMember()
    {
        string member = Peek() == '"'
            ? Parse(ReadValue(), Line, e => e.GetString()!)
            : throw Invalid(Incomplete("a member's name was expected"));
        Take(Peek(), ':', "a colon was expected");
        int next = Peek();
        if (!_members.Add(member))
            throw Invalid($"\"{member}\" is there twice");
        if (member == "objects")
        {
            Take(next, '[', "the list of objects was expected");
            _inObjects = true;
        }
        else if (member == "specs")
        {
            long line = Line;
            Specs = next == '['
                ? ReadSpecs(ReadValue(), line)
                : throw Invalid(Incomplete("the list of specs was expected"));
        }
        else if (member == "version")
        {
            RequireVersion(next is '"' or '{' or '[' ? "" : ReadWord());
        }
        else if (member == FeincmsHeader.Snapshot && next == '"')
        {
            long line = Line;
            Snapshot =
                Parse(ReadValue(), line,
                e => e.TryGetDateTimeOffset(out DateTimeOffset time)
                    ? time
                    : throw Invalid("the snapshot is no time", line));
        }
        else if (next is '"' or '{' or '[')
        {
            ReadValue();
        }
        else if (ReadWord().Length == 0)
        {
            throw Invalid(Incomplete("a value was expected"));
        }
    }

    private IReadOnlyList<FileSpec> ReadSpecs(ReadOnlyMemory<byte> json, long line)
    {
        Parse(json, line, e => e.GetArrayLength());
        return FileSpec.ReadAll(PlacedJson.Parse(json.Span, Path.GetFileName(Name)));
    }

    private void RequireVersion(string version)
    {
        if (version.Length == 0)
            throw Invalid(Incomplete("the version was expected"));
        if (version != Known)
            throw new DataOpsException(
                ErrorIds.UnsupportedVersion, FailureKind.InvalidData,
                $"{Name}, line {Line}: the file's version is {version}, and only version {Known} is known. Nothing " +
                    $"was loaded.",
                "Update DataOps, or export with a feincms3-data that writes this version.", Name);
    }

    private bool End()
    {
        Skip();
        if (Peek() >= 0)
            throw Invalid("something follows the end of the file's object");
        return s_needed.FirstOrDefault(m => !_members.Contains(m)) is { } missing
            ? throw Invalid($"the file's object has no \"{missing}\"")
            : false;
    }

    private void Take(int next, char expected, string otherwise)
    {
        if (next != expected)
            throw Invalid(Incomplete(otherwise));
        Skip();
    }

    private string Incomplete(string otherwise) =>
        Peek() < 0 && _members.Count > 0 ? "the file ends before its object does: it is incomplete" : otherwise;

    private T Parse<T>(ReadOnlyMemory<byte> json, long line, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw Invalid(e.Message.Split(" LineNumber:")[0].TrimEnd('.'), line + (e.LineNumber ?? 0), e);
        }
        catch (InvalidOperationException e)
        {
            throw Invalid("a text is not valid Unicode", line, e);
        }
    }
}
