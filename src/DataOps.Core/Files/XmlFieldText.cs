using System.Text;
using System.Xml;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Files;

/// <summary>
/// What a field's element holds: a text, nothing at all, or the parts of a natural key; blanks around a text are no
/// part of it, as in Django.
/// </summary>
internal sealed class XmlFieldText(XmlReader xml, Action step)
{
    private readonly char[] _piece = new char[1 << 13];
    private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();
    private readonly Utf8Output _text = new();
    private readonly List<byte[]> _parts = [];

    /// <summary>The text, in UTF-8.</summary>
    public ReadOnlySpan<byte> Text => Strip(_text.Written);

    /// <summary>Whether the value is null.</summary>
    public bool IsNone { get; private set; }

    /// <summary>The parts of a natural key.</summary>
    public IReadOnlyList<byte[]> Parts => _parts;

    /// <summary>The element that does not belong here, after <see cref="Read"/> said so.</summary>
    public string Strange { get; private set; } = "";

    /// <summary>Forgets the text, which is copied: a large one is not held twice.</summary>
    public void Clear() => _text.Clear();

    /// <summary>
    /// Reads the element on which the reader stands, up to its end; false when something else is in it.
    /// </summary>
    /// <param name="grown">Called with the bytes of a text as it grows; throws when they are too many.</param>
    /// <param name="isPlain">Says whether the field is no reference: then natural elements are part of its text, as in
    /// Django. Asked where there is one; null of what is a reference.</param>
    public bool Read(Action<long> grown, Func<bool>? isPlain = null)
    {
        bool isText = false;
        _text.Clear();
        _parts.Clear();
        IsNone = false;
        if (xml.IsEmptyElement)
            return true;
        int depth = xml.Depth;
        while (Next() && xml.Depth > depth)
        {
            if (xml.NodeType == XmlNodeType.Element)
            {
                isText |= xml.LocalName == "natural" && isPlain?.Invoke() == true;
                if (!TakeElement(depth + 1, isText))
                    return false;
            }
            if (xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "natural" && !isText)
                EndPart();
            else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace
                or XmlNodeType.Whitespace)
                TakeText(grown);
        }
        return true;
    }

    private bool TakeElement(int depth, bool isPlain)
    {
        if (xml.Depth > depth || xml.LocalName is not ("None" or "natural"))
        {
            Strange = xml.LocalName;
            return false;
        }
        IsNone |= xml.LocalName == "None";
        if (xml.LocalName == "None" || isPlain)
            return true;
        _text.Clear();
        if (xml.IsEmptyElement)
            EndPart();
        return true;
    }

    private void EndPart()
    {
        _parts.Add(Text.ToArray());
        _text.Clear();
    }

    private void TakeText(Action<long> grown)
    {
        int read;
        while ((read = xml.ReadValueChunk(_piece, 0, _piece.Length)) > 0)
        {
            step();
            Span<byte> room = _text.Reserve(Encoding.UTF8.GetMaxByteCount(read));
            _text.Advance(_encoder.GetBytes(_piece.AsSpan(0, read), room, flush: false));
            grown(_text.Position);
        }
    }

    private bool Next()
    {
        step();
        return xml.Read();
    }

    // What Python's str.strip() takes away.
    private static ReadOnlySpan<byte> Strip(ReadOnlySpan<byte> text)
    {
        while (Rune.DecodeFromUtf8(text, out Rune first, out int length) == System.Buffers.OperationStatus.Done
            && Rune.IsWhiteSpace(first))
            text = text[length..];
        while (Rune.DecodeLastFromUtf8(text, out Rune last, out int length) == System.Buffers.OperationStatus.Done
            && Rune.IsWhiteSpace(last))
            text = text[..^length];
        return text;
    }
}
