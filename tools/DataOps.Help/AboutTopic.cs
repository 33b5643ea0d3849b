using System.Text;
using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace DataOps.Help;

/// <summary>An about_ topic as Get-Help shows it.</summary>
internal static class AboutTopic
{
    private const int Width = 78;

    public static void Write(Page page, string file)
    {
        StringBuilder text = new();
        text.Append($"TOPIC\n    {page.Name}\n\n");
        Add(text, "SHORT DESCRIPTION", page.Opening.Blocks);
        foreach (Section section in page.Sections.Skip(1))
            Add(text, section.Level == 2 ? section.Title.ToUpperInvariant() : section.Title, section.Blocks);
        File.WriteAllText(file, text.ToString());
    }

    private static void Add(StringBuilder text, string title, List<Block> blocks)
    {
        text.Append(title).Append('\n');
        foreach (Block block in blocks)
        {
            foreach (string line in PlainText.Of(block).Split('\n'))
                Wrap(text, line, keep: block is CodeBlock or Table);
            text.Append('\n');
        }
        if (blocks.Count == 0)
            text.Append('\n');
    }

    private static void Wrap(StringBuilder text, string line, bool keep)
    {
        while (!keep && line.Length > Width - 4 && line.LastIndexOf(' ', Width - 4) is > 0 and int at)
        {
            text.Append("    ").Append(line[..at]).Append('\n');
            line = (line.StartsWith("- ", StringComparison.Ordinal)
                || line.StartsWith("  ", StringComparison.Ordinal) ? "  " : "") + line[(at + 1)..];
        }
        text.Append("    ").Append(line).Append('\n');
    }
}
