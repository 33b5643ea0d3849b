using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Changes;

/// <summary>The rows of one table that an operation changes, as they were when it planned to; kept in a temporary table until the transaction ends.</summary>
/// <remarks>
/// The temporary table has <c>_action</c> ('I', 'U', 'D'), <c>_xmin</c>, and the target's columns under their names, domains as what they are made of. A row
/// is in it once, as it was first; of an inserted row there are the key's columns only. Everything is planned before <see cref="ChangeSet.Lock"/>, except
/// for inserted rows whose key the database makes (<see cref="AddInserted"/>).
/// </remarks>
internal sealed class TablePlan
{
    private readonly Session _session;
    private readonly CancellationToken _cancellation;
    private readonly string _columns;
    private readonly bool _isTakenBack;
    private bool _updates;

    internal TablePlan(Session session, Table table, int number, bool isTakenBack, CancellationToken cancellation)
    {
        (_session, Table, _isTakenBack, _cancellation) = (session, table, isTakenBack, cancellation);
        Name = $"pg_temp.dataops_change_{number}";
        BeforeName = $"pg_temp.dataops_before_{number}";
        Identity = RowKey.Of(table);
        _columns = SqlText.Identifiers(table.Columns.Select(c => c.Name));
        session.Execute($"""
            create temp table dataops_change_{number} on commit drop as
            select null::text as _action, null::text as _xmin, {PlainColumns(table, "t")} from {table.Sql} t with no data
            """, cancellation);
        session.Execute($"create unique index on {Name} ({(Identity.IsWholeRow ? "_xmin" : Identity.Sql)})", cancellation);
    }

    /// <summary>The table that changes.</summary>
    public Table Table { get; }

    /// <summary>The temporary table.</summary>
    public string Name { get; }

    /// <summary>The columns that identify a row.</summary>
    public RowKey Identity { get; }

    /// <summary>Rows planned so far.</summary>
    public long Planned { get; private set; }

    /// <summary>Rows that come, of which the database makes the keys: they are planned when they are there.</summary>
    public long Expected { get; private set; }

    /// <summary>Of those, the ones that are there.</summary>
    public long Made { get; private set; }

    /// <summary>
    /// What an insert gives to the column of a key that the database makes, and nothing where the database is to make it: a rollback does not take back what
    /// was drawn from a sequence, so rows that will be taken back get other keys.
    /// </summary>
    /// <remarks>Both end with a comma, to stand before the other columns.</remarks>
    public (string Column, string Value) OwnKey => _isTakenBack && Table.SingleKey is { Sequence: not null } key
        ? ($"{SqlText.Identifier(key.Name)}, ", $"(select coalesce(max({SqlText.Identifier(key.Name)}), 0) from {Table.Sql}) + row_number() over (), ")
        : ("", "");

    /// <summary>A copy of the whole table, made by the lock where there is no key to know rows by.</summary>
    internal string BeforeName { get; }

    /// <summary>Whether rows are to be deleted.</summary>
    internal bool Deletes { get; private set; }

    /// <summary>Plans to update rows; those planned already stay as they are.</summary>
    /// <param name="from">From "from" on: the target is called t, as <c>from public.blog_post t join staging s on s.id = t.id where …</c>.</param>
    /// <returns>How many rows are new in the plan.</returns>
    public long PlanUpdate(string from)
    {
        long rows = Capture('U', from);
        _updates |= rows > 0;
        return rows;
    }

    /// <summary>Plans to delete rows; one that was to be updated is now to be deleted.</summary>
    /// <param name="from">As for <see cref="PlanUpdate"/>.</param>
    /// <returns>How many rows are new in the plan.</returns>
    public long PlanDelete(string from)
    {
        long rows = Capture('D', from);
        if (_updates)
        {
            string version = VersionOf("t");
            string same = Identity.IsWholeRow ? "c._xmin = x._version" : Identity.Same("c", "x");
            string key = Identity.IsWholeRow ? $"{version} as _version" : Identity.Of("t");
            Deletes |= _session.Execute($"update {Name} c set _action = 'D' from (select {key} {from}) x where {same} and c._action = 'U'", _cancellation) > 0;
        }
        Deletes |= rows > 0;
        return rows;
    }

    /// <summary>Plans to insert rows.</summary>
    /// <param name="select">A query of the columns of <see cref="Identity"/>, in its order.</param>
    /// <returns>How many rows are new in the plan.</returns>
    public long PlanInsert(string select)
    {
        // Without a key the rows are found by what the table holds more than before.
        long rows = Identity.IsWholeRow
            ? _session.List<long>($"select count(*) from ({select}) x", null, _cancellation)[0]
            : _session.Execute($"insert into {Name} (_action, {Identity.Sql}) select 'I', x.* from ({select}) x on conflict do nothing", _cancellation);
        Planned += rows;
        return rows;
    }

    /// <summary>Plans to insert rows of which the database makes the keys, and which <see cref="AddInserted"/> names.</summary>
    public void Expect(long rows) => Expected += rows;

    /// <summary>Adds rows that were inserted after the lock, because the database made their keys.</summary>
    /// <param name="select">As for <see cref="PlanInsert"/>.</param>
    public void AddInserted(string select) => Made += PlanInsert(select);

    /// <summary>The condition that a row of the table is one of the plan's, as long as nothing has changed it.</summary>
    internal string Same(string planned, string row) => Identity.IsWholeRow ? $"{planned}._xmin = {VersionOf(row)}" : Identity.Same(planned, row);

    /// <summary>What tells one version of a row from the next.</summary>
    internal string VersionOf(string alias) => Identity.IsWholeRow
        ? $"concat_ws(' ', {alias}.tableoid::text, {alias}.ctid::text, {alias}.xmin::text)"
        : $"{alias}.xmin::text";

    /// <summary>The whole row as text; the same for two rows that hold the same, whatever their types.</summary>
    internal string RowText(string alias) => $"row({string.Join(", ", Table.Columns.Select(c => $"{alias}.{SqlText.Identifier(c.Name)}"))})::text";

    /// <summary>The columns of a relation, those of a domain as what it is made of, so that a value can be left out.</summary>
    internal static string PlainColumns(Table table, string alias) => string.Join(", ", table.Columns.Select(c =>
        $"{alias}.{SqlText.Identifier(c.Name)}{(c.Type.Kind == PgTypeKind.Domain ? $"::{c.Type.Underlying.Sql} as {SqlText.Identifier(c.Name)}" : "")}"));

    private long Capture(char action, string from)
    {
        string columns = string.Join(", ", Table.Columns.Select(c => "t." + SqlText.Identifier(c.Name)));
        long rows = _session.Execute(
            $"insert into {Name} (_action, _xmin, {_columns}) select '{action}', {VersionOf("t")}, {columns} {from} on conflict do nothing", _cancellation);
        Planned += rows;
        return rows;
    }
}
