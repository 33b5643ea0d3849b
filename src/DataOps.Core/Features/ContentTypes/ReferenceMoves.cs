using DataOps.Core.Changes;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.ContentTypes;

/// <summary>A column whose values become others.</summary>
/// <param name="Column">The column.</param>
/// <param name="Map">A temporary table with the columns old and new.</param>
internal sealed record MovedColumn(Column Column, string Map);

/// <summary>Points the rows of one table at other targets; a row that would say what another one says already goes.</summary>
/// <remarks>A row whose key changes with it is deleted and inserted anew, as an undo file knows rows by their keys.</remarks>
internal sealed class ReferenceMoves
{
    private readonly Session _session;
    private readonly TablePlan _rows;
    private readonly IReadOnlyList<MovedColumn> _columns;
    private readonly CancellationToken _cancellation;
    private readonly bool _movesKey;

    /// <summary>For one table.</summary>
    /// <param name="session">The session, in the transaction of the changes.</param>
    /// <param name="rows">The table's changes.</param>
    /// <param name="columns">Its columns that move.</param>
    /// <param name="cancellation">Cancels the query that runs.</param>
    public ReferenceMoves(Session session, TablePlan rows, IReadOnlyList<MovedColumn> columns, CancellationToken cancellation)
    {
        (_session, _rows, _columns, _cancellation) = (session, rows, columns, cancellation);
        _movesKey = !rows.Identity.IsWholeRow && rows.Identity.Columns.Any(c => columns.Any(m => m.Column.Name == c.Name));
    }

    /// <summary>The table.</summary>
    public Table Table => _rows.Table;

    /// <summary>Whether a row depends by this column on what moves, and so stays: a condition on t that begins with " and".</summary>
    public string Except(Column column) => _columns.FirstOrDefault(c => c.Column.Name == column.Name) is { } moved
        ? $" and not exists (select 1 from {moved.Map} m where m.old = t.{SqlText.Identifier(column.Name)})"
        : "";

    /// <summary>Plans it.</summary>
    /// <param name="lists">Column pairs that no two rows may share, besides the table's unique keys: those of many-to-many lists.</param>
    public void Plan(IReadOnlyList<IReadOnlyList<string>> lists)
    {
        string twin = string.Join(" or ", Table.UniqueKeys.Append(Table.PrimaryKey).Concat(lists)
            .Where(key => key.Any(c => _columns.Any(m => m.Column.Name == c)))
            .Select(HasTwin));
        if (twin.Length > 0)
            _rows.PlanDelete($"from {Table.Sql} t where ({Moves("t")}) and ({twin})");
        if (!_movesKey)
        {
            _rows.PlanUpdate($"from {Table.Sql} t where {Moves("t")}");
            return;
        }
        string key = string.Join(", ", _rows.Identity.Columns.Select(c => Value("t", c.Name)));
        _rows.PlanInsert($"select {key} from {Table.Sql} t where ({Moves("t")}){(twin.Length > 0 ? $" and not ({twin})" : "")}");
        _rows.PlanDelete($"from {Table.Sql} t where {Moves("t")}");
    }

    /// <summary>Applies it: those that go first, as they are in the way.</summary>
    public void Apply()
    {
        if (_rows.Deletes)
            Execute($"delete from {Table.Sql} t using {_rows.Name} c where c._action = 'D' and {_rows.Same("c", "t")}");
        if (!_movesKey)
        {
            string set = string.Join(", ", _columns.Select(c => $"{SqlText.Identifier(c.Column.Name)} = s.{SqlText.Identifier(c.Column.Name)}"));
            Execute($"update {Table.Sql} t set {set} from {NewValues} s where {_rows.Same("s", "t")}");
            return;
        }
        Column[] written = [.. Table.Columns.Where(c => c.IsWritable)];
        Execute($"""
            insert into {Table.Sql} ({SqlText.Identifiers(written.Select(c => c.Name))}) overriding system value
            select {string.Join(", ", written.Select(c => Value("c", c.Name)))} {NewRows}
            """);
    }

    /// <summary>What changes in the rows that stay, and the rows that come.</summary>
    public IEnumerable<RowChange> Describe(RowChanges changed, string? model)
    {
        string[] all = [.. Table.Columns.Select(c => c.Name)];
        return !_movesKey
            ? changed.Updated(_rows, model, NewValues, _columns.Select(c => c.Column.Name))
            : changed.Inserted(_rows, model, $"from (select {Values("c", all)} {NewRows}) s", all);
    }

    private string NewValues => $"""
        (select {(_rows.Identity.IsWholeRow ? "t._xmin" : _rows.Identity.Of("t"))}, {Values("t", _columns.Select(c => c.Column.Name))}
         from {_rows.Name} t where t._action = 'U' and ({Moves("t")}))
        """;

    private string NewRows => $"""
        from {_rows.Name} c where c._action = 'D' and ({Moves("c")}) and exists (
          select 1 from {_rows.Name} n where n._action = 'I' and {SameKey})
        """;

    private string SameKey => string.Join(" and ", _rows.Identity.Columns.Select(k => $"n.{SqlText.Identifier(k.Name)} = {Value("c", k.Name)}"));

    private string Values(string alias, IEnumerable<string> columns) => string.Join(", ", columns.Select(c => $"{Value(alias, c)} as {SqlText.Identifier(c)}"));

    private string Moves(string alias) =>
        string.Join(" or ", _columns.Select(c => $"exists (select 1 from {c.Map} m where m.old = {alias}.{SqlText.Identifier(c.Column.Name)})"));

    // Another row has the same values already, or will have them and comes first.
    private string HasTwin(IReadOnlyList<string> key)
    {
        string same = string.Join(" and ", key.Select(c => $"o.{SqlText.Identifier(c)} = {Value("t", c)}"));
        string becomesSame = string.Join(" and ", key.Select(c => $"{Value("o", c)} = {Value("t", c)}"));
        return $"""
            exists (select 1 from {Table.Sql} o where not ({Moves("o")}) and {same})
            or exists (select 1 from {Table.Sql} o where ({Moves("o")}) and o.ctid < t.ctid and {becomesSame})
            """;
    }

    private string Value(string alias, string column)
    {
        string plain = $"{alias}.{SqlText.Identifier(column)}";
        return _columns.FirstOrDefault(c => c.Column.Name == column) is { } moved
            ? $"coalesce((select m.new::{moved.Column.TypeText} from {moved.Map} m where m.old = {plain}), {plain})"
            : plain;
    }

    private void Execute(string sql) => _session.Execute(sql, _cancellation);
}
