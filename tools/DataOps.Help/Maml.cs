using System.Xml.Linq;
using Markdig.Syntax;

namespace DataOps.Help;

/// <summary>Writes the help file that Get-Help reads.</summary>
internal static class Maml
{
    private static readonly XNamespace s_root = "http://msh";
    private static readonly XNamespace s_maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace s_command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace s_dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public static void Write(IEnumerable<(Cmdlet Cmdlet, Page Page)> cmdlets, Page common, string file) =>
        new XDocument(
            new XElement(s_root + "helpItems", new XAttribute("schema", "maml"),
                cmdlets.Select(c => Command(c.Cmdlet, c.Page, common)))).Save(file);

    private static XElement Command(Cmdlet cmdlet, Page page, Page common) => new(
        s_command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", s_maml),
        new XAttribute(XNamespace.Xmlns + "command", s_command),
        new XAttribute(XNamespace.Xmlns + "dev", s_dev),
        new XElement(
            s_command + "details",
            new XElement(s_command + "name", cmdlet.Name),
            new XElement(s_command + "verb", cmdlet.Verb),
            new XElement(s_command + "noun", cmdlet.Noun),
            new XElement(s_maml + "description", Paragraphs(page.Opening))),
        new XElement(s_maml + "description", Paragraphs(page.Find("Description"))),
        new XElement(s_command + "syntax", cmdlet.Sets.Select(set => Syntax(cmdlet, set, page, common))),
        new XElement(
            s_command + "parameters",
            cmdlet.Parameters.DistinctBy(p => p.Name).OrderBy(p => p.Name, StringComparer.Ordinal)
                .Select(p => Parameter(p, page, common, full: true))),
        new XElement(s_command + "inputTypes", Typed("inputType", page.Find("Inputs")?.Blocks is { } inputs
            ? [string.Join('\n', PlainText.Each(inputs))]
            : ["None"])),
        new XElement(
            s_command + "returnValues", Typed("returnValue", cmdlet.Outputs.Length > 0 ? cmdlet.Outputs : ["None"])),
        new XElement(s_maml + "alertSet", new XElement(s_maml + "alert", Paragraphs(page.Find("Notes")))),
        new XElement(s_command + "examples", page.Below("Examples").Select(Example)),
        new XElement(s_command + "relatedLinks", Links(page.Find("Related"))));

    private static XElement Syntax(Cmdlet cmdlet, string? set, Page page, Page common) => new(
        s_command + "syntaxItem",
        new XElement(s_maml + "name", cmdlet.Name),
        cmdlet.Parameters
            .Where(p => p.Set is null || p.Set == set)
            .OrderBy(p => p.Position ?? int.MaxValue)
            .ThenByDescending(p => p.Required)
            .Select(p => Parameter(p, page, common, full: false)));

    private static XElement Parameter(Parameter parameter, Page page, Page common, bool full)
    {
        Section text = page.Find("-" + parameter.Name) ?? common.Find("-" + parameter.Name)
            ?? throw new InvalidDataException($"{page.Name}.md does not describe -{parameter.Name}.");
        XElement element = new(
            s_command + "parameter",
            new XAttribute("required", parameter.Required),
            new XAttribute("variableLength", parameter.Type.IsArray),
            new XAttribute("globbing", parameter.Wildcards),
            new XAttribute("pipelineInput", Pipeline(parameter)),
            new XAttribute("position", parameter.Position?.ToString() ?? "named"),
            new XAttribute("aliases", parameter.Aliases.Length > 0 ? string.Join(", ", parameter.Aliases) : "none"),
            new XElement(s_maml + "name", parameter.Name),
            new XElement(s_maml + "Description", Paragraphs(text)));
        if (full || !parameter.IsSwitch)
            element.Add(
                new XElement(s_command + "parameterValue", new XAttribute("required", true),
                    new XAttribute("variableLength", parameter.Type.IsArray),
                parameter.TypeName));
        element.Add(new XElement(s_dev + "type", new XElement(s_maml + "name", parameter.TypeName)),
            new XElement(s_dev + "defaultValue", parameter.IsSwitch
            ? "False"
            : "None"));
        return element;
    }

    private static string Pipeline(Parameter parameter) => (parameter.ByValue, parameter.ByPropertyName) switch
    {
        (true, true) => "True (ByValue, ByPropertyName)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };

    private static IEnumerable<XElement> Typed(string name, IEnumerable<string> types) =>
        types.Select(
            t => new XElement(s_command + name, new XElement(s_dev + "type", new XElement(s_maml + "name", t))));

    // The first block of code is what is typed; the rest, its output among it, explains it.
    private static XElement Example(Section example)
    {
        CodeBlock? code = example.Blocks.OfType<CodeBlock>().FirstOrDefault();
        return new XElement(
            s_command + "example",
            new XElement(s_maml + "title", $"---------- {example.Title} ----------"),
            new XElement(s_dev + "code", code is null ? "" : PlainText.Code(code)),
            new XElement(s_dev + "remarks", Paragraphs(example.Blocks.Where(b => b != code))));
    }

    private static IEnumerable<XElement> Links(Section? section) => (section?.Blocks ?? [])
        .SelectMany(b => PlainText.Of(b).Split('\n'))
        .Select(line =>
            new XElement(s_maml + "navigationLink", new XElement(s_maml + "linkText", line.TrimStart('-', ' ')),
            new XElement(s_maml + "uri", "")));

    private static IEnumerable<XElement> Paragraphs(Section? section) => Paragraphs(section?.Blocks ?? []);

    // Get-Help indents by itself, and wraps at the window's width.
    private static IEnumerable<XElement> Paragraphs(IEnumerable<Block> blocks) => blocks
        .SelectMany(b => b is CodeBlock code ? PlainText.Code(code).Split('\n') : [PlainText.Of(b)])
        .Select(t => new XElement(s_maml + "para", t));
}
