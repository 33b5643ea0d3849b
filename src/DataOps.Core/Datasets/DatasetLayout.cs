using DataOps.Core.Rows;

namespace DataOps.Core.Datasets;

/// <summary>What stands between the values of a fixture, to the byte as Django's serializers write it.</summary>
/// <param name="Begin">Before the first object.</param>
/// <param name="Between">Between two objects.</param>
/// <param name="End">Behind the last object.</param>
/// <param name="Open">An object's brace, and what stands before its first member.</param>
/// <param name="Member">Between two members of an object.</param>
/// <param name="OpenFields">The brace of the fields.</param>
/// <param name="Field">Between two fields.</param>
/// <param name="CloseFields">The closing brace of the fields.</param>
/// <param name="Close">An object's closing brace.</param>
/// <param name="Item">Between the items of a list.</param>
/// <param name="Embedded">What stands between the members of an embedded JSON value.</param>
internal sealed record DatasetLayout(
    string Begin, string Between, string End, string Open, string Member, string OpenFields, string Field, string CloseFields, string Close, string Item, JsonSeparator Embedded)
{
    /// <summary>The layout of a format; indented when <paramref name="indent"/> says by how many blanks.</summary>
    /// <exception cref="DataOpsException">JSONL cannot be indented.</exception>
    public static DatasetLayout For(DatasetFormat format, int? indent)
    {
        if (format == DatasetFormat.Jsonl)
            return indent is null
                ? new("", "\n", "\n", "{", ",", "{", ",", "}", "}", ",", JsonSeparator.Comma)
                : throw new DataOpsException("InvalidIndent", FailureKind.InvalidArgument, "JSONL has one object a line and no indentation.", "Leave -Indent out, or write JSON.");
        if (indent is not { } blanks)
            return new("[", ", ", "]\n", "{", ", ", "{", ", ", "}", "}", ", ", JsonSeparator.CommaAndBlank);
        string one = "\n" + new string(' ', blanks);
        string two = "\n" + new string(' ', 2 * blanks);
        return new("[\n", ",\n", "\n]\n", "{" + one, "," + one, "{" + two, "," + two, one + "}", "\n}", ", ", JsonSeparator.CommaAndBlank);
    }
}
