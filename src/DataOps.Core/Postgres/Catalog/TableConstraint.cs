namespace DataOps.Core.Postgres.Catalog;

/// <summary>What a constraint demands.</summary>
internal enum ConstraintKind
{
    PrimaryKey,
    Unique,
    Check,
    ForeignKey,
    Exclusion,
}

/// <summary>A constraint of a table, as \d shows it.</summary>
/// <param name="Table">pg_class.oid of the table.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it demands.</param>
/// <param name="Columns">The columns that it is over, in its order; empty where it is over expressions only.</param>
/// <param name="Expression">The condition of a check, as SQL; null for other kinds.</param>
/// <param name="IsDeferrable">Whether its check can wait for the end of a transaction.</param>
/// <param name="IsDeferred">Whether it does so by default.</param>
/// <param name="IsValidated">Whether PostgreSQL has checked the rows that were there when it was made.</param>
/// <param name="Definition">The constraint as ALTER TABLE … ADD CONSTRAINT takes it.</param>
internal sealed record TableConstraint(
    uint Table, string Name, ConstraintKind Kind, IReadOnlyList<string> Columns, string? Expression, bool IsDeferrable,
    bool IsDeferred, bool IsValidated,
    string Definition)
{
    private static readonly SqlText s_query = $"""
        select c.conrelid as table, c.conname::text as name, c.contype::text as kind,
               array(select a.attname::text from unnest(c.conkey) with ordinality k (number, place)
                     join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.number
                     order by k.place) as columns,
               pg_get_expr(c.conbin, c.conrelid) as expression, c.condeferrable as isdeferrable,
               c.condeferred as isdeferred, c.convalidated as isvalidated, pg_get_constraintdef(c.oid) as definition
        from pg_constraint c join pg_class t on t.oid = c.conrelid and not t.relispartition and {CatalogRows.IsOwn("t")}
        where c.contype in ('p', 'u', 'c', 'f', 'x')
        order by c.conrelid, c.conname
        """;

    private sealed record Row(
        uint Table, string Name, char Kind, Array Columns, string? Expression, bool IsDeferrable, bool IsDeferred,
        bool IsValidated, string Definition);

    /// <summary>Reads those of all tables, by table and name.</summary>
    public static IEnumerable<TableConstraint> Read(Session session) =>
        session.Query<Row>(s_query).Select(r => new TableConstraint(
        r.Table, r.Name, KindOf(r.Kind), (string[])r.Columns, r.Expression, r.IsDeferrable, r.IsDeferred, r.IsValidated,
        r.Definition));

    private static ConstraintKind KindOf(char kind) => kind switch
    {
        'p' => ConstraintKind.PrimaryKey,
        'u' => ConstraintKind.Unique,
        'c' => ConstraintKind.Check,
        'f' => ConstraintKind.ForeignKey,
        _ => ConstraintKind.Exclusion,
    };
}
