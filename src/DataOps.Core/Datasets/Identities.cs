using DataOps.Core.Catalog;
using DataOps.Core.Connections;

namespace DataOps.Core.Datasets;

/// <summary>Finds the rows that a file's natural keys mean, and a key for each row that comes without one; set by set, in the order in which keys need each other.</summary>
/// <remarks>Content types and permissions are told by their natural keys even where the file has ids: migrate gave them others here.</remarks>
internal sealed class Identities(Session session, ReferenceCatalog catalog, FixtureModels models, NaturalKeys keys, ResolvedRows rows, ImportTargets targets, ImportProblems problems, OperationContext context)
{
    private const int Listed = 100;
    private static readonly string[] s_neverById = ["django_content_type", "auth_permission"];
    private readonly HashSet<uint> _done = [];

    /// <summary>Resolves all of it.</summary>
    /// <param name="takesRecovered">Whether a row may get the key that it had where it was dumped, although another row has its natural key here.</param>
    /// <param name="reserve">Whether new keys are taken from their sequences; else they are those that would come next.</param>
    /// <exception cref="DataOpsException">Natural keys that mean nothing, or more than one row: all of them, with their lines.</exception>
    public void Resolve(bool takesRecovered, bool reserve)
    {
        foreach (Table table in rows.Tables.Select(t => t.Model.Table).Concat(rows.Tables.SelectMany(ReferredByKey)).DistinctBy(t => t.Oid).ToArray())
            Visit(table, takesRecovered, reserve);
        problems.ThrowIfAny();
        MapObjectIds();
        RequireKeys();
        problems.ThrowIfAny();
    }

    private void Visit(Table table, bool takesRecovered, bool reserve)
    {
        if (!_done.Add(table.Oid))
            return;
        foreach (Table needed in Needed(table))
            Visit(needed, takesRecovered, reserve);
        context.Cancellation.ThrowIfCancellationRequested();
        if (rows.StagedOf(table) is { } staged && NeedsIdentity(staged))
            Identify(staged, takesRecovered, reserve);
        if (rows.Tables.SelectMany(ReferredByKey).Contains(table))
            FillKeys(table);
    }

    // What the values of a natural key lead over.
    private IEnumerable<Table> Needed(Table table) => keys.Of(table) is not { } key ? [] : key.Parts
        .SelectMany(p => p.Path.Select(r => r.Target!).Append(catalog.ReferenceOf(p.Path.Count == 0 ? table : p.Path[^1].Target!, p.Column)?.Target))
        .OfType<Table>()
        .Where(t => t.Oid != table.Oid);

    private static IEnumerable<Table> ReferredByKey(StagingTable table) =>
        table.Keys.Concat(table.Columns).Concat(table.Lists.Select(l => l.Target)).Where(c => c.HasNatural).Select(c => c.Reference!.Target!);

    private bool NeedsIdentity(StagingTable table) =>
        !rows.WithIdentity.Contains(table.Model.Table.Oid) && table.Natural is not null && table.Keys.Count == 1 && table.Buffer.Rows > 0 && (IsNeverById(table) || (table.HasKeyless && catalog.ParentLink(table.Model.Table) is null));

    private bool IsNeverById(StagingTable table) => s_neverById.Contains(table.Model.Table.Name) && table.Model.Table.Schema == catalog.Database.DjangoSchema;

    private void Identify(StagingTable table, bool takesRecovered, bool reserve)
    {
        Table target = table.Model.Table;
        string pk = table.Keys[0].Sql;
        string found = $"pg_temp.dataops_found_{target.Oid}";
        string which = IsNeverById(table) ? "" : $" where t.{pk} is null";
        NaturalKeySql inFile = new(table.Natural!, Merged);
        NaturalKeySql inDatabase = new(table.Natural!);
        Execute($"""
            create temporary table {View(found)} on commit drop as
            with f as (select t._row, t._line, t.{pk} as source, {inFile.Texts()} as key from ({rows.Rows(table)}) t{inFile.Joins}{which}),
                 d as (select key, (array_agg(pk))[1] as pk, count(*) as rows from (select t.{pk} as pk, {inDatabase.Texts()} as key from {target.Sql} t{inDatabase.Joins}) x
                       where key in (select key from f) group by key)
            select f._row, f._line, f.source, f.key, d.pk as known, coalesce(d.rows, 0) as rows, {Recovered(table)} as recovered
            from f left join d on d.key = f.key
            """);
        Execute($"analyze {found}");
        RequireOneRowEach(table, found);
        if (problems.Count > 0)
            return;
        Decide(table, found, takesRecovered, reserve);
    }

    // A revision remembers the key of its object: so a dump that leaves keys out still tells them. Content types have theirs from migrate, one after the
    // other, and dumpdata writes them in that order.
    private string Recovered(StagingTable table)
    {
        if (table.Model.Table.Name == s_neverById[0])
            return $"(row_number() over (order by f._row))::{table.Keys[0].Column.TypeText}";
        StagingColumn? latest = table.Columns.FirstOrDefault(c => c.Column.Name is "latest_revision_id" && c.Reference?.Target?.Name == "wagtailcore_revision");
        if (latest is null || rows.StagedOf(latest.Reference!.Target!) is not { } revisions || table.Keys[0].Column.Type.Underlying.Name is not ("int2" or "int4" or "int8"))
            return $"null::{table.Keys[0].Column.TypeText}";
        string live = table.Columns.FirstOrDefault(c => c.Column.Name == "live_revision_id")?.Sql ?? "null";
        return $"""
            (select v.object_id::{table.Keys[0].Column.TypeText} from {revisions.Buffer.Table} v join {table.Buffer.Table} r on r._row = f._row
             where v.{revisions.Keys[0].Sql} = coalesce(r.{latest.Sql}, r.{live}) and v.object_id ~ '^[0-9]+$')
            """;
    }

    private void RequireOneRowEach(StagingTable table, string found)
    {
        string fields = string.Join(", ", table.Natural!.Parts.Select(p => p.Column.Name));
        List($"select _line, '' as key, count(*) over () from {found} where key is null and source is null order by 1 limit {Listed}", (line, _) => problems.Add(
            "MissingKey", "objects in {0} have no key of their own", "Add the fields of the natural key to the file.", line, table.Model.Label, "", fields, "missing, and so the row's natural key is not known"));
        List($"select max(_line), array_to_json(key)::text || ' in line ' || min(_line), count(*) over () from {found} where key is not null group by key having count(*) > 1 order by 1 limit {Listed}", (line, key) => problems.Add(
            "DuplicateKey", "keys in {0} occur more than once", "One of the rows would overwrite the other: change one of them where the file was exported, or export with plain keys.",
            line, table.Model.Label, "", fields, $"{key} already"));
        List($"select _line, array_to_json(key)::text || ' means ' || rows || ' rows', count(*) over () from {found} where rows > 1 order by 1 limit {Listed}", (line, key) => problems.Add(
            "AmbiguousKey", "natural keys in {0} mean more than one row of the database", "Change all but one of those rows, or load a file with plain keys.", line, table.Model.Label, "", fields, key));
    }

    private void Decide(StagingTable table, string found, bool takesRecovered, bool reserve)
    {
        Table target = table.Model.Table;
        string pk = table.Keys[0].Sql;
        string isFree = $"not exists (select 1 from {target.Sql} t where t.{pk} = x.wanted) and not exists (select 1 from {table.Buffer.Table} r where r.{pk} = x.wanted and r._row <> x._row)";
        Execute($"""
            create temporary table {View(ResolvedRows.Identity(target))} on commit drop as
            select x._row, x.wanted as source, case
                when x.key is null then x.source
                when x.known is not null and not ({(takesRecovered && !IsNeverById(table) ? $"x.recovered is not null and x.recovered <> x.known and {isFree}" : "false")}) then x.known
                when x.wanted is not null and x.claims = 1 and {isFree} then x.wanted end as pk
            from (select f.*, coalesce(f.source, f.recovered) as wanted, count(*) over (partition by coalesce(f.source, f.recovered)) as claims from {found} f) x
            """);
        NewKeys.Give(session, table, ResolvedRows.Identity(target), reserve, context.Cancellation);
        Execute($"alter table {ResolvedRows.Identity(target)} add primary key (_row); analyze {ResolvedRows.Identity(target)}");
        rows.WithIdentity.Add(target.Oid);
        Execute($"""
            create temporary table {View(ResolvedRows.Map(target))} on commit drop as
            select source, pk as target from {ResolvedRows.Identity(target)} where source <> pk and source in (select source from {ResolvedRows.Identity(target)} group by 1 having count(*) = 1)
            """);
        Execute($"alter table {ResolvedRows.Map(target)} add primary key (source); analyze {ResolvedRows.Map(target)}");
        if (session.List<bool>($"select exists (select 1 from {ResolvedRows.Map(target)})", null, context.Cancellation)[0])
            rows.WithMap.Add(target.Oid);
        if (target.Name != s_neverById[0])
            return;
        // Also where the file leaves the ids of content types out, its JSON still has them.
        rows.HasForeignContentTypes = table.HasKeyless || rows.WithMap.Contains(target.Oid);
        if (table.HasKeyless)
            WarnOfPlainTypes(table);
    }

    private void WarnOfPlainTypes(StagingTable types)
    {
        Table target = types.Model.Table;
        foreach (StagingTable from in rows.Tables)
            foreach (StagingColumn column in from.Keys.Concat(from.Columns).Where(c => c.Reference?.Target == target))
                foreach ((long line, string id, string label) in session.Stream(
                    $"""
                    select r._line, r.{column.Sql}::text, t.app_label || '.' || t.model from {from.Buffer.Table} r
                    join {ResolvedRows.Identity(target)} i on i.source = r.{column.Sql} join {types.Buffer.Table} t on t._row = i._row
                    where i.source <> i.pk order by 1 limit {Listed}
                    """, r => (r.GetInt64(0), r.GetString(1), r.GetString(2)), context.Cancellation))
                    context.Warning?.Invoke(
                        $"Line {line}, {from.Model.Label}: {column.Field} {id} is taken for {label}, number {id} of the content types in the file, as the file does not give their ids. Check it.");
    }

    // The file's row goes before one that has the same natural key here: the file means its own.
    private void FillKeys(Table table)
    {
        NaturalKey key = keys.Of(table)!;
        NaturalKeySql sql = new(key, Merged);
        string pk = Sql.Identifier(rows.Tables.SelectMany(t => t.Keys.Concat(t.Columns).Concat(t.Lists.Select(l => l.Target))).First(c => c.HasNatural && c.Reference!.Target == table).Reference!.TargetColumns[0].Name);
        string name = ResolvedRows.KeysOf(table);
        Execute($"""
            create temporary table {View(name)} on commit drop as
            select distinct on (key) key, pk, count(*) over (partition by key, in_file) as rows
            from (select t.{pk} as pk, t._row is not null as in_file, {sql.Texts()} as key from {Merged(table)} t{sql.Joins}) x
            where key is not null order by key, in_file desc
            """);
        Execute($"alter table {name} add primary key (key); analyze {name}");
        rows.WithKeys.Add(table.Oid);
        foreach (StagingTable from in rows.Tables)
        {
            foreach (StagingColumn column in from.Keys.Concat(from.Columns).Where(c => c.HasNatural && c.Reference!.Target == table))
                RequireTargets(from, column, from.Buffer.Table);
            foreach (StagingList list in from.Lists.Where(l => l.Target.HasNatural && l.Target.Reference!.Target == table))
                RequireTargets(from, list.Target, list.Buffer.Table);
        }
    }

    private void RequireTargets(StagingTable from, StagingColumn column, string staged)
    {
        Table target = column.Reference!.Target!;
        string name = ResolvedRows.KeysOf(target);
        string label = models.LabelOf(target);
        targets.Settle(from, column, staged, problems);
        string place = $"array_to_json(r.{column.NaturalSql})::text";
        List($"select r._line, {place} || ' means ' || k.rows || ' rows', count(*) over () from {staged} r join {name} k on k.key = r.{column.NaturalSql} where k.rows > 1 order by 1 limit {Listed}",
            (line, key) => problems.Add(
                "AmbiguousKey", "natural keys in {0} mean more than one row", "Change all but one of those rows, or load a file with plain keys.",
                line, from.Model.Label, "", column.Field, $"-> {label} {key}"));
    }

    // A generic reference has the id as a text, beside the content type of the model or of one that inherits it.
    private void MapObjectIds()
    {
        if (rows.WithMap.Count == 0 || catalog.Database.Find(catalog.Database.DjangoSchema, "django_content_type") is not { } types)
            return;
        Execute($"create temporary table {View(ResolvedRows.Generic)} (content_type bigint, source text, target text, primary key (content_type, source)) on commit drop");
        foreach (Table table in rows.WithMap.Select(oid => catalog.Database.Find(oid)!))
        {
            string labels = string.Join(", ", WithHeirs(table).Select(t => Sql.Literal(models.LabelOf(t))).Distinct());
            rows.HasGeneric |= session.Execute($"""
                insert into {ResolvedRows.Generic} select c.id, m.source::text, m.target::text
                from {ResolvedRows.Map(table)} m cross join {Merged(types)} c where c.app_label || '.' || c.model in ({labels}) on conflict do nothing
                """, context.Cancellation) > 0;
        }
        Execute($"analyze {ResolvedRows.Generic}");
    }

    private IEnumerable<Table> WithHeirs(Table table) => catalog.To(table).Where(r => r.IsParentLink).SelectMany(r => WithHeirs(r.Table)).Prepend(table);

    private void RequireKeys()
    {
        foreach (StagingTable table in rows.Tables.Where(t => t.HasKeyless && t.Keys.Count == 1))
            List($"select t._line, '' as key, count(*) over () from ({rows.Rows(table)}) t where t.{table.Keys[0].Sql} is null order by 1 limit {Listed}", (line, _) => problems.Add(
                "MissingKey", "objects in {0} have no key of their own", "Export with plain keys.", line, table.Model.Label, "", "pk", "missing, and nothing tells which row it is"));
    }

    // The tree's rows are told by their path, as long as they have no key.
    private string Merged(Table table) => rows.Merged(table, keys.Of(table)?.Parts.Select(p => p.AlongTree).FirstOrDefault(p => p is not null));

    private void List(string sql, Action<long, string> add)
    {
        long listed = 0;
        long total = 0;
        foreach ((long line, string key, long all) in session.Stream(sql, r => (r.GetInt64(0), r.GetString(1), r.GetInt64(2)), context.Cancellation))
        {
            add(line, key);
            (listed, total) = (listed + 1, all);
        }
        problems.AddUnlisted(total - listed);
    }

    private static string View(string name) => name["pg_temp.".Length..];

    private void Execute(string sql) => session.Execute(sql, context.Cancellation);
}
