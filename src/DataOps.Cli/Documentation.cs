using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DataOps.Cli;

/// <summary>The core's XML documentation, which is in here, as plain text.</summary>
internal sealed partial class Documentation
{
    private readonly Lazy<Dictionary<string, XElement>> _members = new(Read);

    public string? Summary(Type type) => Summary("T:" + type.FullName);

    public string? Summary(PropertyInfo property) => Summary($"P:{property.DeclaringType!.FullName}.{property.Name}");

    private string? Summary(string member) =>
        _members.Value.TryGetValue(member, out XElement? found) && found.Element("summary") is { } summary
            ? Blanks().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim()
            : null;

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "seealso" or "paramref" } reference => Reference(reference),
        XElement element => string.Concat(element.Nodes().Select(Text)),
        _ => "",
    };

    private static string Reference(XElement element)
    {
        string name = ((string?)element.Attribute("cref") ?? (string?)element.Attribute("name") ?? (string?)element.Attribute("langword") ?? element.Value)
            .Split('(')[0];
        return name[(name.LastIndexOf('.') + 1)..];
    }

    private static Dictionary<string, XElement> Read()
    {
        using Stream file = typeof(Documentation).Assembly.GetManifestResourceStream("DataOps.Core.xml")!;
        return XDocument.Load(file).Descendants("member").ToDictionary(m => (string)m.Attribute("name")!);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
