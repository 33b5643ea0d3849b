using System.Management.Automation;
using System.Reflection;
using DataOps.Core.Changes;
using DataOps.Core.Features.Audits.Reports;
using DataOps.Core.Features.Pages;
using DataOps.Core.Kernel;

namespace DataOps.PowerShell.Output;

/// <summary>Texts as the module's tables and lists show them: data may hold what a terminal obeys.</summary>
public static class ShownText
{
    private const int LongestValue = 100;

    // The widths of the columns before the last one of a table of findings, what is between them, and the margin.
    private const int BeforeProblem = 34;

    /// <summary>The text with its control characters made visible; null stays null.</summary>
    public static string? Of(string? text) => text is null ? null : VisibleText.Of(text);

    /// <summary>The beginning of a value, which may be the text of a whole page.</summary>
    public static string? OfValue(string? text) =>
        Of(text is { Length: > LongestValue } ? $"{text[..LongestValue]}…" : text);

    /// <summary>Where a finding is, what it is, and on lines of their own its first rows and what to do.</summary>
    public static string OfFinding(PSObject shown) => shown.BaseObject is Finding finding
        ? string.Join('\n', new[]
        {
            (AuditFindings.Change(finding) is { Length: > 0 } change ? $"[{change}] " : "")
                + $"{AuditFindings.NamedPlace(finding)}: {finding.Problem}",
            finding is { Key: null, Label: { } first } ? $"rows: {first}" : null,
            finding.Remedy,
        }.OfType<string>().SelectMany(l => AtWords(VisibleText.Of(l), BeforeProblem)))
        : "";

    /// <summary>What a change does in a table, on one line.</summary>
    public static string OfTable(PSObject shown) => shown.BaseObject is TableChangeSummary table
        ? VisibleText.Of($"  {Verbs(table)} {table.Model ?? table.Table}"
            + (table.Columns is null ? "" : $": {table.Columns}"))
        : "";

    /// <summary>What a change did or would do, and what else its result says, a line each.</summary>
    public static string OfResult(PSObject shown) => shown.BaseObject is ChangeResult result
        ? VisibleText.Of(string.Join('\n', Lines(result)))
        : "";

    /// <summary>A line of the tree of pages, and what is wrong there on lines of its own.</summary>
    public static string OfPage(PSObject shown)
    {
        if (shown.BaseObject is not PageLine page)
            return "";
        string state = page.Status == nameof(PageStatus.Live) ? "" : $", {page.Status}";
        string line = $"{page.Tree}  {page.UrlPath}  ({page.Id}, {page.Type ?? "no type"}{state})";
        string indent = new(' ', page.Tree.Length - page.Tree.TrimStart().Length);
        return VisibleText.Of(page.Problem is null ? line : $"{line}\n{indent}! {page.Problem}");
    }

    // PowerShell wraps a cell in the middle of a word; how wide it is, only a terminal says.
    private static IEnumerable<string> AtWords(string text, int before)
    {
        int width = TerminalWidth() - before;
        while (width > 0 && text.Length > width)
        {
            int space = text.LastIndexOf(' ', width);
            int end = space > 0 ? space : width;
            yield return text[..end];
            text = text[end..].TrimStart();
        }
        yield return text;
    }

    // 0 where nobody knows: hosts without a console have none.
    private static int TerminalWidth()
    {
        try
        {
            return Console.IsOutputRedirected ? 0 : Console.WindowWidth;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static string Verbs(TableChangeSummary table) => string.Join(", ",
        new[] { ("delete", table.Delete), ("update", table.Update), ("insert", table.Insert) }
            .Where(v => v.Item2 > 0).Select(v => $"{v.Item1} {Counted.Of(v.Item2, "row")}")) + " of";

    private static IEnumerable<string> Lines(ChangeResult result)
    {
        string state = result.Changed ? "done" : result.WouldChange > 0 ? "plan" : "nothing to change";
        string place = $"{result.Operation}, {result.Database} on {result.Server}, {state}";
        yield return state == "nothing to change" ? place : $"{place}: {result.Describe()}";
        // What only this operation says.
        foreach (PropertyInfo own in result.GetType().GetProperties(
            BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            if (own.Name != nameof(ChangeResult.Operation)
                && own.GetValue(result) is { } value and not "" and not 0 and not 0L and not 0.0 and not false)
                yield return $"  {own.Name}: {(value is DateTime time ? $"{time:u}" : value)}";
        foreach ((string name, string? value) in new[]
        {
            (nameof(result.Stale), result.Stale), (nameof(result.Afterwards), result.Afterwards),
            (nameof(result.UndoPath), result.UndoPath),
        })
            if (value is not null)
                yield return $"  {name}: {value}";
    }
}
