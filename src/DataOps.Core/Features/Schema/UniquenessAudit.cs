namespace DataOps.Core.Features.Schema;

/// <summary>A problem of rows of which there may be one.</summary>
public enum UniquenessProblem : long
{
    /// <summary>Rows have the same values in columns that Django, or a unique index, takes for unique.</summary>
    DoubledRow,

    /// <summary>The unique constraint of such columns is missing; no rows are doubled yet.</summary>
    MissingConstraint,

    /// <summary>Wagtail has several default sites, or none.</summary>
    DefaultSite,
}

/// <summary>Rows that are there twice, where nothing has kept them apart; reads only.</summary>
internal sealed class UniquenessAudit(Session session, ReferenceCatalog catalog, OperationContext context)
{
    private readonly CancellationToken _cancellation = context.Cancellation;

    // Columns that should be unique, and what fails where they are not.
    private sealed record Key(Table Table, IReadOnlyList<string> Columns, string Broken, bool IsManyToMany = false)
    {
        public string Names => string.Join(",", Columns);

        public SqlText Sql => SqlText.Identifiers(Columns);

        public string Constraint => $"alter table {Table.Sql} add constraint "
            + $"{SqlText.Identifier(DjangoName.OfIndex(Table.Name, Columns, "_uniq"))} unique ({Sql})";
    }

    /// <summary>Finds them: only what no index keeps apart is looked at.</summary>
    public IEnumerable<Finding> Find()
    {
        Check check = new(session, Audit.Uniqueness, context);
        IEnumerable<Finding> Unguarded() => Keys().Where(k => !IsGuarded(k)).SelectMany(key =>
            check.Run(() => Doubled(key), [key.Table], catalog.LabelOf(key.Table)));
        IEnumerable<Finding> Suspect() => SuspectIndexes().SelectMany(i =>
            check.Run(() => Doubled(i.Table, i.Index), [i.Table], catalog.LabelOf(i.Table)));
        return Unguarded().Concat(check.Run(Suspect, [])).Concat(
            catalog.TableOf(WagtailTables.Site) is { } sites
                ? check.Run(() => DefaultSites(sites), [sites], WagtailTables.Site)
                : []);
    }

    // An own app may be called sites: only the tables that have Django's names have Django's keys.
    private IEnumerable<Key> Keys() =>
        (from known in KnownUniqueKeys.All
         let isSwitched = known.Model == DjangoTables.User && catalog.Users.Retired is not null
         let table = isSwitched ? catalog.Users.Current : catalog.TableOf(known.Model)
         where table is { Kind: TableKind.Table }
            && (isSwitched
                || table.Name == (DjangoTables.TableNames.GetValueOrDefault(known.Model)
                    ?? DjangoName.OfTable(known.Model)))
            && known.Columns.All(c => table.Find(c) is not null)
         select new Key(table, known.Columns, known.Broken)).Concat(
         from model in catalog.Models
         from list in model.ManyToMany
         where list.Table.Kind == TableKind.Table
         select new Key(
             list.Table, [list.OwnerColumn.Name, list.TargetColumn.Name],
             $"{list.Name} of {model.Label} lists the same object twice", IsManyToMany: true));

    // A unique index that is not valid is a finding of its own.
    private static bool IsGuarded(Key key) => key.Table.IndexDefinitions.Any(i =>
        i is { IsUnique: true, Predicate: null }
        && i.Keys.All(k => k.Column is { } name && key.Columns.Contains(name)));

    private IEnumerable<Finding> Doubled(Key key)
    {
        IEnumerable<SqlText> cells = key.Columns.Select(
            (c, i) => (SqlText)$"{SqlText.Identifier(c)} as k{SqlText.Literal(i)}");
        string why = $"no unique constraint keeps them apart: {key.Broken}";
        string remedy = key.IsManyToMany
            ? $"{Thin(key)}; {key.Constraint}"
            : Show(key.Table, key.Columns.Select(SqlText.Identifier));
        bool any = false;
        foreach (Finding doubled in Doubled(
            key.Table, key.Names, $"select {cells} from {key.Table}", key.Columns.Count, false, why, remedy))
        {
            any = true;
            yield return doubled;
        }
        if (!any)
            yield return Of(key.Table, UniquenessProblem.MissingConstraint) with
            {
                Severity = Severity.Warning,
                Column = key.Names,
                Problem = $"no unique constraint on {key.Names}; where a row comes twice, {key.Broken}",
                Remedy = key.Constraint,
            };
    }

    // The rows of an automatic list are a key and the two that it joins: which of them is kept is all one.
    private static string Thin(Key key)
    {
        SqlText same = SqlText.Join(" and ", key.Columns.Select(
            c => (SqlText)$"a.{SqlText.Identifier(c)} = b.{SqlText.Identifier(c)}"));
        SqlText id = key.Table.SingleKey?.Sql ?? $"ctid";
        SqlText sql = $"delete from {key.Table} a using {key.Table} b where {same} and a.{id} > b.{id}";
        return sql.ToString();
    }

    private static string Show(Table table, IEnumerable<SqlText> keys)
    {
        SqlText key = SqlText.Join(", ", keys);
        SqlText sql = $"select * from {table} where ({key}) in (select {key} from {table} group by {key} "
            + $"having count(*) > 1) order by {key}";
        return sql.ToString();
    }

    private IEnumerable<(Table Table, IndexDefinition Index)> SuspectIndexes()
    {
        HashSet<(Table, string)> stale =
            [.. StaleCollation.Read(session, catalog.Database, _cancellation).SelectMany(c => c.Indexes)
                .Select(i => (i.Table, i.Name))];
        return from table in catalog.Database.Tables
               where table.IsReadable
               from index in table.IndexDefinitions
               where index is { IsUnique: true, Method: "btree" }
                   && (!index.IsValid || stale.Contains((table, index.Name)))
               select (table, index);
    }

    private IEnumerable<Finding> Doubled(Table table, IndexDefinition index)
    {
        // An index that is wrong would hide the very rows that it has let in.
        session.Run($"""
            set local enable_indexscan = off; set local enable_bitmapscan = off; set local enable_indexonlyscan = off
            """, _cancellation);
        Alias row = "t";
        SqlText keys = $"""
            select k.* from {table} t cross join lateral ({index.KeysOf(index.Columns.Select(row.Column))}) k
            """;
        string why = $"{index.Name} should keep them apart and "
            + (index.IsValid ? "has lost its order with another version of the collation" : "is not valid");
        string remedy = "set enable_indexscan = off; set enable_bitmapscan = off; set enable_indexonlyscan = off; "
            + Show(table, index.Keys.Select(k => k.Expression));
        foreach (Finding doubled in Doubled(
            table, string.Join(",", index.Columns), keys, index.Keys.Count, index.NullsClash, why, remedy))
            yield return doubled;
        session.Run($"""
            set local enable_indexscan to default; set local enable_bitmapscan to default;
            set local enable_indexonlyscan to default
            """, _cancellation);
    }

    // One finding for the rows of one value.
    private IEnumerable<Finding> Doubled(
        Table table, string columns, SqlText rows, int count, bool nullsClash, string why, string remedy)
    {
        SqlText[] keys = [.. Enumerable.Range(0, count).Select(i => (SqlText)$"k{SqlText.Literal(i)}")];
        SqlText isSet = nullsClash
            ? $"true"
            : SqlText.Join(" and ", keys.Select(k => (SqlText)$"{k} is not null"));
        return session.Read(
            $"""
            select {KeyText.Joined(keys.Select(k => (SqlText)$"{k}::text"))}, count(*) from ({rows}) r where {isSet}
            group by {keys} having count(*) > 1 order by 1
            """,
            r => (Value: r.IsDBNull(0) ? null : r.GetString(0), Rows: r.GetInt64(1)), _cancellation).Select(d =>
                Of(table, UniquenessProblem.DoubledRow) with
                {
                    Count = d.Rows,
                    Column = columns,
                    Value = d.Value,
                    Problem = $"{d.Rows} rows have {columns} {d.Value ?? "NULL"}; {why}",
                    Remedy = remedy,
                });
    }

    private IEnumerable<Finding> DefaultSites(Table sites)
    {
        if (sites.Find("is_default_site") is not { } flag)
            yield break;
        IReadOnlyList<(string Site, bool IsDefault)> all = session.Query<(string Site, bool IsDefault)>(
            $"select hostname || ':' || port, {flag} from {sites} order by id", _cancellation);
        (string Site, bool IsDefault)[] defaults = [.. all.Where(s => s.IsDefault)];
        if (all.Count > 0 && defaults.Length != 1)
            yield return Of(sites, UniquenessProblem.DefaultSite) with
            {
                Severity = defaults.Length == 0 ? Severity.Warning : Severity.Error,
                Count = Math.Max(1, defaults.Length),
                Column = flag.Name,
                Problem = defaults.Length == 0
                    ? "no site is the default: requests for a host name that no site has find no page"
                    : $"{defaults.Length} sites are the default, {string.Join(", ", defaults.Select(s => s.Site))}: "
                        + "which of them answers for other host names is chance, and Wagtail cannot save one",
                Remedy = $"Set-Site {(defaults.Length == 0 ? all : defaults)[0].Site} -AsDefault -WhatIf",
            };
    }

    private Finding Of(Table table, UniquenessProblem problem) => new()
    {
        Server = session.Server,
        Database = session.Database,
        Severity = Severity.Error,
        Audit = Audit.Uniqueness,
        Class = problem,
        Model = catalog.LabelOf(table),
        Table = table.DisplayName,
    };
}
