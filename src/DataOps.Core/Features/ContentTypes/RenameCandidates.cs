using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.Models;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.ContentTypes;

/// <summary>Looks for the model that a content type's model was renamed to: what Django leaves behind under the old name.</summary>
/// <remarks>
/// Renaming a model renames its table, but neither the indexes nor the sequence of its key; before Django 6.0 not its permissions either. Pages and objects of
/// the old type are rows of the new table.
/// </remarks>
internal sealed class RenameCandidates(Session session, ReferenceCatalog catalog, IReadOnlyList<ContentTypeStatus> verdicts, CancellationToken cancellation)
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
        (string, string)[] found = [.. models.Select(m => (m.Label, Why: why(m))).Where(m => m.Why is not null).Select(m => (m.Label, m.Why!))];
        return found.Length == 1 ? found[0] : null;
    }

    private static string? NamedAfter(Model model, ContentTypeStatus old)
    {
        string table = DjangoName.OfTable(old.Type.Label);
        string? name = model.Table.Indexes.Select(i => i.Name).FirstOrDefault(n => n == $"{table}_pkey")
            ?? (model.Table.SingleKey?.Sequence is { } sequence && sequence.EndsWith($".{table}_id_seq", StringComparison.Ordinal) ? $"{table}_id_seq" : null);
        return name is null ? null : $"{model.Table} still has {name}";
    }

    private string? HasPermissionsOf(Model model, ContentTypeStatus old)
    {
        if (catalog.TableOf(DjangoTables.Permission) is not { } permissions)
            return null;
        string[] codenames = [.. StalePermissions.DefaultActions.Select(a => $"{a}_{old.ModelName}")];
        long count = session.List<long>(
            $"select count(*) from {permissions.Sql} where content_type_id = @ContentType and codename = any(@codenames)",
            new { model.ContentType, codenames },
            cancellation)[0];
        return count > 1 ? $"{model.Label} has permissions as add_{old.ModelName}" : null;
    }

    // Of a page there are two halves: those of the old type have their other one in the new table.
    private string? HasPagesOf(Model model, ContentTypeStatus old)
    {
        if (catalog.ParentLink(model.Table) is not { Target: { } parent } link || parent.Find("content_type_id") is null)
            return null;
        (long rows, long halves) = session.List<(long, long)>($"""
            select count(*), count(c.{SqlText.Identifier(link.Column.Name)}) from {parent.Sql} p
            left join {model.Table.Sql} c on c.{SqlText.Identifier(link.Column.Name)} = p.{SqlText.Identifier(link.TargetColumns[0].Name)} where p.content_type_id = @Id
            """, new { old.Type.Id }, cancellation)[0];
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
            .. catalog.References.Where(r => r is { Class: ReferenceClass.Generic, ContentTypeColumn: not null } && r.Severity != Severity.Expected),
        ];
        if (generic.Length == 0 || models.Length == 0)
            return null;
        IEnumerable<string> parts = generic.Select(r =>
            $"select t.{SqlText.Identifier(r.Column.Name)}::text as id from {r.Table.Sql} t where t.{SqlText.Identifier(r.ContentTypeColumn!.Name)} = @Id");
        string all = $"select id from ({string.Join(" union ", parts)}) x where id is not null limit {MostObjects}";
        string[] objects = [.. session.List<string>(all, new { old.Type.Id }, cancellation)];
        return objects.Length < FewestObjects
            ? null
            : Only(models, m => Holds(m, objects) ? $"all {objects.Length} objects of the type are in {m.Table}" : null);
    }

    private bool Holds(Model model, string[] objects) => model.Table.SingleKey is { } key && session.List<long>(
        $"select count(*) from {model.Table.Sql} t where t.{SqlText.Identifier(key.Name)}::text = any(@objects)",
        new { objects },
        cancellation)[0] == objects.Length;
}
