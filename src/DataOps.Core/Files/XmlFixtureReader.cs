using System.Text.Json;
using System.Xml;
using DataOps.Core.Django.Values;

namespace DataOps.Core.Files;

/// <summary>
/// Reads a fixture in Django's XML, which declares no types of its own: document types and entities are refused, as
/// Django refuses them.
/// </summary>
internal sealed class XmlFixtureReader : FixtureReader
{
    private const int LargestTag = 1 << 26;

    private readonly MeteredStream _stream;
    private readonly XmlReader _xml;
    private readonly IXmlLineInfo _place;
    private readonly XmlFieldText _text;
    private readonly JsonObjectText _object = new();
    private readonly Func<bool> _isPlain;
    private bool _started;
    private string _label = "";
    private string _field = "";
    private bool _looksPlain;

    /// <summary>Reads a stream, which is disposed with this.</summary>
    public XmlFixtureReader(string name, Stream stream, CancellationToken cancellation)
        : base(name)
    {
        _stream = new MeteredStream(stream, LargestTag, cancellation);
        _xml = XmlReader.Create(_stream, new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        });
        _place = (IXmlLineInfo)_xml;
        _text = new XmlFieldText(_xml, _stream.Step);
        _isPlain = () => IsReference?.Invoke(_label, _field) is { } known ? !known : _looksPlain;
    }

    /// <inheritdoc/>
    protected override string InvalidId => ErrorIds.InvalidXml;

    /// <inheritdoc/>
    public override bool Read()
    {
        try
        {
            return ReadNext();
        }
        catch (XmlException e)
        {
            // The line stands in front already.
            string reason = e.Message.Split(" Line ")[0].TrimEnd('.');
            throw Invalid(reason, Math.Max(e.LineNumber, 1), e);
        }
        catch (ValueTooLargeException)
        {
            throw Invalid("a tag here is larger than 64 MB", Math.Max(_place.LineNumber, 1));
        }
        catch (InvalidDataException e)
        {
            throw Damaged(Math.Max(_place.LineNumber, 1), e);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _xml.Dispose();
        _stream.Dispose();
    }

    private bool ReadNext()
    {
        if (!_started && !(Next() && _xml.LocalName == "django-objects"))
            throw Invalid("<django-objects> was expected", _place.LineNumber);
        bool isEmpty = !_started && _xml.IsEmptyElement;
        _started = true;
        if (isEmpty || !Next() || _xml.NodeType == XmlNodeType.EndElement)
            return EndFile();
        if (_xml.LocalName != "object")
            throw Unexpected();
        ReadObject();
        return true;
    }

    // The parser itself refuses a second root.
    private bool EndFile() => Next() ? throw Unexpected() : false;

    // To the next element's start or end; text may stand in fields only.
    private bool Next()
    {
        while (Step())
        {
            if (_xml.NodeType is XmlNodeType.Element or XmlNodeType.EndElement)
                return true;
            if (_xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                throw Invalid("a text stands outside of a field", _place.LineNumber);
        }
        return false;
    }

    private bool Step()
    {
        _stream.Step();
        return _xml.Read();
    }

    private void ReadObject()
    {
        long line = _place.LineNumber;
        _object.Start(line);
        _object.Raw("{"u8);
        _label = _xml.GetAttribute("model") ?? "";
        WriteAttribute("\"model\": "u8, "model");
        WriteAttribute("\"pk\": "u8, "pk");
        _object.Raw("\"fields\": {"u8);
        if (!_xml.IsEmptyElement)
        {
            for (bool first = true; Next() && _xml.NodeType == XmlNodeType.Element; first = false)
                ReadField(first);
        }
        _object.Raw("}}"u8);
        if (Current.Take(_object.Memory, line) is { } missing)
            throw Invalid("the object that starts here " + missing, line);
    }

    private void WriteAttribute(ReadOnlySpan<byte> member, string name)
    {
        if (_xml.GetAttribute(name) is not { } value)
            return;
        _object.Raw(member);
        _object.String(value);
        _object.Raw(", "u8);
    }

    private void ReadField(bool first)
    {
        if (_xml.LocalName != "field")
            throw Unexpected();
        string name = _xml.GetAttribute("name") is { Length: > 0 } given
            ? given
            : throw Invalid("a <field> has no name", _place.LineNumber);
        if (!first)
            _object.Raw(", "u8);
        _object.GoTo(_place.LineNumber);
        _object.String(name);
        _object.Raw(": "u8);
        bool isList = _xml.GetAttribute("rel") == "ManyToManyRel";
        bool isJson = _xml.GetAttribute("type") == "JSONField";
        if (isList)
            WriteItems();
        else
        {
            (_field, _looksPlain) = (name, _xml.GetAttribute("rel") is null && _xml.GetAttribute("type") is not null);
            WriteValue(isJson);
        }
    }

    private void WriteItems()
    {
        _object.Raw("["u8);
        if (!_xml.IsEmptyElement)
        {
            for (bool first = true; Next() && _xml.NodeType == XmlNodeType.Element; first = false)
                WriteItem(first);
        }
        _object.Raw("]"u8);
    }

    private void WriteItem(bool first)
    {
        if (_xml.LocalName == "None" && first)
        {
            _text.Read(Grown);
            return;
        }
        if (_xml.LocalName != "object")
            throw Unexpected();
        if (!first)
            _object.Raw(", "u8);
        _object.GoTo(_place.LineNumber);
        if (_xml.GetAttribute("pk") is { } key)
        {
            _object.String(key);
            _text.Read(Grown);
            return;
        }
        if (!_text.Read(Grown) || _text.Parts.Count == 0)
            throw Invalid("an entry of a many-to-many list has neither a key nor a natural key", _place.LineNumber);
        WriteParts();
    }

    private void WriteValue(bool isJson)
    {
        long line = _place.LineNumber;
        if (!_text.Read(Grown, _isPlain))
            throw Invalid($"<{_text.Strange}> was not expected in a field", _place.LineNumber);
        if (_text.IsNone)
            _object.Raw("null"u8);
        else if (_text.Parts.Count > 0)
            WriteParts();
        else if (isJson)
            WriteJson(line);
        else
            _object.String(_text.Text);
        _text.Clear();
    }

    private void WriteParts()
    {
        _object.Raw("["u8);
        for (int i = 0; i < _text.Parts.Count; i++)
        {
            if (i > 0)
                _object.Raw(", "u8);
            _object.String(_text.Parts[i]);
        }
        _object.Raw("]"u8);
    }

    // As one line, whatever its own line breaks are, so that the next field keeps its line.
    private void WriteJson(long line)
    {
        if (!JsonText.IsValid(_text.Text))
            throw Invalid("the text of a JSONField is not valid JSON", line);
        Utf8JsonReader reader = JsonText.Reader(_text.Text);
        reader.Read();
        // What PostgreSQL refuses in it is found, with the model and the key, where the value is stored.
        _ = JsonText.Copy(ref reader, _object.Output);
    }

    private void Grown(long length)
    {
        if (length > LargestValue)
            throw TooLarge(_place.LineNumber);
    }

    private DataOpsException Unexpected() => Invalid($"<{_xml.LocalName}> was not expected", _place.LineNumber);
}
