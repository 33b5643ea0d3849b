using System.Text;
using System.Text.Json;
using DataOps.Core.Django.Values;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DataOps.Core.Files;

/// <summary>
/// Reads a fixture in YAML as a stream of events, one object after the other, where Django's loader takes the whole
/// file into memory.
/// </summary>
internal sealed class YamlFixtureReader : FixtureReader
{
    // The parser holds a value as text of two bytes a character, and copies it.
    private const int LargestScalar = 1 << 26;
    private const int Deepest = 1000;

    private readonly MeteredStream _stream;
    private readonly Parser _parser;
    private readonly YamlAnchors _anchors = new();
    private readonly JsonObjectText _object = new();
    private bool _started;

    /// <summary>Reads a stream, which is disposed with this.</summary>
    public YamlFixtureReader(string name, Stream stream, CancellationToken cancellation)
        : base(name)
    {
        _stream = new MeteredStream(stream, LargestScalar, cancellation);
        _parser =
            new Parser(new Scanner(
                new StreamReader(_stream, new UTF8Encoding(false, throwOnInvalidBytes: true)), skipComments: true));
    }

    private long Line => Math.Max(_parser.Current?.Start.Line ?? 1, 1);

    /// <inheritdoc/>
    protected override string InvalidId => ErrorIds.InvalidYaml;

    /// <inheritdoc/>
    public override bool Read()
    {
        try
        {
            return ReadNext();
        }
        catch (YamlException e)
        {
            throw Invalid(e.Message.TrimEnd('.'), Math.Max(e.Start.Line, 1), e);
        }
        catch (DecoderFallbackException e)
        {
            throw Invalid("what follows this line is not valid UTF-8", Line, e);
        }
        catch (ValueTooLargeException)
        {
            throw Invalid("a value behind this line is larger than 64 MB, for which YAML is no format; use JSON", Line);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(Line, e);
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _stream.Dispose();

    private bool ReadNext()
    {
        if (!_started)
            StartList();
        Step();
        if (_parser.Current is SequenceEnd)
            return EndFile();
        if (_parser.Current is not MappingStart start)
            throw Invalid("an object was expected", Line);
        _object.Start(Line);
        _anchors.StartObject();
        WriteMapping(start, depth: 1);
        if (Current.Take(_object.Memory, _object.FirstLine) is { } missing)
            throw Invalid("the object that starts here " + missing, _object.FirstLine);
        return true;
    }

    private void StartList()
    {
        _started = true;
        Step();
        Step();
        if (_parser.Current is StreamEnd)
            throw Invalid("the file is empty", Line);
        Step();
        if (_parser.Current is not SequenceStart)
            throw Invalid("a list of objects was expected", Line);
    }

    private bool EndFile()
    {
        Step();
        Step();
        return _parser.Current is StreamEnd ? false : throw Invalid("something follows the end of the list", Line);
    }

    private void Step()
    {
        _stream.Step();
        if (!MoveNext())
            throw Invalid("the file ends before its list does: it is incomplete", Line);
    }

    // Where a text is no YAML, the parser may fail in itself instead of saying so.
    private bool MoveNext()
    {
        try
        {
            return _parser.MoveNext();
        }
        catch (Exception e)
            when (e is ArgumentException and not DecoderFallbackException or ArithmeticException or FormatException
            or IndexOutOfRangeException
            or InvalidCastException or InvalidOperationException or KeyNotFoundException or NullReferenceException)
        {
            throw Invalid("what follows this line is not valid YAML", Line, e);
        }
    }

    // The value on whose first event the parser stands; goes to its last one.
    private void WriteNode(int depth)
    {
        if (depth > Deepest)
            throw Invalid($"values are nested more than {Deepest} deep", Line);
        _object.GoTo(Line);
        switch (_parser.Current)
        {
            case Scalar scalar:
                Anchored(scalar, () => WriteScalar(scalar));
                break;
            case SequenceStart list:
                RequireTag(list, "seq");
                Anchored(list, () => WriteList(depth));
                break;
            case MappingStart mapping:
                WriteMapping(mapping, depth);
                break;
            case AnchorAlias alias:
                _object.Raw(ValueOf(alias));
                break;
        }
    }

    private void WriteList(int depth)
    {
        _object.Raw("["u8);
        Step();
        for (bool first = true; _parser.Current is not SequenceEnd; first = false)
        {
            if (!first)
                _object.Raw(", "u8);
            WriteNode(depth + 1);
            Step();
        }
        _object.Raw("]"u8);
    }

    private void WriteMapping(MappingStart mapping, int depth)
    {
        RequireTag(mapping, "map");
        Anchored(mapping, () => WriteMembers(depth));
    }

    private void WriteMembers(int depth)
    {
        int start = _object.Length;
        _object.Raw("{"u8);
        Step();
        for (bool first = true; _parser.Current is not MappingEnd; Step())
        {
            if (_parser.Current is Scalar { Value: "<<", Style: ScalarStyle.Plain, Tag.IsEmpty: true })
            {
                Step();
                first = !Merge(start + 1, depth) && first;
                continue;
            }
            if (!first)
                _object.Raw(", "u8);
            first = false;
            WriteName();
            _object.Raw(": "u8);
            Step();
            WriteNode(depth + 1);
        }
        _object.Raw("}"u8);
    }

    // JSON's names are strings; Python's json makes them of numbers, truth values and null.
    private void WriteName()
    {
        _object.GoTo(Line);
        if (_parser.Current is AnchorAlias alias)
        {
            byte[] value = ValueOf(alias);
            if (value is not [(byte)'"', ..])
                throw Invalid("a name is not a text", Line);
            _object.Raw(value);
            return;
        }
        if (_parser.Current is not Scalar name)
            throw Invalid("a name is not a text", Line);
        int start = _object.Length;
        Anchored(name, () => WriteScalar(name));
        if (_object.Written[start] == '"')
            return;
        byte[] text = _object.Written[start..].ToArray();
        _object.CutTo(start);
        _object.String(text);
    }

    // Members of other mappings come first: of a name that repeats, the last one counts. Returns whether there are any.
    private bool Merge(int place, int depth)
    {
        int start = _object.Length;
        WriteNode(depth + 1);
        byte[] merged = _object.Written[start..].ToArray();
        byte[] own = _object.Written[place..start].ToArray();
        _object.CutTo(place);
        Utf8JsonReader reader = JsonText.Reader(merged);
        reader.Read();
        int count = 0;
        if (reader.TokenType == JsonTokenType.StartObject)
            CopyMembers(ref reader, ref count);
        else if (reader.TokenType == JsonTokenType.StartArray)
            CopyEach(merged, ref count);
        else
            throw Invalid("<< takes a mapping or a list of mappings", Line);
        bool hasOwn = own.AsSpan().Trim(" \n"u8).Length > 0;
        if (count > 0 && hasOwn)
            _object.Raw(", "u8);
        _object.Raw(own);
        return count > 0 || hasOwn;
    }

    // The first of several mappings wins, so it is written last.
    private void CopyEach(byte[] list, ref int count)
    {
        Stack<(int Start, int End)> mappings = new();
        Utf8JsonReader reader = JsonText.Reader(list);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            mappings.Push((start, (int)reader.BytesConsumed));
        }
        if (reader.TokenType != JsonTokenType.EndArray)
            throw Invalid("<< takes a mapping or a list of mappings", Line);
        foreach ((int start, int end) in mappings)
        {
            Utf8JsonReader mapping = JsonText.Reader(list.AsSpan(start..end));
            mapping.Read();
            CopyMembers(ref mapping, ref count);
        }
    }

    private void CopyMembers(ref Utf8JsonReader mapping, ref int count)
    {
        for (; mapping.Read() && mapping.TokenType == JsonTokenType.PropertyName; count++)
        {
            if (count > 0)
                _object.Raw(", "u8);
            _ = JsonText.Copy(ref mapping, _object.Output);
        }
    }

    private void WriteScalar(Scalar scalar)
    {
        if (!YamlScalar.TryWrite(scalar.Value, scalar.Tag.IsEmpty ? null : scalar.Tag.Value,
            scalar.Style == ScalarStyle.Plain, _object.Output))
            throw Invalid($"a value is not what its tag {scalar.Tag} says, or the tag is not supported", Line);
    }

    private void Anchored(NodeEvent node, Action write)
    {
        int start = _object.Length;
        write();
        if (!node.Anchor.IsEmpty && !_anchors.TryKeep(node.Anchor.Value, _object.Written[start..]))
            throw Invalid("values with an anchor take more than 16 MB", Line);
    }

    private byte[] ValueOf(AnchorAlias alias)
    {
        byte[] value = _anchors.Find(alias.Value.Value)
            ?? throw Invalid($"the alias *{alias.Value} stands for nothing before it", Line);
        return _anchors.TryRepeat(value) ? value : throw Invalid("aliases repeat more than 64 MB in one object", Line);
    }

    private void RequireTag(NodeEvent node, string kind)
    {
        if (!node.Tag.IsEmpty && node.Tag.Value != "tag:yaml.org,2002:" + kind && node.Tag.Value != "!")
            throw Invalid($"the tag {node.Tag} is not supported", Line);
    }
}
