using System.Xml.Linq;

namespace DataOps.Surface.Tests;

public sealed class FormatTests
{
    private static readonly XElement[] s_views = XDocument.Parse(Surface.FileText("module", "DataOps.Format.ps1xml"))
        .Descendants("View").ToArray();

    [Fact]
    public void Every_output_has_a_view()
    {
        IEnumerable<string> outputs = Surface.Cmdlets.SelectMany(c => c.Outputs).Distinct()
            .Where(o => o.StartsWith("DataOps.", StringComparison.Ordinal));
        Assert.Empty(outputs.Except(s_views.SelectMany(TypeNames)));
    }

    [Fact]
    public void Every_view_shows_properties_that_exist()
    {
        foreach (XElement view in s_views)
        {
            foreach (Type type in TypeNames(view).Select(Find))
                Assert.All(view.Descendants("PropertyName"),
                    p => Assert.True(type.GetProperty(p.Value) is not null, $"{type} has no {p.Value}"));
        }
    }

    [Fact]
    public void Every_table_has_a_header_for_each_column() =>
        Assert.All(s_views,
            v => Assert.Equal(v.Descendants("TableColumnHeader").Count(), v.Descendants("TableColumnItem").Count()));

    private static IEnumerable<string> TypeNames(XElement view) =>
        view.Element("ViewSelectedBy")!.Elements("TypeName").Select(e => e.Value);

    private static Type Find(string name) =>
        Surface.Core.GetType(name) ?? Surface.PowerShell.GetType(name)
            ?? throw new InvalidOperationException($"There is no type {name}.");
}
