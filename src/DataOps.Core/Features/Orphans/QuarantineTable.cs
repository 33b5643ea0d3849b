namespace DataOps.Core.Features.Orphans;

/// <summary>
/// The table into which rows are copied before they are deleted, as JSON, with where they stood and what they referred
/// to.
/// </summary>
/// <param name="session">The session, in the transaction of the changes.</param>
/// <param name="catalog">The tables.</param>
/// <param name="changes">The plan, with all rows to be deleted.</param>
/// <param name="name">The table's name; one of its own when absent.</param>
/// <param name="steps">What the rows that are deleted referred to.</param>
/// <param name="context">Hears that the table will be made.</param>
internal sealed class QuarantineTable(
    Session session, ReferenceCatalog catalog, ChangeSet changes, string? name, IReadOnlyList<RepairStep> steps,
    OperationContext context) : IRepair
{
    private const string DefaultName = "dataops_quarantine";

    private readonly string _schema = name?.Split('.', 2) is [{ } schema, _] ? schema : catalog.Database.DjangoSchema;
    private readonly string _table = name?.Split('.', 2)[^1] ?? DefaultName;
    private TablePlan? _copies;

    private string DisplayName => _schema == "public" ? _table : $"{_schema}.{_table}";

    private bool Exists => catalog.Database.Find(_schema, _table) is not null;

    /// <summary>Makes it if it is not there.</summary>
    public Table Make()
    {
        if (!Exists && changes.IsTakenBack)
            context.Warning?.Invoke($"Table {DisplayName} does not exist and will be created.");
        if (!Exists)
            session.Run($"""
                create table {SqlText.Identifier(_schema, _table)} (
                  id bigint generated always as identity primary key, quarantined timestamptz not null default now(),
                  table_name text not null, key text not null, reference text, value text, row jsonb not null)
                """, context.Cancellation);
        return (Exists ? catalog.Database : DatabaseCatalog.Read(session)).Find(_schema, _table)!;
    }

    /// <inheritdoc/>
    public void Plan()
    {
        long rows = changes.Tables.Sum(
            t => session.Query<long>($"select count(*) from {t.Name} where _action = 'D'", context.Cancellation)[0]);
        _copies = changes.Of(Make());
        _copies.Expect(rows);
    }

    /// <inheritdoc/>
    public IEnumerable<RowChange> Describe(RowChanges changed) => [];

    /// <inheritdoc/>
    public void Apply()
    {
        TablePlan copies = _copies!;
        SqlText copied = TemporaryTable.Named("dataops_copied");
        TemporaryTable.Declare(session, copied, $"id bigint", context.Cancellation);
        foreach (TablePlan gone in changes.Tables.Where(t => t != copies).ToArray())
        {
            IEnumerable<SqlText> cells = gone.Table.Columns.Select(c => c.In("c"));
            // A row with two references without a target is copied once, and both are named.
            RepairStep[] own = [.. steps.Where(s => s.Orphans.Rows == gone)];
            SqlText references = own.Length == 0
                ? (SqlText)$"null, null"
                    : (SqlText)$"{Both(own, s => SqlText.Value(s.Reference.Name))}, {Both(own, _ => $"o._value")}";
            session.Run(
                $"""
                with copied as (
                  insert into {copies.Table} ({copies.OwnKey.Column}table_name, key, reference, value, row) overriding
                      system value
                  select {copies.OwnKey.Value}{SqlText.Value(gone.Table.DisplayName)}, {gone.Identity.Text("c")},
                      {references}, (select to_jsonb(j) from (select {cells}) j)
                  from {gone.Name} c where c._action = 'D' returning id)
                insert into {copied} select id from copied
                """,
                context.Cancellation);
        }
        copies.AddInserted($"select id from {copied}");
    }

    private static SqlText Both(RepairStep[] steps, Func<RepairStep, SqlText> what) =>
        $"nullif(concat_ws(', ', {steps.Select(s => One(s, what(s)))}), '')";

    private static SqlText One(RepairStep step, SqlText what) =>
        $"(select {what} from {step.Orphans.Name} o where {step.Orphans.IsPlanned("o", "c")})";
}
