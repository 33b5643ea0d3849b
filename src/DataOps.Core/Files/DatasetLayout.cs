using DataOps.Core.Django.Values;

namespace DataOps.Core.Files;

/// <summary>What stands between the values of a fixture, to the byte as Django's serializers write it.</summary>
/// <param name="Begin">Before the first object.</param>
/// <param name="Between">Between two objects.</param>
/// <param name="End">Behind the last object.</param>
/// <param name="EndEmpty">Behind <paramref name="Begin"/>, where there is no object.</param>
/// <param name="Open">An object's brace, and what stands before its first member.</param>
/// <param name="Member">Between two members of an object.</param>
/// <param name="OpenFields">The brace of the fields.</param>
/// <param name="Field">Between two fields.</param>
/// <param name="CloseFields">The closing brace of the fields.</param>
/// <param name="Close">An object's closing brace.</param>
/// <param name="Embedded">What stands between the members of an embedded JSON value on one line.</param>
/// <param name="Indent">Blanks a level; null for one line an object.</param>
internal sealed record DatasetLayout(
    string Begin,
    string Between,
    string End,
    string EndEmpty,
    string Open,
    string Member,
    string OpenFields,
    string Field,
    string CloseFields,
    string Close,
    JsonSeparator Embedded,
    int? Indent)
{
    /// <summary>The layout of a format; indented when <paramref name="indent"/> says by how many blanks.</summary>
    /// <exception cref="DataOpsException">The format is not written, or JSONL was to be indented.</exception>
    public static DatasetLayout For(DatasetFormat format, int? indent)
    {
        if (format is DatasetFormat.Xml or DatasetFormat.Yaml)
            throw new DataOpsException(
                ErrorIds.UnknownFormat, FailureKind.InvalidArgument, $"{format} is read and not written.",
                "Write Json or Jsonl, which Django reads as well.", format);
        if (format == DatasetFormat.Jsonl)
            return indent is null
                ? new("", "\n", "\n", "", "{", ",", "{", ",", "}", "}", JsonSeparator.Comma, null)
                : throw new DataOpsException(
                    ErrorIds.InvalidIndent, FailureKind.InvalidArgument,
                    "JSONL has one object a line and no indentation.", "Leave -Indent out, or write JSON.");
        if (indent is not { } blanks)
            return new("[", ", ", "]", "]", "{", ", ", "{", ", ", "}", "}", JsonSeparator.CommaAndBlank, null);
        string one = "\n" + new string(' ', blanks);
        string two = "\n" + new string(' ', 2 * blanks);
        DatasetLayout indented =
            new("[\n", ",\n", "\n]\n", "]\n", "{" + one, "," + one, "{" + two, "," + two, one + "}", "\n}",
                JsonSeparator.Comma, blanks);
        // Django asks whether there is an indent as Python does, for which 0 is none; its JSON library breaks lines all
        // the same.
        return blanks > 0 ? indented : indented with { Begin = "[", Between = ", ", End = "]", EndEmpty = "]" };
    }

    /// <summary>The same objects inside a file of feincms3-data.</summary>
    /// <param name="header">What stands before their list.</param>
    public DatasetLayout Behind(string header) =>
        this with { Begin = header + Begin, End = End.TrimEnd('\n') + "}\n",
            EndEmpty = EndEmpty.TrimEnd('\n') + "}\n" };

    /// <summary>
    /// The layout of a list whose bracket stands on a level: 1 for an object's key, 2 for a field, one more for what is
    /// inside; an empty list is
    /// <c>[]</c>.
    /// </summary>
    public ListLayout List(int depth)
    {
        if (Indent is not { } blanks)
            return new("[", Embedded == JsonSeparator.Comma ? "," : ", ", "]");
        string inside = "\n" + new string(' ', (depth + 1) * blanks);
        return new("[" + inside, "," + inside, "\n" + new string(' ', depth * blanks) + "]");
    }
}
