using DataOps.Core.Django.Knowledge;
using DataOps.Core.Django.Models;
using DataOps.Core.Django.References;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// Finds a key for each row that comes without one, and the rows that natural keys mean; set by set, in the order in which keys need each other.
/// </summary>
/// <remarks>Content types and permissions are told by their natural keys even where the file has ids: migrate gave them others here.</remarks>
internal sealed class KeyAssignment(
    Session session,
    ReferenceCatalog catalog,
    FixtureModels models,
    NaturalKeys keys,
    ImportViews rows,
    ImportReferenceCheck targets,
    ImportProblems problems,
    OperationContext context)
{
    private static readonly ModelLabel[] s_neverById = [DjangoTables.ContentType, DjangoTables.Permission];
    private readonly NaturalTargets _natural = new(session, models, keys, rows, targets, problems, context.Cancellation);
    private readonly KeysFromRevisions _recovered = new(session, catalog, rows, context);
    private readonly ProblemRows _wrong = new(session, problems, context.Cancellation);
    private readonly HashSet<uint> _done = [];

    /// <summary>Resolves all of it.</summary>
    /// <param name="takesRecovered">Whether a row may get the key that it had where it was dumped, although another row has its natural key here.</param>
    /// <param name="reserve">Whether new keys are taken from their sequences; else they are those that would come next.</param>
    /// <exception cref="DataOpsException">Natural keys that mean nothing, or more than one row: all of them, with their lines.</exception>
    public void Resolve(bool takesRecovered, bool reserve)
    {
        foreach (Table table in rows.Tables.Select(t => t.Model.Table).Concat(rows.Tables.SelectMany(NaturalTargets.Of)).DistinctBy(t => t.Oid).ToArray())
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
        if (rows.Tables.SelectMany(NaturalTargets.Of).Contains(table))
            _natural.Fill(table);
    }

    // What the values of a natural key lead over.
    private IEnumerable<Table> Needed(Table table) => keys.Of(table) is not { } key ? [] : key.Parts
        .SelectMany(p => p.Path.Select(r => r.Target!).Append(catalog.ReferenceOf(p.Path.Count == 0 ? table : p.Path[^1].Target!, p.Column)?.Target))
        .OfType<Table>()
        .Where(t => t.Oid != table.Oid);

    private bool NeedsIdentity(StagingTable table) =>
        !rows.WithIdentity.Contains(table.Model.Table.Oid) && table is { Natural: not null, Keys.Count: 1, Buffer.Rows: > 0 }
        && (IsNeverById(table) || (table.HasKeyless && catalog.ParentLink(table.Model.Table) is null));

    private static bool IsNeverById(StagingTable table) => s_neverById.Contains(table.Model.Label);

    private void Identify(StagingTable table, bool takesRecovered, bool reserve)
    {
        Table target = table.Model.Table;
        string pk = table.Keys[0].Sql;
        string found = $"pg_temp.dataops_found_{target.Oid}";
        NaturalKeySql inFile = new(table.Natural!, _natural.Merged);
        NaturalKeySql inDatabase = new(table.Natural!);
        Create(found, $"""
            with f as (
              select t._row, t._line, t.{pk} as source, {inFile.Texts()} as key
              from ({rows.Rows(table)}) t{inFile.Joins}{(IsNeverById(table) ? "" : $" where t.{pk} is null")}),
            d as (
              select key, (array_agg(pk))[1] as pk, count(*) as rows
              from (select t.{pk} as pk, {inDatabase.Texts()} as key from {target.Sql} t{inDatabase.Joins}) x
              where key in (select key from f) group by key)
            select f._row, f._line, f.source, f.key, d.pk as known, coalesce(d.rows, 0) as rows, {_recovered.Of(table)} as recovered
            from f left join d on d.key = f.key
            """);
        RequireOneRowEach(table, found);
        if (problems.Count == 0)
            Decide(table, found, takesRecovered && !IsNeverById(table), reserve);
    }

    private void RequireOneRowEach(StagingTable table, string found)
    {
        string label = table.Model.Label;
        string fields = string.Join(", ", table.Natural!.Parts.Select(p => p.Column.Name));
        const string Key = "array_to_json(key)";
        _wrong.Add("_line", [], $"from {found} where key is null and source is null", _ => new(
            "MissingKey", "objects in {0} have no key of their own", "Add the fields of the natural key to the file.",
            label, "", fields, "missing, and so the row's natural key is not known"));
        _wrong.Add("max(_line)", [Key, "min(_line)"], $"from {found} where key is not null group by key having count(*) > 1", r => new(
            "DuplicateKey", "keys in {0} occur more than once",
            "One of the rows would overwrite the other: change one of them where the file was exported, or export with plain keys.",
            label, "", fields, $"{r[0]} in line {r[1]} already"));
        _wrong.Add("_line", [Key, "rows"], $"from {found} where rows > 1", r => new(
            "AmbiguousKey", "natural keys in {0} mean more than one row of the database", "Change all but one of those rows, or load a file with plain keys.",
            label, "", fields, $"{r[0]} means {r[1]} rows"));
    }

    private void Decide(StagingTable table, string found, bool takesRecovered, bool reserve)
    {
        Table target = table.Model.Table;
        string pk = table.Keys[0].Sql;
        string identity = ImportViews.Identity(target);
        string isFree = $"""
            not exists (select 1 from {target.Sql} t where t.{pk} = x.wanted)
            and not exists (select 1 from {table.Buffer.Table} r where r.{pk} = x.wanted and r._row <> x._row)
            """;
        string stays = takesRecovered ? $"not (x.recovered is not null and x.recovered <> x.known and {isFree})" : "true";
        Create(identity, $"""
            select x._row, x.wanted as source, case
                when x.key is null then x.source
                when x.known is not null and {stays} then x.known
                when x.wanted is not null and x.claims = 1 and {isFree} then x.wanted end as pk
            from (
              select f.*, coalesce(f.source, f.recovered) as wanted, count(*) over (partition by coalesce(f.source, f.recovered)) as claims
              from {found} f) x
            """);
        GeneratedKeys.Give(session, table, identity, reserve, context.Cancellation);
        Execute($"alter table {identity} add primary key (_row); create index on {identity} (pk); analyze {identity}");
        rows.WithIdentity.Add(target.Oid);
        Create(ImportViews.Map(target), $"""
            select source, pk as target from {identity}
            where source <> pk and source in (select source from {identity} group by 1 having count(*) = 1)
            """);
        Execute($"alter table {ImportViews.Map(target)} add primary key (source)");
        if (session.List<bool>($"select exists (select 1 from {ImportViews.Map(target)})", null, context.Cancellation)[0])
            rows.WithMap.Add(target.Oid);
        if (table.Model.Label != DjangoTables.ContentType)
            return;
        // Also where the file leaves the ids of content types out, its JSON still has them.
        rows.HasForeignContentTypes = table.HasKeyless || rows.WithMap.Contains(target.Oid);
        if (table.HasKeyless)
            _recovered.WarnOfNumbers(table);
    }

    // A generic reference has the id as a text, beside the content type of the model or of one that inherits it.
    private void MapObjectIds()
    {
        if (rows.WithMap.Count == 0 || catalog.TableOf(DjangoTables.ContentType) is not { } types)
            return;
        const string Columns = "content_type bigint, source text, target text, primary key (content_type, source)";
        Execute($"create temporary table {ImportViews.Generic} ({Columns}) on commit drop");
        foreach (Table table in rows.WithMap.Select(oid => catalog.Database.Find(oid)!))
        {
            string labels = string.Join(", ", catalog.WithHeirs(table).Select(t => SqlText.Literal(models.LabelOf(t))).Distinct());
            rows.HasGeneric |= session.Execute($"""
                insert into {ImportViews.Generic} select c.id, m.source::text, m.target::text
                from {ImportViews.Map(table)} m cross join {rows.Merged(types)} c where c.app_label || '.' || c.model in ({labels}) on conflict do nothing
                """, context.Cancellation) > 0;
        }
        Execute($"analyze {ImportViews.Generic}");
    }

    private void RequireKeys()
    {
        foreach (StagingTable table in rows.Tables.Where(t => t is { HasKeyless: true, Keys.Count: 1 }))
            _wrong.Add("t._line", [], $"from ({rows.Rows(table)}) t where t.{table.Keys[0].Sql} is null", _ => new(
                "MissingKey", "objects in {0} have no key of their own", "Export with plain keys.",
                table.Model.Label, "", "pk", "missing, and nothing tells which row it is"));
    }

    private void Create(string table, string select) => TemporaryTable.Create(session, table, select, context.Cancellation);

    private void Execute(string sql) => session.Execute(sql, context.Cancellation);
}
