using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace DataOps.Core.Python;

/// <summary>The text of a Python file: decoded, with \n at the end of each line.</summary>
internal sealed partial class PythonSource
{
    /// <summary>The most bytes that a file may have. The largest migration of any package seen has 300,000.</summary>
    public const int MaxBytes = 4 << 20;

    private static readonly SearchValues<char> s_refused = SearchValues.Create("\r\0");

    private readonly Lazy<int[]> _lines;

    private PythonSource(string name, string text)
    {
        (Name, Text) = (name, text);
        _lines = new Lazy<int[]>(StartsOfLines);
    }

    /// <summary>The file's path, for messages.</summary>
    public string Name { get; }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>Decodes a file: UTF-8, or what its first two lines say (PEP 263).</summary>
    /// <exception cref="PythonSyntaxException">It is too large, or not in its encoding.</exception>
    public static PythonSource Decode(string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
            throw new PythonSyntaxException($"the file has more than {MaxBytes:N0} bytes", 1);
        Encoding encoding = EncodingOf(bytes);
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        try
        {
            return FromText(name, encoding.GetString(bytes));
        }
        catch (DecoderFallbackException e)
        {
            int line = 1 + bytes[..Math.Clamp(e.Index, 0, bytes.Length)].Count((byte)'\n');
            throw new PythonSyntaxException($"the file is not in {encoding.WebName}", line);
        }
    }

    /// <summary>Takes a text.</summary>
    /// <exception cref="PythonSyntaxException">It holds a NUL.</exception>
    public static PythonSource FromText(string name, string text)
    {
        if (text.AsSpan().ContainsAny(s_refused))
        {
            text = text.ReplaceLineEndings("\n").Replace('\r', '\n');
            int nul = text.IndexOf('\0');
            if (nul >= 0)
                throw new PythonSyntaxException("the file holds a NUL", 1 + text.AsSpan(0, nul).Count('\n'));
        }
        return new PythonSource(name, text);
    }

    /// <summary>The line of a place, from 1.</summary>
    public int LineOf(int position)
    {
        int found = Array.BinarySearch(_lines.Value, position);
        return found >= 0 ? found + 1 : ~found;
    }

    // A form feed, a vertical tab and U+2028 end no line of Python's.
    private int[] StartsOfLines()
    {
        List<int> starts = [0];
        for (int i = Text.IndexOf('\n'); i >= 0; i = Text.IndexOf('\n', i + 1))
            starts.Add(i + 1);
        return [.. starts];
    }

    private static Encoding EncodingOf(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> rest = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes;
        for (int line = 1; line <= 2 && !rest.IsEmpty; line++)
        {
            int end = rest.IndexOfAny((byte)'\n', (byte)'\r');
            ReadOnlySpan<byte> first = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            string text = Encoding.Latin1.GetString(first[..Math.Min(first.Length, 200)]);
            if (Cookie().Match(text) is { Success: true } cookie)
                return Named(cookie.Groups[1].Value, line);
            if (text.AsSpan().Trim(" \t\f") is not ([] or ['#', ..]))
                break;
        }
        return Strict(Encoding.UTF8);
    }

    private static Encoding Named(string name, int line)
    {
        string plain = name.ToLowerInvariant().Replace('_', '-');
        plain = plain is "utf8" or "utf-8-sig" or "u8" ? "utf-8" : plain is "latin-1" ? "iso-8859-1" : plain;
        try
        {
            return Strict(CodePagesEncodingProvider.Instance.GetEncoding(plain) ?? Encoding.GetEncoding(plain));
        }
        catch (ArgumentException)
        {
            throw new PythonSyntaxException($"the encoding {VisibleText.Of(name)} is not known", line);
        }
    }

    private static Encoding Strict(Encoding encoding)
    {
        Encoding strict = (Encoding)encoding.Clone();
        strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        return strict;
    }

    [GeneratedRegex(@"^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")]
    private static partial Regex Cookie();
}
