using System.Globalization;
using System.Text.Encodings.Web;
using Fluid;

namespace DataOps.Core.Features.Audits.Reports;

/// <summary>
/// The report of an audit as one HTML file that needs no network: for a screen, a phone and paper.
/// </summary>
internal sealed class HtmlReport(Session session, ReferenceCatalog catalog, OperationContext context)
{
    private const int Sizes = 15;

    private static readonly Lazy<IFluidTemplate> s_template = new(() =>
    {
        using StreamReader file = new(typeof(HtmlReport).Assembly.GetManifestResourceStream("audit.liquid")!);
        return new FluidParser().Parse(file.ReadToEnd());
    });

    /// <summary>The document; every value in it is encoded.</summary>
    public string Of(AuditFindings audit)
    {
        context.Report("Making the report", 0, null);
        // What is gone has no rows.
        Finding[] present = [.. audit.Present];
        TemplateContext values = new(new TemplateOptions { CultureInfo = CultureInfo.InvariantCulture });
        values.SetValue("site", $"{audit.Database} on {audit.Server}");
        values.SetValue("time", audit.Time.ToString("u", CultureInfo.InvariantCulture));
        values.SetValue("summary", Summary(audit));
        values.SetValue("audits", audit.Audits.Select(a => (object)Suite(
            a, [.. audit.Findings.Where(f => f.Audit == a)])).ToArray());
        values.SetValue("runs", RunHistory.Of(audit.Runs));
        values.SetValue("span", RunHistory.Span(audit.Runs));
        values.SetValue("branches", LostBranches.Of(session, catalog, context.Cancellation).Select(Page).ToArray());
        values.SetValue("graphs", Graphs(present));
        values.SetValue("sizes", Largest());
        return s_template.Value.Render(values, HtmlEncoder.Default);
    }

    private static string Summary(AuditFindings audit)
    {
        int errors = audit.Present.Count(f => f.Severity == Severity.Error);
        int warnings = audit.Present.Count(f => f.Severity == Severity.Warning);
        string gone = audit.Findings.Count(f => f.Change == FindingChange.Gone) is var g and > 0 ? $", {g} gone" : "";
        string news = audit.Findings.Any(f => f.Change is not null) ? $", {audit.News.Count()} new or grown" : "";
        return errors + warnings == 0 && gone.Length == 0
            ? "No findings."
            : $"{Counted.Of(errors, "error")}, {Counted.Of(warnings, "warning")}{news}{gone}";
    }

    private static Dictionary<string, object> Suite(Audit audit, IReadOnlyList<Finding> findings)
    {
        Finding[] present = [.. findings.Where(f => f.Change != FindingChange.Gone)];
        return new()
        {
            ["name"] = $"{audit}",
            ["light"] = present.Select(f => (Severity?)f.Severity).Min() switch
            {
                Severity.Error => "error", Severity.Warning => "warning", _ => "ok",
            },
            ["count"] = present.Length,
            ["rows"] = present.Sum(f => f.Count),
            ["groups"] = findings.GroupBy(f => f.Class?.ToString() ?? "")
                .Select(g => (object)Group(g)).ToArray(),
        };
    }

    private static Dictionary<string, object> Group(IGrouping<string, Finding> group) => new()
    {
        ["name"] = group.Key,
        ["rows"] = group.Sum(f => f.Count),
        ["severity"] = $"{group.Min(f => f.Severity)}",
        ["findings"] = group.Select(f => (object)Entry(f)).ToArray(),
    };

    private static Dictionary<string, object> Entry(Finding finding) => new()
    {
        ["place"] = Shown(AuditFindings.Place(finding)),
        ["severity"] = $"{finding.Severity}",
        ["count"] = Counted.Of(finding.Count, "row"),
        ["problem"] = Shown(finding.Problem),
        ["remedy"] = Shown(finding.Remedy ?? ""),
        ["shell"] = Shown(finding.Remedy is { } remedy && CommandSyntax.Remedy(remedy) is var shell && shell != remedy
            ? shell : ""),
        ["change"] = $"{finding.Change}",
        ["since"] = AuditFindings.Change(finding),
        ["rows"] = Shown((finding.Key is { } key ? RowLabel.Named(key, finding.Label) : finding.Label) ?? ""),
    };

    private static object Page(OutlinePage page) => new Dictionary<string, object>
    {
        ["title"] = Shown(page.Title ?? ""),
        ["path"] = Shown(page.Path),
        ["lost"] = page.IsLost,
        ["depth"] = page.Depth,
        ["below"] = page.Below == 0 ? "" : Counted.Of(page.Below, "page"),
    };

    // SVG that is made here, and encoded where names are in it.
    private object[] Graphs(IReadOnlyList<Finding> findings)
    {
        HashSet<(string?, string?)> broken = [.. findings.Where(f => f.Class is ReferenceClass).Select(
            f => (f.Table, f.Reference))];
        return
        [
            .. findings.Where(f => f.Class is ReferenceClass).Select(f => f.Table).Distinct()
                .Select(name => catalog.Database.Tables.FirstOrDefault(t => t.DisplayName == name))
                .OfType<Table>()
                .Select(t => (Name: $"{catalog.LabelOf(t)?.ToString() ?? t.DisplayName}",
                    Svg: ReferenceGraph.Of(catalog, t, broken)))
                .Where(g => g.Svg is not null)
                .Select(g => (object)new Dictionary<string, object> { ["name"] = Shown(g.Name), ["svg"] = g.Svg! }),
        ];
    }

    private object[] Largest()
    {
        (string Name, long Bytes)[] tables = [.. session.Read(
            $"""
            select c.oid::pg_catalog.regclass::text, pg_catalog.pg_total_relation_size(c.oid)
            from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'm') and n.nspname !~ '^(pg_|information_schema$)'
            order by 2 desc, 1 limit {Sizes}
            """,
            r => (r.GetString(0), r.GetInt64(1)), context.Cancellation)];
        long most = Math.Max(tables.Select(t => t.Bytes).DefaultIfEmpty(1).Max(), 1);
        return [.. tables.Select(t => (object)new Dictionary<string, object>
        {
            ["name"] = Shown(t.Name),
            ["size"] = string.Create(CultureInfo.InvariantCulture, $"{t.Bytes / 1048576.0:0.0} MB"),
            ["share"] = t.Bytes * 100 / most,
        })];
    }

    private static string Shown(string text) => VisibleText.Of(text);
}
