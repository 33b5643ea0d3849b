using System.Buffers;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Valid JSON text, laid out as Python's <c>json.dumps(indent=N)</c> does: a line for each member, and nothing inside what is empty.</summary>
internal static class JsonIndent
{
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[],: \t\r\n"u8);

    /// <summary>Writes JSON, whatever its own blanks are.</summary>
    /// <param name="json">The value.</param>
    /// <param name="blanks">Blanks a level.</param>
    /// <param name="depth">The level on which the value itself stands.</param>
    /// <param name="output">Gets the text.</param>
    public static void Write(ReadOnlySpan<byte> json, int blanks, int depth, Utf8Output output)
    {
        int special;
        while ((special = json.IndexOfAny(Structure)) >= 0)
        {
            output.Write(json[..special]);
            byte found = json[special];
            json = json[special..];
            int taken = 1;
            switch (found)
            {
                case (byte)'"':
                    taken = JsonText.StringLength(json);
                    output.Write(json[..taken]);
                    break;
                case (byte)'{' or (byte)'[':
                    taken = Open(json, ref depth, blanks, output);
                    break;
                case (byte)'}' or (byte)']':
                    WriteLine(--depth * blanks, output);
                    output.WriteByte(found);
                    break;
                case (byte)',':
                    output.WriteByte(found);
                    WriteLine(depth * blanks, output);
                    break;
                case (byte)':':
                    output.Write(": "u8);
                    break;
            }
            json = json[taken..];
        }
        output.Write(json);
    }

    // Takes the closing bracket too where nothing stands before it.
    private static int Open(ReadOnlySpan<byte> json, ref int depth, int blanks, Utf8Output output)
    {
        output.WriteByte(json[0]);
        int next = 1 + json[1..].IndexOfAnyExcept(" \t\r\n"u8);
        if (json[next] is (byte)'}' or (byte)']')
        {
            output.WriteByte(json[next]);
            return next + 1;
        }
        WriteLine(++depth * blanks, output);
        return 1;
    }

    private static void WriteLine(int blanks, Utf8Output output)
    {
        output.Reserve(blanks + 1)[..(blanks + 1)].Fill((byte)' ');
        output.Reserve(blanks + 1)[0] = (byte)'\n';
        output.Advance(blanks + 1);
    }
}
