using System.Text;

namespace DataOps.Core.Tests.Django.Values;

/// <summary>
/// Tables of values, one a family of types. Written: a value as SQL has it, its binary field in hexadecimal digits
/// (ASCII in
/// apostrophes), the JSON that Django's dumpdata writes, the JSON with microseconds where that differs, the text that
/// is read
/// from it where it differs from the value, and the JSON of an array's element where it is not the value's own as a
/// string.
/// Read: what loaddata takes, the text made of it, and what PostgreSQL stores where that differs. Refused: what is
/// wrong.
/// </summary>
/// <remarks>Cells stand between bars; a line that starts with a bar goes on with the row above.</remarks>
internal static class ValueTables
{
    public static readonly IReadOnlyDictionary<string, (string Written, string Read, string Refused)> Families =
        new Dictionary<string, (string, string, string)>
        {
            ["numbers"] = (NumberValues.Written, NumberValues.Read, NumberValues.Refused),
            ["texts"] = (TextValues.Written, TextValues.Read, TextValues.Refused),
            ["times"] = (TimeValues.Written, TimeValues.Read, TimeValues.Refused),
            ["JSON"] = (JsonValues.Written, JsonValues.Read, JsonValues.Refused),
            ["nested"] = (NestedValues.Written, NestedValues.Read, NestedValues.Refused),
        };

    public static IEnumerable<WrittenValue> Written(string table) => Rows(table).Select(r =>
    {
        string exact = r[4].Length > 0 ? r[4] : r[3];
        string element = r[6].Length > 0 ? r[6] : exact.StartsWith('"') ? exact : $"\"{exact}\"";
        return new WrittenValue(r[0], r[1], Field(r[2]), r[3], exact, r[5].Length > 0 ? r[5] : r[1], element);
    });

    public static IEnumerable<ReadValue> Read(string table) =>
        Rows(table).Select(r => new ReadValue(r[0], r[1], r[2], r[3].Length > 0 ? r[3] : r[2]));

    public static IEnumerable<(string Type, string Json, string Problem)> Refused(string table) =>
        Rows(table).Select(r => (r[0], r[1], r[2]));

    private static IEnumerable<string[]> Rows(string table)
    {
        string[] lines = table.Split('\n').Aggregate(new List<string>(), (rows, line) =>
        {
            if (line.TrimStart().StartsWith('|'))
                rows[^1] += line.Trim();
            else
                rows.Add(line.Trim());
            return rows;
        }).ToArray();
        int cells = lines[0].Split('|').Length;
        return lines.Skip(1)
            .Select(l => l.Split('|').Select(c => c.Trim().Trim('`')))
            .Select(r => r.Concat(Enumerable.Repeat("", cells)).Take(cells).ToArray());
    }

    private static byte[] Field(string cell) =>
        [.. cell.Split('\'').SelectMany(
            (part, i) => i % 2 == 0 ? Convert.FromHexString(part) : Encoding.ASCII.GetBytes(part))];
}

internal sealed record WrittenValue(
    string Type, string Value, byte[] Field, string Json, string Exact, string Text, string Element);

internal sealed record ReadValue(string Type, string Json, string Text, string Stored);
