using DataOps.Core.Django.Migrations;

namespace DataOps.Core.Features.SiteDescriptions;

/// <summary>Tables of no model of the migrations that are applied.</summary>
internal sealed class UnknownTables(Session session, ReferenceCatalog catalog, SiteMigrations migrations)
{
    private readonly HashSet<string> _apps = [.. migrations.History.Folders.Select(f => f.App)];
    private readonly string[] _withoutFiles = [.. migrations.Unread.Where(u => !u.IsAmbiguous).Select(u => u.App!)];

    /// <summary>Finds them.</summary>
    public IEnumerable<Finding> Find()
    {
        HashSet<Table> known = [.. migrations.State.Models.Values.SelectMany(TablesOf).OfType<Table>()];
        return catalog.Database.Tables.Where(t => t.IsReadable && !known.Contains(t)).Select(Unknown).OfType<Finding>();
    }

    private IEnumerable<Table?> TablesOf(ModelState model) => model.Fields
        .Where(f => f.Field.Kind == FieldKind.ManyToMany && f.Field["through"] is null or { IsNone: true })
        .Select(f => Named(ModelState.ListTableOf(model.Table, f.Name, f.Field)))
        .Append(Named(model.Table));

    private Table? Named(string table) => SiteDescription.TableNamed(catalog.Database, table);

    // Tables of apps that were not read, and what Django and PostGIS make by themselves, are none of these.
    private Finding? Unknown(Table table)
    {
        if (table.Name is DjangoTables.Migrations or DjangoTables.Cache or "spatial_ref_sys")
            return null;
        ModelLabel? label = catalog.LabelOf(table)
            ?? DjangoTables.TableNames.FirstOrDefault(t => t.Value == table.Name).Key;
        if (label is not null && (!_apps.Contains(label.App) || migrations.State.AppDoubts.ContainsKey(label.App)))
            return null;
        bool IsOf(string app) => table.Name.StartsWith($"{app}_", StringComparison.Ordinal);
        if (label is null && _withoutFiles.Any(IsOf))
            return null;
        string? app = label?.App ?? _apps.Where(IsOf).MaxBy(a => a.Length);
        bool isCertain = app is null
            ? migrations.Unread.Count == 0 && migrations.State.AppDoubts.IsEmpty
            : !migrations.State.AppDoubts.ContainsKey(app);
        return Drift.Of(session, DriftProblem.UnknownTable, isCertain ? Severity.Warning : Severity.Expected,
            $"{table} is of no model{(isCertain ? "" : " that is known")}: no migration changes it, and no dump of "
                + "Django's holds it", $"Get-Reference -Table {table.DisplayName}") with
        {
            Model = label,
            Table = table.DisplayName,
        };
    }
}
