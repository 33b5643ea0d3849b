using System;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace DataOps.Generators;

/// <summary>The summary of a symbol as plain text.</summary>
internal static class Documentation
{
    public static string Summary(ISymbol symbol)
    {
        string? xml = symbol.GetDocumentationCommentXml();
        XElement? summary = string.IsNullOrEmpty(xml) ? null : XElement.Parse(xml).Element("summary");
        return summary is null ? "" : Regex.Replace(string.Concat(summary.Nodes().Select(Text)), @"\s+", " ").Trim();
    }

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "seealso" or "paramref" } reference => Reference(reference),
        XElement element => string.Concat(element.Nodes().Select(Text)),
        _ => "",
    };

    private static string Reference(XElement element)
    {
        string name = (string?)element.Attribute("cref") ?? (string?)element.Attribute("name")
            ?? (string?)element.Attribute("langword") ?? element.Value;
        name = name.Split('(')[0];
        return name.Substring(name.LastIndexOf('.') + 1);
    }
}
