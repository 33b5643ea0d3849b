namespace DataOps.Core.Postgres.Catalog;

/// <summary>When a trigger fires.</summary>
internal enum TriggerMode
{
    /// <summary>Always but while session_replication_role is replica.</summary>
    Enabled,

    /// <summary>Never.</summary>
    Disabled,

    /// <summary>While session_replication_role is replica only.</summary>
    Replica,

    /// <summary>Always, whatever session_replication_role is.</summary>
    Always,
}

/// <summary>A trigger of a table; of those that enforce foreign keys, only the ones that are not enabled.</summary>
/// <param name="Table">pg_class.oid of the table.</param>
/// <param name="Name">Its name.</param>
/// <param name="Mode">When it fires.</param>
/// <param name="IsInternal">Whether PostgreSQL made it, to enforce a constraint.</param>
/// <param name="ConstraintTable">pg_class.oid of the table whose constraint it enforces; 0 without one.</param>
/// <param name="Constraint">Name of the constraint that it enforces; null without one.</param>
/// <param name="Definition">The CREATE TRIGGER statement.</param>
internal sealed record TableTrigger(
    uint Table, string Name, TriggerMode Mode, bool IsInternal, uint ConstraintTable, string? Constraint,
    string Definition)
{
    private static readonly SqlText s_query = $"""
        select g.tgrelid as table, g.tgname::text as name, g.tgenabled::text as mode, g.tgisinternal as isinternal,
               coalesce(c.conrelid, 0) as constrainttable, c.conname::text as constraint,
               pg_get_triggerdef(g.oid) as definition
        from pg_trigger g join pg_class t on t.oid = g.tgrelid and {CatalogRows.IsOwn("t")}
            left join pg_constraint c on c.oid = g.tgconstraint
        where not g.tgisinternal or g.tgenabled <> 'O'
        order by g.tgrelid, g.tgname
        """;

    private sealed record Row(
        uint Table, string Name, char Mode, bool IsInternal, uint ConstraintTable, string? Constraint,
        string Definition);

    /// <summary>Whether it is one of a foreign key's own that an ordinary session does not fire.</summary>
    public bool IsDisabledOf(Table table, ForeignKey key) =>
        ConstraintTable == table.Oid && Constraint == key.Name && Mode is (TriggerMode.Disabled or TriggerMode.Replica);

    /// <summary>Reads those of all tables, by table and name.</summary>
    public static IEnumerable<TableTrigger> Read(Session session) =>
        session.Query<Row>(s_query).Select(r => new TableTrigger(
        r.Table, r.Name, ModeOf(r.Mode), r.IsInternal, r.ConstraintTable, r.Constraint, r.Definition));

    private static TriggerMode ModeOf(char mode) => mode switch
    {
        'D' => TriggerMode.Disabled,
        'R' => TriggerMode.Replica,
        'A' => TriggerMode.Always,
        _ => TriggerMode.Enabled,
    };
}
