namespace DataOps.Core.Django.References;

/// <summary>
/// A reference whose target's table stands in the row, as a content type: a generic one, or the specific row of
/// inheritance.
/// </summary>
internal abstract class TypedReference(
    string name, ReferenceClass @class, Severity severity, Table table, Column column, Column contentType,
    string evidence)
    : Reference(name, @class, severity, table, [column], null, [], evidence)
{
    /// <inheritdoc/>
    public override Column ContentTypeColumn => contentType;

    /// <inheritdoc/>
    internal override IReadOnlyList<MissingTarget> MissingTargets(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation) =>
        [.. ContentTypes(session, cancellation).Select(id => MissingTarget(id, catalog.ContentTypeOf(id)))
            .OfType<MissingTarget>()];

    /// <inheritdoc/>
    /// <remarks>
    /// Where an index has both columns, it tells what has no target, and only those rows are read: a table of
    /// revisions has long texts. A row without a primary key is named by its ctid.
    /// </remarks>
    protected override SqlText RowsOf(MissingTarget missing) =>
        missing.Table is null || !Table.HasIndexOn(contentType.Name, Column.Name)
            ? base.RowsOf(missing)
            : $"""
              (select distinct k.{contentType}, k.{Column} from {Table} k where {missing.IsDangling("k")}) dead
              cross join lateral (select c.ctid, c.* from {Table} c where c.{contentType} = dead.{contentType}
                and c.{Column} = dead.{Column} offset 0) c
              """;

    /// <summary>
    /// Which rows of a content type have no target; null where all have one, or are not to be judged.
    /// </summary>
    protected abstract MissingTarget? MissingTarget(int id, ContentType? contentType);

    /// <summary>Rows of a content type that have no row in its table.</summary>
    protected MissingTarget Missing(int id, Table target, string note) => new(
        a => $"{OfType(a, id)} and not exists (select 1 from {target} p where " +
            $"{ColumnEquality.Of(Column, a, target.SingleKey!, "p")})", target, note);

    /// <summary>All rows of a content type.</summary>
    protected MissingTarget All(int id, string note) => new(a => OfType(a, id), null, note);

    /// <summary>All rows of a content type where nobody can look whether theirs is there.</summary>
    protected MissingTarget Unchecked(int id, string why) => All(id, why) with { IsCertain = false };

    /// <summary>All rows of a content type without a table.</summary>
    protected MissingTarget Unknown(int id, string label) => Unchecked(
        id, $"cannot be checked: {label} has no table of that name (removed, a proxy, or Meta.db_table)");

    private SqlText OfType(Alias alias, int id) => $"{contentType.In(alias)} = {id} and {IsSet(alias)}";

    // A loose scan: one step through the index for each content type, however many rows there are.
    private IReadOnlyList<int> ContentTypes(Session session, CancellationToken cancellation)
    {
        SqlText column = contentType.Sql;
        SqlText sql = Table.HasIndexOn(contentType.Name)
            ? (SqlText)$"""
              with recursive v(x) as (
                (select c.{column}::int from {Table} c where c.{column} is not null order by c.{column} limit 1)
                union all
                select (select c.{column}::int from {Table} c where c.{column} > v.x order by c.{column} limit 1)
                    from v where v.x is not null)
              select x from v where x is not null
              """
            : (SqlText)$"select distinct {column}::int from {Table} where {column} is not null order by 1";
        return session.Query<int>(sql, cancellation);
    }
}
