using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Files;

/// <summary>NaN, Infinity and -Infinity, as Python writes floats that JSON has no word for.</summary>
internal static class BareWords
{
    /// <summary>The JSON with these words in quotes, which is how the decoders of numbers take them.</summary>
    public static ReadOnlyMemory<byte> Quote(ReadOnlySpan<byte> json, Utf8Output output)
    {
        output.Clear();
        bool inString = false;
        for (int i = 0; i < json.Length; i++)
        {
            if (!inString && Match(json[i..]) is var word && word > 0)
            {
                output.WriteByte((byte)'"');
                output.Write(json.Slice(i, word));
                output.WriteByte((byte)'"');
                i += word - 1;
                continue;
            }
            output.WriteByte(json[i]);
            if (json[i] == '"')
                inString = !inString;
            else if (inString && json[i] == '\\' && i + 1 < json.Length)
                output.WriteByte(json[++i]);
        }
        return output.Written.ToArray();
    }

    private static int Match(ReadOnlySpan<byte> json) => json[0] switch
    {
        (byte)'N' when json.StartsWith("NaN"u8) => 3,
        (byte)'I' when json.StartsWith("Infinity"u8) => 8,
        (byte)'-' when json.StartsWith("-Infinity"u8) => 9,
        _ => 0,
    };
}
