using DataOps.Core.Postgres.Schemas;
using Npgsql;

namespace DataOps.Core.Features.Schema;

/// <summary>
/// Has a server read the expressions of an expected schema and write them in its own spelling, so that casts,
/// parentheses and the versions of PostgreSQL make no difference.
/// </summary>
/// <remarks>
/// What a table has to itself is made as a temporary table in a transaction that is rolled back. Nothing is evaluated,
/// as the tables are empty; what the server refuses keeps its text.
/// </remarks>
internal sealed class Respelling(Session session, string own, CancellationToken cancellation)
{
    /// <summary>The expected schema in the spelling of the server, where its texts are not those that are there.</summary>
    /// <exception cref="DataOpsException">The role may create no temporary table.</exception>
    public DatabaseSchema Respell(DatabaseSchema expected, DatabaseSchema actual)
    {
        KeyValuePair<string, SchemaTable>[] tables =
            [.. expected.Tables.Where(t => actual.Tables.TryGetValue(t.Key, out SchemaTable? a) && Differs(t.Value, a))];
        KeyValuePair<string, SchemaView>[] views =
        [
            .. expected.Views.Where(
                v => actual.Views.TryGetValue(v.Key, out SchemaView? a) && a.Query != v.Value.Query),
        ];
        if (tables.Length == 0 && views.Length == 0)
            return expected;
        using NpgsqlTransaction transaction = session.Connection.BeginTransaction();
        Dictionary<string, SchemaTable> newTables = new(expected.Tables);
        Dictionary<string, SchemaView> newViews = new(expected.Views);
        Dictionary<string, string> names = [];
        SchemaReader.Under(session, own, () =>
        {
            foreach ((string name, SchemaTable table) in tables)
                Make(names[name] = $"dataops_{names.Count}", table);
            foreach ((string name, SchemaView view) in views)
                Try($"create temporary view {SqlText.Identifier(names[name] = $"dataops_{names.Count}")} as "
                    + $"{SqlText.Raw(view.Query.TrimEnd(';', ' ', '\n'))}");
            return names.Count;
        }, cancellation);
        DatabaseSchema read = SchemaReader.ReadTemporary(session, own, cancellation);
        transaction.Rollback();
        foreach ((string name, SchemaTable table) in tables)
            if (read.Tables.TryGetValue(names[name], out SchemaTable? spelled))
                newTables[name] = With(table, spelled);
        foreach ((string name, SchemaView view) in views)
            if (read.Views.TryGetValue(names[name], out SchemaView? spelled))
                newViews[name] = view with { Query = spelled.Query };
        return expected with { Tables = newTables, Views = newViews };
    }

    private static bool Differs(SchemaTable expected, SchemaTable actual)
    {
        HashSet<string> there = [.. Texts(actual)];
        return !Texts(expected).All(there.Contains);
    }

    // A trigger's statement names its table, so no other table tells how it is spelled.
    private static IEnumerable<string> Texts(SchemaTable table) =>
        table.Columns.Values.Cast<SchemaObject>().Concat(table.Constraints.Values).Concat(table.Indexes.Values)
            .Concat(table.Policies.Values)
            .SelectMany(o => o.Facts()).Where(f => f is { IsExpression: true, Value: not null }).Select(f => f.Value!);

    private void Make(string name, SchemaTable table)
    {
        SqlText made = SqlText.Identifier("pg_temp", name);
        // Columns first, each by itself: an expression that the server does not read costs no more than its own text.
        Try($"create temporary table {SqlText.Identifier(name)} ()");
        foreach ((string column, SchemaColumn c) in table.Columns.OrderBy(c => c.Value.Generated is not null))
            if (!Try($"alter table {made} add {SchemaSql.Column(column, c with { Identity = null, NotNull = false })}")
                && c.Default is not null)
                Try($"alter table {made} add {SchemaSql.Column(column, new() { Type = c.Type })}");
        SchemaSql sql = new(null, new Dictionary<string, SchemaTable>());
        foreach ((string constraint, SchemaConstraint c) in table.Constraints)
            if (c.Kind is SchemaConstraintKind.Check or SchemaConstraintKind.Exclusion)
                Try($"alter table {made} add {sql.Constraint(constraint, c)}");
        foreach ((string index, SchemaIndex i) in table.Indexes)
            Try(SchemaSql.Index(index, i with { Options = null }, made, isConcurrent: false));
        foreach ((string policy, SchemaPolicy p) in table.Policies)
            Try(SchemaSql.Policy(policy, p with { Roles = null }, made));
    }

    private bool Try(SqlText statement)
    {
        const string Point = "dataops_respelling";
        SqlText point = SqlText.Identifier(Point);
        session.Run($"savepoint {point}", cancellation);
        try
        {
            session.Run(statement, cancellation);
            session.Run($"release savepoint {point}", cancellation);
            return true;
        }
        catch (DataOpsException e) when (e.InnerException is PostgresException { SqlState: var state }
            && state != PostgresErrorCodes.InsufficientPrivilege && state != PostgresErrorCodes.QueryCanceled
            && state != PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            session.Run($"rollback to savepoint {point}", cancellation);
            return false;
        }
    }

    private static SchemaTable With(SchemaTable table, SchemaTable spelled) => table with
    {
        Columns = Each(table.Columns, spelled.Columns, (c, s) => c with
        {
            Type = s.Type, Default = s.Default ?? c.Default, Generated = s.Generated ?? c.Generated,
        }),
        Constraints = Each(table.Constraints, spelled.Constraints, (c, s) => c with
        {
            Expression = s.Expression, Definition = s.Definition,
            Columns = c.Kind == SchemaConstraintKind.Check ? s.Columns : c.Columns,
        }),
        Indexes = Each(table.Indexes, spelled.Indexes, (i, s) => i with
        {
            Keys = s.Keys, Where = s.Where, Columns = s.Columns,
        }),
        Policies = Each(table.Policies, spelled.Policies, (p, s) => p with { Using = s.Using, Check = s.Check }),
    };

    private static Dictionary<string, T> Each<T>(
        IReadOnlyDictionary<string, T> items, IReadOnlyDictionary<string, T> spelled, Func<T, T, T> with) =>
        items.ToDictionary(i => i.Key, i => spelled.TryGetValue(i.Key, out T? s) ? with(i.Value, s) : i.Value);
}
