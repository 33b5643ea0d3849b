namespace DataOps.Core.Features.ContentTypes;

/// <summary>
/// Looks for the model that a content type's model was renamed to: what Django leaves behind under the old name.
/// </summary>
/// <remarks>
/// Renaming a model renames its table, but neither the indexes nor the sequence of its key; before Django 6.0 not its
/// permissions either. Pages and objects of the old type are rows of the new table.
/// </remarks>
internal sealed class RenameCandidates(Session session, ReferenceCatalog catalog,
    IReadOnlyList<ContentTypeStatus> verdicts, CancellationToken cancellation)
{
    private const int MostObjects = 1000;
    private const int FewestObjects = 3;

    /// <summary>The one that something speaks for, and what; null where nothing does, or for several.</summary>
    public (string Label, string Why)? Of(ContentTypeStatus old)
    {
        HashSet<int> live = [.. verdicts.Where(v => v.IsLive && v.Type.Id != old.Type.Id).Select(v => v.Type.Id)];
        Model[] models = [.. catalog.Models.Where(m => m.Label.App == old.AppLabel && live.Contains(m.ContentType))];
        return Only(models, m => NamedAfter(m, old))
            ?? Only(models, m => HasPermissionsOf(m, old))
            ?? Only(models, m => HasPagesOf(m, old))
            ?? Only(models, m => HasColumnsOf(m, old))
            ?? WithObjectsOf(models, old);
    }

    private static (string, string)? Only(IEnumerable<Model> models, Func<Model, string?> why)
    {
        (string, string)[] found =
            [.. models.Select(m => (m.Label, Why: why(m))).Where(m => m.Why is not null)
                .Select(m => (m.Label, m.Why!))];
        return found.Length == 1 ? found[0] : null;
    }

    private static string? NamedAfter(Model model, ContentTypeStatus old)
    {
        string table = DjangoName.OfTable(old.Type.Label);
        string? name = model.Table.Indexes.Select(i => i.Name).FirstOrDefault(n => n == $"{table}_pkey")
            ?? (model.Table.SingleKey?.Sequence is { } sequence
            && sequence.EndsWith($".{table}_id_seq", StringComparison.Ordinal) ? $"{table}_id_seq" : null);
        return name is null ? null : $"{model.Table} still has {name}";
    }

    private string? HasPermissionsOf(Model model, ContentTypeStatus old)
    {
        if (catalog.TableOf(DjangoTables.Permission) is not { } permissions)
            return null;
        string[] codenames = [.. StalePermissions.DefaultActions.Select(a => $"{a}_{old.ModelName}")];
        long count = session.Query<long>($"""
            select count(*) from {permissions}
            where content_type_id = {model.ContentType} and codename = any({codenames})
            """, cancellation)[0];
        return count > 1 ? $"{model.Label} has permissions as add_{old.ModelName}" : null;
    }

    // Of a page there are two halves: those of the old type have their other one in the new table.
    private string? HasPagesOf(Model model, ContentTypeStatus old)
    {
        if (catalog.ParentLink(model.Table) is not { Target: { } parent } link
            || parent.Find("content_type_id") is null)
            return null;
        (long rows, long halves) = session.Query<(long, long)>($"""
            select count(*), count(c.{link.Column}) from {parent} p
            left join {model.Table} c on c.{link.Column} = p.{link.TargetColumns[0]}
                where p.content_type_id = {old.Type.Id}
            """, cancellation)[0];
        return rows > 0 && rows == halves
            ? $"the {rows} rows of the type in {parent} have their child rows in {model.Table}"
            : null;
    }

    private static string? HasColumnsOf(Model model, ContentTypeStatus old)
    {
        if (old.Class != ContentTypeClass.Leftover || old.Type.Table is not { } table)
            return null;
        Column[] columns = [.. table.Columns.Where(c => !table.PrimaryKey.Contains(c.Name))];
        return columns.Length >= FewestObjects && columns.All(c => model.Table.Find(c.Name)?.TypeText == c.TypeText)
            ? $"{model.Table} has all columns of {table}"
            : null;
    }

    private (string, string)? WithObjectsOf(Model[] models, ContentTypeStatus old)
    {
        Reference[] generic =
        [
            .. catalog.References.Where(r => r is { Class: ReferenceClass.Generic, ContentTypeColumn: not null }
                && r.Severity != Severity.Expected),
        ];
        if (generic.Length == 0 || models.Length == 0)
            return null;
        IEnumerable<SqlText> parts = generic.Select(r =>
            (SqlText)$"""
            select t.{r.Column}::text as id from {r.Table} t where t.{r.ContentTypeColumn!} = {old.Type.Id}
            """);
        SqlText all = $"select id from ({SqlText.Join(" union ", parts)}) x where id is not null limit {MostObjects}";
        string[] objects = [.. session.Query<string>(all, cancellation)];
        return objects.Length < FewestObjects
            ? null
            : Only(models,
                m => Holds(m, objects) ? $"all {objects.Length} objects of the type are in {m.Table}" : null);
    }

    private bool Holds(Model model, string[] objects) => model.Table.SingleKey is { } key && session.Query<long>(
        $"select count(*) from {model.Table} t where t.{key}::text = any({objects})",
        cancellation)[0] == objects.Length;
}
