using DataOps.Core.Changes;
using DataOps.Core.Django.References;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Orphans;

/// <summary>The table into which rows are copied before they are deleted, as JSON, with where they stood and what they referred to.</summary>
internal sealed class QuarantineTable(Session session, ReferenceCatalog catalog, ChangeSet changes, string? name, CancellationToken cancellation)
{
    private const string DefaultName = "dataops_quarantine";

    private readonly string _schema = name?.Split('.', 2) is [{ } schema, _] ? schema : catalog.Database.DjangoSchema;
    private readonly string _table = name?.Split('.', 2)[^1] ?? DefaultName;
    private TablePlan? _copies;

    /// <summary>Its name as a person writes it.</summary>
    public string DisplayName => _schema == "public" ? _table : $"{_schema}.{_table}";

    /// <summary>Whether it is there already.</summary>
    public bool Exists => catalog.Database.Find(_schema, _table) is not null;

    /// <summary>Makes it if it is not there, and its place in the plan; before the lock.</summary>
    public void Make()
    {
        if (!Exists)
            session.Execute($"""
                create table {SqlText.Identifier(_schema, _table)} (
                  id bigint generated always as identity primary key, quarantined timestamptz not null default now(),
                  table_name text not null, key text not null, reference text, value text, row jsonb not null)
                """, cancellation);
        Table table = (Exists ? catalog.Database : DatabaseCatalog.Read(session)).Find(_schema, _table)!;
        _copies = changes.Of(table);
    }

    /// <summary>Copies the rows that are planned to be deleted.</summary>
    public void Fill(IReadOnlyList<RepairStep> steps)
    {
        TablePlan copies = _copies!;
        session.Execute("create temp table dataops_copied (id bigint) on commit drop", cancellation);
        foreach (TablePlan gone in changes.Tables.Where(t => t != copies).ToArray())
        {
            string cells = string.Join(", ", gone.Table.Columns.Select(c => "c." + SqlText.Identifier(c.Name)));
            // A row with two references without a target is copied once, and both are named.
            RepairStep[] own = [.. steps.Where(s => s.Orphans.Rows == gone)];
            string references = own.Length == 0 ? "null, null" : $"{Both(own, s => SqlText.Literal(s.Reference.Name))}, {Both(own, _ => "o._value")}";
            session.Execute(
                $"""
                with copied as (
                  insert into {copies.Table.Sql} (table_name, key, reference, value, row)
                  select {SqlText.Literal(gone.Table.DisplayName)}, {gone.Identity.Text("c")}, {references}, (select to_jsonb(j) from (select {cells}) j)
                  from {gone.Name} c where c._action = 'D' returning id)
                insert into pg_temp.dataops_copied select id from copied
                """,
                cancellation);
        }
        copies.AddInserted("select id from pg_temp.dataops_copied");
    }

    private static string Both(RepairStep[] steps, Func<RepairStep, string> what) =>
        $"nullif(concat_ws(', ', {string.Join(", ", steps.Select(s => One(s, what(s))))}), '')";

    private static string One(RepairStep step, string what) => $"(select {what} from {step.Orphans.Name} o where {step.Orphans.IsPlanned("o", "c")})";
}
