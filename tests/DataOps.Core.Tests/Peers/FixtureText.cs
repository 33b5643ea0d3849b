using System.Text;
using System.Text.RegularExpressions;

namespace DataOps.Core.Tests.Peers;

/// <summary>The objects of a fixture file as the texts that they are, to be compared to the byte.</summary>
internal static partial class FixtureText
{
    /// <summary>Every object of a JSON or JSONL file; lists that Django writes in no order are sorted.</summary>
    public static IReadOnlyList<string> Objects(string path)
    {
        string text = File.ReadAllText(path);
        List<string> objects = [];
        for (int start = text.IndexOf('{'); start >= 0; start = text.IndexOf('{', start))
        {
            int end = EndOf(text, start);
            objects.Add(SortLists(text[start..end]));
            start = end;
        }
        return objects;
    }

    /// <summary>Fails with the first objects in which two files differ.</summary>
    public static void AssertSame(string expected, string actual)
    {
        string about = $"seed {DjangoPeer.Seed}";
        string[] theirs = [.. Objects(expected).Order(StringComparer.Ordinal)];
        string[] ours = [.. Objects(actual).Order(StringComparer.Ordinal)];
        Assert.True(theirs.Length > 0, about);
        IEnumerable<string> pairs = theirs.Except(ours).Zip(ours.Except(theirs).Append(""), Difference).Take(4);
        Assert.True(theirs.SequenceEqual(ours),
            $"{about}, {theirs.Length} and {ours.Length} objects:\n{string.Join("\n", pairs)}");
    }

    // What surrounds the first difference, behind the start that tells the object.
    private static string Difference(string expected, string actual)
    {
        int same = expected.Zip(actual).TakeWhile(c => c.First == c.Second).Count();
        string Near(string text) => text[Math.Clamp(same - 60, 0, text.Length)..Math.Min(same + 80, text.Length)];
        return $"{expected[..Math.Min(expected.Length, 80)]}\n  - {Near(expected)}\n  + {Near(actual)}";
    }

    // The position behind the bracket that closes the one at start.
    private static int EndOf(string text, int start)
    {
        int depth = 0;
        for (int i = start; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"':
                    i = EndOfString(text, i) - 1;
                    break;
                case '{' or '[':
                    depth++;
                    break;
                case '}' or ']' when --depth == 0:
                    return i + 1;
            }
        }
        throw new InvalidDataException($"The file ends in the value at {start}.");
    }

    private static int EndOfString(string text, int start)
    {
        for (int i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '"')
                return i + 1;
            if (text[i] == '\\')
                i++;
        }
        throw new InvalidDataException($"The file ends in the string at {start}.");
    }

    private static string SortLists(string text)
    {
        StringBuilder sorted = new();
        int done = 0;
        foreach (Match name in UnorderedList().Matches(text))
        {
            int start = name.Index + name.Length;
            int end = EndOf(text, start - 1) - 1;
            (int Start, int End)[] items = [.. Items(text, start, end)];
            string[] order = [.. items.Select(i => text[i.Start..i.End]).Order(StringComparer.Ordinal)];
            for (int i = 0; i < items.Length; i++)
            {
                sorted.Append(text, done, items[i].Start - done).Append(order[i]);
                done = items[i].End;
            }
        }
        return sorted.Append(text, done, text.Length - done).ToString();
    }

    private static IEnumerable<(int Start, int End)> Items(string text, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            if (char.IsWhiteSpace(text[i]) || text[i] == ',')
                continue;
            int itemEnd = text[i] switch
            {
                '"' => EndOfString(text, i),
                '[' => EndOf(text, i),
                _ => text.IndexOfAny([',', ']', '\n'], i),
            };
            yield return (i, itemEnd);
            i = itemEnd - 1;
        }
    }

    // The many-to-many fields of the project; none of its texts holds such a name in quotes that are not escaped.
    [GeneratedRegex("\"(groups|permissions|user_permissions|follows|influences|related|readers|genres|distributors|amenities|regulars|numbers)\": \\[")]
    private static partial Regex UnorderedList();
}
