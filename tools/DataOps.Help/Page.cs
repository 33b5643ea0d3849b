using Markdig;
using Markdig.Syntax;

namespace DataOps.Help;

/// <summary>A part of a page under one heading.</summary>
internal sealed record Section(string Title, int Level, List<Block> Blocks);

/// <summary>A Markdown page, cut at its headings.</summary>
internal sealed class Page
{
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();

    private Page(string name, List<Section> sections) => (Name, Sections) = (name, sections);

    public string Name { get; }

    public List<Section> Sections { get; }

    /// <summary>The paragraphs below the page's title.</summary>
    public Section Opening => Sections[0];

    public static Page Read(string file)
    {
        List<Section> sections = [];
        foreach (Block block in Markdown.Parse(File.ReadAllText(file), s_pipeline))
        {
            if (block is HeadingBlock heading)
                sections.Add(new Section(PlainText.Inline(heading.Inline), heading.Level, []));
            else if (sections.Count > 0)
                sections[^1].Blocks.Add(block);
        }
        return sections.Count > 0
            ? new Page(Path.GetFileNameWithoutExtension(file), sections)
            : throw new InvalidDataException($"{file} has no heading.");
    }

    /// <summary>The section with a title.</summary>
    public Section? Find(string title) => Sections.FirstOrDefault(s => s.Title == title);

    /// <summary>The sections one level below the one with a title.</summary>
    public IEnumerable<Section> Below(string title)
    {
        int start = Sections.FindIndex(s => s.Title == title);
        return start < 0 ? [] : Sections.Skip(start + 1).TakeWhile(s => s.Level > Sections[start].Level);
    }
}
