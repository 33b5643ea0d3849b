using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DataOps.Surface.Tests;

public sealed partial class FormatTests
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
                Assert.All(
                    view.Descendants("PropertyName").Select(p => p.Value).Concat(view.Descendants("ScriptBlock")
                        .SelectMany(b => ShownProperty().Matches(b.Value)).Select(m => m.Groups[1].Value)),
                    p => Assert.True(type.GetProperty(p) is not null, $"{type} has no {p}"));
        }
    }

    // Data may hold what a terminal obeys.
    [Fact]
    public void Every_text_is_shown_with_its_control_characters_visible()
    {
        foreach (XElement view in s_views)
        {
            foreach (Type type in TypeNames(view).Select(Find))
                Assert.All(view.Descendants("PropertyName"),
                    p => Assert.NotEqual(typeof(string), type.GetProperty(p.Value)!.PropertyType));
            Assert.All(view.Descendants("ScriptBlock"), b => Assert.StartsWith(
                "[DataOps.PowerShell.Output.ShownText]::Of", b.Value, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_table_has_a_header_for_each_column() =>
        Assert.All(s_views,
            v => Assert.Equal(v.Descendants("TableColumnHeader").Count(), v.Descendants("TableColumnItem").Count()));

    // Where the last column has no room, PowerShell leaves it out, or writes one letter below the other.
    [Fact]
    public void Every_table_leaves_the_last_column_some_room_in_80_columns() => Assert.All(
        s_views.Where(v => v.Descendants("TableHeaders").Any()),
        v =>
        {
            int[] widths = [.. v.Descendants("TableColumnHeader").Select(h => (int?)h.Element("Width") ?? 0)];
            Assert.InRange(widths.Length, 1, 7);
            Assert.InRange(widths.Sum() + widths.Length - 1, 0, 74);
            Assert.True(v.Descendants("Wrap").Any(), $"{v.Element("Name")!.Value} cuts what does not fit");
        });

    [GeneratedRegex(@"^\[DataOps\.PowerShell\.Output\.ShownText\]::Of\(\$_\.(\w+)\)$")]
    private static partial Regex ShownProperty();

    private static IEnumerable<string> TypeNames(XElement view) =>
        view.Element("ViewSelectedBy")!.Elements("TypeName").Select(e => e.Value);

    private static Type Find(string name) =>
        Surface.Core.GetType(name) ?? Surface.PowerShell.GetType(name)
            ?? throw new InvalidOperationException($"There is no type {name}.");
}
