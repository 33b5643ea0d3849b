using System.Text;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace DataOps.Help;

/// <summary>Markdown as a console shows it.</summary>
internal static class PlainText
{
    public static string Inline(Inline? inline) => inline switch
    {
        null => "",
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        LineBreakInline => " ",
        HtmlEntityInline entity => entity.Transcoded.ToString(),
        ContainerInline container => string.Concat(container.Select(Inline)),
        _ => inline.ToString() ?? "",
    };

    /// <summary>One text a block: a paragraph, a whole list, a code block, a table.</summary>
    public static IEnumerable<string> Each(IEnumerable<Block> blocks) => blocks.Select(Of).Where(t => t.Length > 0);

    public static string Code(LeafBlock block) => block.Lines.ToString().TrimEnd();

    public static string Of(Block block) => block switch
    {
        CodeBlock code => string.Join('\n', Code(code).Split('\n').Select(l => "    " + l)),
        LeafBlock leaf => Inline(leaf.Inline),
        ListBlock list =>
            string.Join('\n',
            list.Select(
                (item, i) => (list.IsOrdered ? $"{i + 1}. " : "- ") + string.Join(' ', Each((ContainerBlock)item)))),
        Table table => Of(table),
        ContainerBlock container => string.Join('\n', Each(container)),
        _ => "",
    };

    private static string Of(Table table)
    {
        string[][] rows = table.Cast<TableRow>().Select(r => r.Select(Of).ToArray()).ToArray();
        int[] widths = Enumerable.Range(0, rows[0].Length)
            .Select(i => rows.Max(r => i < r.Length ? r[i].Length : 0)).ToArray();
        StringBuilder text = new();
        foreach (string[] row in rows)
            text.Append("    ").AppendLine(
                string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
        return text.ToString().TrimEnd().ReplaceLineEndings("\n");
    }
}
