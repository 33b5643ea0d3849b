using System.Globalization;
using System.Text;

namespace DataOps.Core.Python;

/// <summary>Decodes what stands between the quotes of a string.</summary>
internal static class StringLiteral
{
    /// <summary>A string token without an f or a t in front.</summary>
    /// <returns>A text or bytes, and whether a text holds \N{name}, which is left as it is.</returns>
    /// <exception cref="PythonSyntaxException">It has an escape that is none, or bytes that are not ASCII.</exception>
    public static (object Value, bool HasNamedCharacter) Decode(PythonSource source, Token token)
    {
        ReadOnlySpan<char> text = source.Text.AsSpan(token.Start, token.End - token.Start);
        int quoteAt = text.IndexOfAny('"', '\'');
        ReadOnlySpan<char> prefix = text[..quoteAt];
        char quote = text[quoteAt];
        int quotes = text.Length - quoteAt >= 6 && text[quoteAt + 1] == quote && text[quoteAt + 2] == quote ? 3 : 1;
        ReadOnlySpan<char> inside = text[(quoteAt + quotes)..^quotes];
        bool isRaw = prefix.IndexOfAny('r', 'R') >= 0;
        bool isBytes = prefix.IndexOfAny('b', 'B') >= 0;
        if (isBytes && inside.IndexOfAnyExceptInRange('\0', '\u007f') >= 0)
            throw new PythonSyntaxException(
                "bytes can only contain ASCII literal characters", source.LineOf(token.Start));
        bool hasNamed = false;
        string decoded = isRaw || !inside.Contains('\\')
            ? inside.ToString()
            : Unescape(source, token.Start, inside, isBytes, isFormatted: false, out hasNamed);
        return isBytes ? (Encoding.Latin1.GetBytes(decoded), false) : (decoded, hasNamed);
    }

    /// <summary>A literal part of an f-string.</summary>
    /// <exception cref="PythonSyntaxException">It has an escape that is none.</exception>
    public static string DecodePart(
        PythonSource source, Token token, bool isRaw, bool isSpecification, out bool hasNamedCharacter)
    {
        ReadOnlySpan<char> part = source.Text.AsSpan(token.Start, token.End - token.Start);
        hasNamedCharacter = false;
        if (!isRaw && part.Contains('\\'))
            return Unescape(source, token.Start, part, false, !isSpecification, out hasNamedCharacter);
        return isSpecification ? part.ToString() : part.ToString().Replace("{{", "{").Replace("}}", "}");
    }

    private static string Unescape(
        PythonSource source, int start, ReadOnlySpan<char> text, bool isBytes, bool isFormatted, out bool hasNamed)
    {
        StringBuilder decoded = new(text.Length);
        hasNamed = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (isFormatted && c is '{' or '}' && i + 1 < text.Length && text[i + 1] == c)
                i++;
            if (c != '\\' || i + 1 >= text.Length)
            {
                decoded.Append(c);
                continue;
            }
            char escape = text[++i];
            switch (escape)
            {
                case '\n': break;
                case '\\' or '\'' or '"': decoded.Append(escape); break;
                case 'a': decoded.Append('\a'); break;
                case 'b': decoded.Append('\b'); break;
                case 'f': decoded.Append('\f'); break;
                case 'n': decoded.Append('\n'); break;
                case 'r': decoded.Append('\r'); break;
                case 't': decoded.Append('\t'); break;
                case 'v': decoded.Append('\v'); break;
                case >= '0' and <= '7':
                    int length = Octal(text[i..]);
                    int octal = Convert.ToInt32(text.Slice(i, length).ToString(), 8);
                    decoded.Append((char)(isBytes ? octal & 0xFF : octal));
                    i += length - 1;
                    break;
                case 'x':
                    decoded.Append((char)Hex(source, start, text, ref i, 2));
                    break;
                case 'u' when !isBytes:
                    decoded.Append((char)Hex(source, start, text, ref i, 4));
                    break;
                case 'U' when !isBytes:
                    int code = Hex(source, start, text, ref i, 8);
                    if (code is < 0 or > 0x10FFFF)
                        throw new PythonSyntaxException("illegal Unicode character", source.LineOf(start));
                    decoded.Append(code > 0xFFFF ? char.ConvertFromUtf32(code) : ((char)code).ToString());
                    break;
                case 'N' when !isBytes:
                    hasNamed = true;
                    decoded.Append("\\N");
                    break;
                default:
                    // An unknown escape is no escape; a brace begins an expression of its own.
                    decoded.Append('\\');
                    i--;
                    if (isFormatted && escape is '{' or '}')
                        break;
                    decoded.Append(text[++i]);
                    break;
            }
        }
        return decoded.ToString();
    }

    private static int Octal(ReadOnlySpan<char> text)
    {
        int length = text[..Math.Min(3, text.Length)].IndexOfAnyExceptInRange('0', '7');
        return length < 0 ? Math.Min(3, text.Length) : length;
    }

    private static int Hex(PythonSource source, int start, ReadOnlySpan<char> text, ref int i, int digits)
    {
        if (i + digits >= text.Length
            || !int.TryParse(text.Slice(i + 1, digits), NumberStyles.AllowHexSpecifier, null, out int code))
            throw new PythonSyntaxException($"truncated \\{text[i]} escape", source.LineOf(start));
        i += digits;
        return code;
    }
}
