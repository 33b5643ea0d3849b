using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// Finds a key for each row that comes without one, and the rows that natural keys mean; set by set, in the order in
/// which keys need each other.
/// </summary>
/// <remarks>
/// Content types and permissions are told by their natural keys even where the file has ids: migrate gave them others
/// here. So are all others with -Match NaturalKey.
/// </remarks>
internal sealed class KeyAssignment(
    Session session,
    ReferenceCatalog catalog,
    FixtureModels models,
    NaturalKeys keys,
    KnownIds ids,
    RowMatch match,
    OnMissingReference choice,
    ImportProblems problems,
    OperationContext context)
{
    private static readonly ModelLabel[] s_neverById = [DjangoTables.ContentType, DjangoTables.Permission];
    private readonly NaturalTargets _natural = new(session, models, keys, choice, problems, context.Cancellation);
    private readonly KeysFromRevisions _recovered = new(session, catalog, ids, context);
    private readonly HashSet<uint> _done = [];

    /// <summary>Assigns all of them.</summary>
    /// <param name="takesRecovered">Whether a row may get the key that it had where it was dumped, although another row
    /// has its natural key here.</param>
    /// <param name="reserve">Whether new keys are taken from their sequences; else they are those that would come
    /// next.</param>
    /// <returns>What is known with that: the key of each row among it.</returns>
    /// <exception cref="DataOpsException">Natural keys that mean nothing, or more than one row: all of them, with their
    /// lines.</exception>
    public KnownIds Assign(bool takesRecovered, bool reserve)
    {
        foreach (Table table in ids.Tables.Select(t => t.Model.Table).Concat(ids.Tables.SelectMany(NaturalTargets.Of))
            .DistinctBy(t => t.Oid).ToArray())
            Visit(table, takesRecovered, reserve);
        problems.ThrowIfAny();
        MapObjectIds();
        RequireKeys();
        problems.ThrowIfAny();
        return ids;
    }

    private void Visit(Table table, bool takesRecovered, bool reserve)
    {
        if (!_done.Add(table.Oid))
            return;
        foreach (Table needed in Needed(table))
            Visit(needed, takesRecovered, reserve);
        context.Cancellation.ThrowIfCancellationRequested();
        if (ids.StagedOf(table) is { } staged && NeedsIdentity(staged))
            Identify(staged, takesRecovered, reserve);
        if (ids.Tables.SelectMany(NaturalTargets.Of).Contains(table))
            ids = _natural.Fill(ids, table);
    }

    // What the values of a natural key lead over.
    private IEnumerable<Table> Needed(Table table) => keys.Of(table) is not { } key ? [] : key.Parts
        .SelectMany(p => p.Path.Select(r => r.Target!).Append(
            catalog.ReferenceOf(p.Path.Count == 0 ? table : p.Path[^1].Target!, p.Column)?.Target))
        .OfType<Table>()
        .Where(t => t.Oid != table.Oid);

    private bool NeedsIdentity(StagingTable table) =>
        !ids.WithIdentity.Contains(table.Model.Table.Oid)
            && table is { Natural: not null, Keys.Count: 1, Buffer.Rows: > 0 }
        && (IsNeverById(table) || (table.HasKeyless && catalog.ParentLink(table.Model.Table) is null));

    // A parent link is the key of the parent's row.
    private bool IsNeverById(StagingTable table) => s_neverById.Contains(table.Model.Label)
        || (match == RowMatch.NaturalKey && catalog.ParentLink(table.Model.Table) is null);

    private void Identify(StagingTable table, bool takesRecovered, bool reserve)
    {
        Table target = table.Model.Table;
        SqlText pk = table.Keys[0].Sql;
        SqlText found = StagingTable.NameOf("found", target);
        NaturalKeySql inFile = new(table.Natural!, t => _natural.Merged(ids, t));
        NaturalKeySql inDatabase = new(table.Natural!);
        SqlText needed = IsNeverById(table) ? SqlText.Empty : (SqlText)$" where t.{pk} is null";
        Create(found, $"""
            with f as (
              select t._row, t._place, t.{pk} as source, {inFile.Texts()} as key
              from ({ids.Rows(table)}) t{inFile.Joins}{needed}),
            d as (
              select key, (array_agg(pk))[1] as pk, count(*) as rows
              from (select t.{pk} as pk, {inDatabase.Texts()} as key
                from {target} t{inDatabase.Joins}) x
              where key in (select key from f) group by key)
            select f._row, f._place, f.source, f.key, d.pk as known, coalesce(d.rows, 0) as rows,
                {_recovered.Of(table)} as recovered
            from f left join d on d.key = f.key
            """);
        RequireOneRowEach(table, found);
        if (problems.Count == 0)
            Decide(table, found, takesRecovered && !IsNeverById(table), reserve);
    }

    private void RequireOneRowEach(StagingTable table, SqlText found)
    {
        string label = table.Model.Label;
        string fields = string.Join(", ", table.Natural!.Parts.Select(p => p.Column.Name));
        SqlText key = $"array_to_json(key)";
        problems.AddRows($"_place", [], $"from {found} where key is null and source is null", _ => new(
            ErrorIds.MissingKey, new("object", "has no key of its own", "have no key of their own"),
            "Add the fields of the natural key to the file.",
            label, "", fields, "missing, and so the row's natural key is not known"));
        SqlText twice = $"from {found} where key is not null group by key having count(*) > 1";
        problems.AddRows($"max(_place)", [key, $"min(_place)"], twice, r => new(
            ErrorIds.DuplicateKey, new("key", "occurs more than once", "occur more than once"),
            "One of the rows would overwrite the other: change one of them where the file was exported, or export " +
                "with plain keys.",
            label, "", fields, $"{r[0]} in {FilePlace.Of(r[1])} already"));
        problems.AddRows($"_place", [key, $"rows"], $"from {found} where rows > 1", r => new(
            ErrorIds.AmbiguousKey,
            new(
                "natural key", "matches more than one row of the database", "match more than one row of the database"),
            "Change all but one of those rows, or load a file with plain keys.",
            label, "", fields, $"{r[0]} matches {r[1]} rows"));
    }

    private void Decide(StagingTable table, SqlText found, bool takesRecovered, bool reserve)
    {
        Table target = table.Model.Table;
        SqlText pk = table.Keys[0].Sql;
        SqlText identity = KnownIds.Identity(target);
        SqlText isFree = $"""
            not exists (select 1 from {target} t where t.{pk} = x.wanted)
            and not exists (select 1 from {table.Buffer.Table} r where r.{pk} = x.wanted and r._row <> x._row)
            """;
        SqlText stays = takesRecovered
            ? (SqlText)$"not (x.recovered is not null and x.recovered <> x.known and {isFree})"
            : (SqlText)$"true";
        Create(identity, $"""
            select x._row, x.wanted as source, case
                when x.key is null then x.source
                when x.known is not null and {stays} then x.known
                when x.wanted is not null and x.claims = 1 and {isFree} then x.wanted end as pk
            from (
              select f.*, coalesce(f.source, f.recovered) as wanted, count(*) over (partition by coalesce(f.source,
                  f.recovered)) as claims
              from {found} f) x
            """);
        GeneratedKeys.Give(session, table, identity, reserve, context.Cancellation);
        Run($"alter table {identity} add primary key (_row); create index on {identity} (pk); analyze {identity}");
        ids = ids with { WithIdentity = ids.WithIdentity.Add(target.Oid) };
        Create(KnownIds.Map(target), $"""
            select source, pk as target from {identity}
            where source <> pk and source in (select source from {identity} group by 1 having count(*) = 1)
            """);
        Run($"alter table {KnownIds.Map(target)} add primary key (source)");
        if (session.Query<bool>($"select exists (select 1 from {KnownIds.Map(target)})", context.Cancellation)[0])
            ids = ids with { WithMap = ids.WithMap.Add(target.Oid) };
        if (table.Model.Label != DjangoTables.ContentType)
            return;
        // Also where the file leaves the ids of content types out, its JSON still has them.
        ids = ids with { HasForeignContentTypes = table.HasKeyless || ids.WithMap.Contains(target.Oid) };
        if (table.HasKeyless)
            _recovered.WarnOfNumbers(table);
    }

    // A generic reference has the id as a text, beside the content type of the model or of one that inherits it.
    private void MapObjectIds()
    {
        if (ids.WithMap.Count == 0 || catalog.TableOf(DjangoTables.ContentType) is not { } types)
            return;
        Run($"""
            create temporary table {KnownIds.Generic} (content_type bigint, source text, target text,
              primary key (content_type, source))
            on commit drop
            """);
        foreach (Table table in ids.WithMap.Select(oid => catalog.Database.Find(oid)!))
        {
            string[] labels = [.. catalog.WithHeirs(table).Select(models.LabelOf).Distinct()];
            int mapped = session.Run($"""
                insert into {KnownIds.Generic} select c.id, m.source::text, m.target::text
                from {KnownIds.Map(table)} m cross join {ids.Merged(types)} c
                where c.app_label || '.' || c.model = any({labels}) on conflict do nothing
                """, context.Cancellation);
            ids = ids with { HasGeneric = ids.HasGeneric || mapped > 0 };
        }
        Run($"analyze {KnownIds.Generic}");
    }

    private void RequireKeys()
    {
        foreach (StagingTable table in ids.Tables.Where(t => t is { HasKeyless: true, Keys.Count: 1 }))
        {
            SqlText keyless = $"from ({ids.Rows(table)}) t where t.{table.Keys[0].Sql} is null";
            problems.AddRows($"t._place", [], keyless, _ => new(
                ErrorIds.MissingKey, new("object", "has no key of its own", "have no key of their own"),
                "Export with plain keys.",
                table.Model.Label, "", "pk", "missing, so the row cannot be identified"));
        }
    }

    private void Create(SqlText table, SqlText select) =>
        TemporaryTable.Create(session, table, select, context.Cancellation);

    private void Run(SqlText sql) => session.Run(sql, context.Cancellation);
}

/// <summary>The rows that natural keys mean, in the file and in the database.</summary>
internal sealed class NaturalTargets(
    Session session, FixtureModels models, NaturalKeys keys, OnMissingReference choice, ImportProblems problems,
    CancellationToken cancellation)
{
    private readonly MissingTargets _missing = new(models, problems);

    /// <summary>The tables to which a table's rows refer by natural keys.</summary>
    public static IEnumerable<Table> Of(StagingTable table) => Columns(table).Select(c => c.Column.Reference!.Target!);

    /// <summary>Makes the table of what a table's natural keys mean, and settles those that mean nothing.</summary>
    /// <remarks>The file's row goes before one that has the same natural key here: the file means its own.</remarks>
    /// <returns>What is known with that.</returns>
    public KnownIds Fill(KnownIds ids, Table table)
    {
        NaturalKeySql sql = new(keys.Of(table)!, t => Merged(ids, t));
        (StagingTable Table, StagingColumn Column, StagingBuffer Staged)[] referring =
            [.. ids.Tables.SelectMany(
                t => Columns(t).Where(c => c.Column.Reference!.Target == table).Select(c => (t, c.Column, c.Staged)))];
        // A reference may lead to another unique column than the key (to_field).
        Column[] targets = [.. referring.Select(r => r.Column.Reference!.TargetColumns[0]).Distinct()];
        SqlText name = KnownIds.KeysOf(table);
        SqlText rows = $"""
            select {targets.Select(t => (SqlText)$"{t.In("t")} as {KnownIds.Meant(t)}")},
                   t._row is not null as in_file, {sql.Texts()} as key
            from {Merged(ids, table)} t{sql.Joins}
            """;
        TemporaryTable.Create(session, name, (SqlText)$"""
            select distinct on (key) key, {targets.Select(KnownIds.Meant)},
                   count(*) over (partition by key, in_file) as rows
            from ({rows}) x where key is not null order by key, in_file desc
            """, cancellation);
        Run($"alter table {name} add primary key (key)");
        ids = ids with { WithKeys = ids.WithKeys.Add(table.Oid) };
        foreach ((StagingTable from, StagingColumn column, StagingBuffer staged) in referring)
        {
            ids = Settle(ids, from, column, staged);
            RequireOneMeaning(from, column, staged, models.LabelOf(table));
        }
        return ids;
    }

    /// <summary>
    /// A table's rows as they will be; those of a tree are told by their path, as long as they have no key.
    /// </summary>
    public SqlText Merged(KnownIds ids, Table table) =>
        ids.Merged(table, keys.Of(table)?.Parts.Select(p => p.AlongTree).FirstOrDefault(p => p is not null));

    private KnownIds Settle(KnownIds ids, StagingTable from, StagingColumn column, StagingBuffer staged)
    {
        SqlText meaning = KnownIds.KeysOf(column.Reference!.Target!);
        SqlText isMissing = $"""
            r.{column.NaturalSql} is not null
            and not exists (select 1 from {meaning} k where k.key = r.{column.NaturalSql})
            """;
        bool isEntry = staged != from.Buffer;
        if (isEntry && choice is OnMissingReference.SkipRow or OnMissingReference.Null)
            Run($"delete from {staged.Table} r where {isMissing}");
        else if (choice == OnMissingReference.SkipRow)
            return ids.LeaveOut(session, from, $"select r._row from {staged.Table} r where {isMissing}", cancellation);
        else if (choice == OnMissingReference.Null && !column.Column.NotNull)
            Run($"update {staged.Table} r set {column.NaturalSql} = null where {isMissing}");
        else
        {
            SqlText key = isEntry || from.Keys.Count != 1 ? (SqlText)$"''" : from.Keys[0].In("r");
            SqlText[] shown = [key, $"array_to_json(r.{column.NaturalSql})"];
            _missing.Add(
                from, column.Field, column.Reference.Target!, $"r._place", shown,
                $"from {staged.Table} r where {isMissing}");
        }
        return ids;
    }

    private void RequireOneMeaning(StagingTable from, StagingColumn column, StagingBuffer staged, string label)
    {
        SqlText meaning = $"""
            from {staged.Table} r join {KnownIds.KeysOf(column.Reference!.Target!)} k on k.key = r.{column.NaturalSql}
            where k.rows > 1
            """;
        problems.AddRows($"r._place", [$"array_to_json(r.{column.NaturalSql})", $"k.rows"], meaning, r => new(
            ErrorIds.AmbiguousKey, new("natural key", "matches more than one row", "match more than one row"),
            "Change all but one of those rows, or load a file with plain keys.",
            from.Model.Label, "", column.Field, $"-> {label} {r[0]} matches {r[1]} rows"));
    }

    private static IEnumerable<(StagingColumn Column, StagingBuffer Staged)> Columns(StagingTable table) =>
        table.Keys.Concat(table.Columns)
        .Select(c => (c, table.Buffer))
        .Concat(table.Lists.Select(l => (l.Target, l.Buffer)))
        .Where(c => c.Item1.HasNatural);

    private void Run(SqlText sql) => session.Run(sql, cancellation);
}

/// <summary>Gives keys to rows that have none.</summary>
internal static class GeneratedKeys
{
    /// <summary>Fills in the pk of a table of identities where it is NULL.</summary>
    /// <param name="session">The session.</param>
    /// <param name="table">The rows' table.</param>
    /// <param name="identities">The temporary table: _row, pk.</param>
    /// <param name="reserve">Take them from the sequence, so that nobody else gets them; else use those that would come
    /// next.</param>
    /// <param name="cancellation">Cancels the query.</param>
    /// <exception cref="DataOpsException">The table makes no keys.</exception>
    public static void Give(
        Session session, StagingTable table, SqlText identities, bool reserve, CancellationToken cancellation)
    {
        long needed = session.Query<long>($"select count(*) from {identities} where pk is null", cancellation)[0];
        if (needed == 0)
            return;
        Column key = table.Keys[0].Column;
        SqlText expression = key switch
        {
            { Sequence: { } sequence } =>
                reserve ? Reserve(session, table, sequence, cancellation) : Next(table, sequence),
            { Type.Underlying.Name: "uuid" } => (SqlText)$"gen_random_uuid()",
            { Default: { } made } => Made(session, key, SqlText.Raw(made), needed, cancellation),
            _ => throw new DataOpsException(
                ErrorIds.MissingKey, FailureKind.InvalidData,
                $"{Counted.Of(needed, "object")} of {table.Model.Label} {(needed == 1 ? "has" : "have")} no key, and "
                    + "the database makes none.",
                "Export with plain keys.", table.Model.Label.ToString()),
        };
        session.Run($"""
            update {identities} i set pk = n.pk
            from (
              select _row, {expression} as pk
              from (select _row, row_number() over (order by _row) as number from {identities} where pk is null) x
                  order by number) n
            where n._row = i._row
            """, cancellation);
    }

    // A function of the application finds its names where the application does.
    private static SqlText Made(
        Session session, Column key, SqlText made, long rows, CancellationToken cancellation)
    {
        SqlText name = TemporaryTable.Named("dataops_made_keys");
        TemporaryTable.Declare(session, name, $"pk {key.TypeSql}, number int8", cancellation);
        session.RunAsApplication(
            $"insert into {name} select {made}, n from pg_catalog.generate_series(1, {rows}) n", cancellation);
        return $"(select m.pk from {name} m where m.number = x.number)";
    }

    // The sequence may be behind the table or the file; what nextval() gives then is nobody else's.
    private static SqlText Reserve(Session session, StagingTable table, string sequence, CancellationToken cancellation)
    {
        SqlText name = $"{SqlText.Literal(sequence)}::regclass";
        session.Run($"""
            select setval({name}, greatest(m.most, m.last_value), m.most >= m.last_value)
            from (select q.last_value, {Most(table)} as most from {SqlText.Raw(sequence)} q) m
            """, cancellation);
        return $"nextval({name})";
    }

    private static SqlText Next(StagingTable table, string sequence) =>
        $"(select {Most(table)} from {SqlText.Raw(sequence)} q) + number";

    // What a sequence that was never asked shows is the value that it gives first.
    private static SqlText Most(StagingTable table)
    {
        SqlText key = table.Keys[0].Sql;
        return $"""
            greatest(
              case when q.is_called then q.last_value else q.last_value - 1 end,
              (select max({key}) from {table.Model.Table}), (select max({key}) from {table.Buffer.Table}))
            """;
    }
}
