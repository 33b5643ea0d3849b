using System.Text;
using System.Text.Json;
using DataOps.Core.Django.Values;

namespace DataOps.Core.Files;

/// <summary>A part of an object's bytes.</summary>
internal readonly record struct FixtureSlice(int Start, int Length);

/// <summary>A field's name, without its quotes, and its value, both as they stand in the object.</summary>
internal readonly record struct FixtureField(FixtureSlice Name, FixtureSlice Value);

/// <summary>
/// The object of a dataset file that a reader stands on; its memory is the reader's and serves the next object too.
/// </summary>
internal sealed class FixtureObject
{
    // PostgreSQL's names have 63 bytes, Django's labels twice as many.
    private const int LongestName = 500;

    private readonly List<FixtureField> _fields = [];
    private ReadOnlyMemory<byte> _bytes;
    private byte[] _labelBytes = [];
    private string _label = "";
    private long _inLine;
    private bool _hasLongName;

    /// <summary>The line that it starts in, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Where it stands, as a number of <see cref="FilePlace"/>.</summary>
    public long Place => new FilePlace(Line, _inLine).Number;

    /// <summary>Its model as the file writes it.</summary>
    public string Label => _label;

    /// <summary>Its key as JSON; null where there is none, or null itself.</summary>
    public FixtureSlice? Key { get; private set; }

    /// <summary>Its fields in the file's order.</summary>
    public IReadOnlyList<FixtureField> Fields => _fields;

    /// <summary>The bytes of a part.</summary>
    public ReadOnlySpan<byte> this[FixtureSlice slice] => _bytes.Span.Slice(slice.Start, slice.Length);

    /// <summary>The line in which a part starts.</summary>
    public long LineOf(FixtureSlice slice) => Line + _bytes.Span[..slice.Start].Count((byte)'\n');

    /// <summary>Where a part starts, as a number of <see cref="FilePlace"/>.</summary>
    public long PlaceOf(FixtureSlice slice) =>
        LineOf(slice) is var line && line == Line ? Place : new FilePlace(line, 1).Number;

    /// <summary>A field's name, unescaped.</summary>
    public string NameOf(FixtureField field)
    {
        ReadOnlySpan<byte> name = this[field.Name];
        if (!name.Contains((byte)'\\'))
            return Encoding.UTF8.GetString(name);
        Utf8JsonReader escaped = new([(byte)'"', .. name, (byte)'"']);
        escaped.Read();
        return escaped.GetString()!;
    }

    /// <summary>
    /// Takes the object that these bytes hold; its keys may come in any order, unknown ones are ignored as Django
    /// ignores them.
    /// </summary>
    /// <returns>What is missing in it, or null.</returns>
    /// <exception cref="JsonException">The bytes are not a JSON object.</exception>
    /// <exception cref="InvalidOperationException">The model's or a field's name has half of a surrogate
    /// pair.</exception>
    public string? Take(ReadOnlyMemory<byte> bytes, long line)
    {
        _inLine = line == Line ? _inLine + 1 : 1;
        (_bytes, Line, Key) = (bytes, line, null);
        _fields.Clear();
        _hasLongName = false;
        bool hasModel = false;
        bool hasFields = false;
        Utf8JsonReader reader = JsonText.Reader(bytes.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                hasModel = reader.TokenType == JsonTokenType.String;
                if (hasModel)
                    TakeLabel(ref reader);
            }
            else if (reader.ValueTextEquals("pk"u8))
            {
                reader.Read();
                bool isNull = reader.TokenType == JsonTokenType.Null;
                FixtureSlice slice = SliceOf(ref reader);
                Key = isNull ? null : slice;
            }
            else if (reader.ValueTextEquals("fields"u8))
            {
                reader.Read();
                hasFields = reader.TokenType == JsonTokenType.StartObject;
                if (hasFields)
                    TakeFields(ref reader);
            }
            else
            {
                reader.Read();
            }
            reader.Skip();
        }
        // Only blanks may follow; the reader throws at anything else.
        reader.Read();
        return _hasLongName ? $"has a name of more than {LongestName} bytes"
            : !hasModel ? "has no \"model\""
            : !hasFields ? "has no \"fields\""
            : null;
    }

    private void TakeLabel(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.SequenceEqual(_labelBytes) && !reader.ValueIsEscaped)
            return;
        _hasLongName |= reader.ValueSpan.Length > LongestName;
        if (_hasLongName)
            return;
        _labelBytes = reader.ValueIsEscaped ? [] : reader.ValueSpan.ToArray();
        _label = reader.GetString()!;
    }

    // As everywhere in Python's dictionaries, the last of several wins.
    private void TakeFields(ref Utf8JsonReader reader)
    {
        _fields.Clear();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            FixtureSlice name = new((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
            _hasLongName |= name.Length > LongestName;
            // Throws here, where the reader says the line, and not when the name is first asked for.
            if (reader.ValueIsEscaped && !_hasLongName)
                reader.GetString();
            reader.Read();
            _fields.Add(new FixtureField(name, SliceOf(ref reader)));
        }
    }

    private static FixtureSlice SliceOf(ref Utf8JsonReader reader)
    {
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new FixtureSlice(start, (int)reader.BytesConsumed - start);
    }
}
