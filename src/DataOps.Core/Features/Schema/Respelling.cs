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
    private const int Rounds = 3;

    /// <summary>Both schemas in the spelling of the server, or as they are where it cannot be asked, which is
    /// told.</summary>
    /// <exception cref="DataOpsException">The connection is lost.</exception>
    public static (DatabaseSchema Expected, DatabaseSchema Actual) Of(
        Session session, string own, DatabaseSchema expected, DatabaseSchema actual, OperationContext context)
    {
        try
        {
            return new Respelling(session, own, context.Cancellation).Respell(expected, actual);
        }
        catch (DataOpsException e) when (e.Kind is FailureKind.PermissionDenied or FailureKind.InvalidOperation)
        {
            context.Warning?.Invoke(
                $"Expressions are compared as texts, as the server cannot be asked how it spells them: {e.Message}");
            return (expected, actual);
        }
    }

    /// <summary>Whether texts differ, so that the server has to be asked.</summary>
    public static bool IsNeeded(DatabaseSchema expected, DatabaseSchema actual) =>
        TablesOf(expected, actual).Length > 0 || ViewsOf(expected, actual).Length > 0;

    private static string[] TablesOf(DatabaseSchema expected, DatabaseSchema actual) =>
    [
        .. expected.Tables.Where(t => actual.Tables.TryGetValue(t.Key, out SchemaTable? a) && Differs(t.Value, a))
            .Select(t => t.Key),
    ];

    private static string[] ViewsOf(DatabaseSchema expected, DatabaseSchema actual) =>
    [
        .. expected.Views.Where(v => actual.Views.TryGetValue(v.Key, out SchemaView? a) && a.Query != v.Value.Query)
            .Select(v => v.Key),
    ];

    /// <summary>Both schemas in the spelling of the server, where their texts are not the same.</summary>
    /// <remarks>
    /// What PostgreSQL writes it may write differently when it reads it again, as a dump does (IN of a varchar): both
    /// are read again until they are the same.
    /// </remarks>
    /// <exception cref="DataOpsException">The role may create no temporary table.</exception>
    public (DatabaseSchema Expected, DatabaseSchema Actual) Respell(DatabaseSchema expected, DatabaseSchema actual)
    {
        DatabaseSchema there = actual;
        for (int round = 0; round < Rounds; round++)
        {
            (string[] tables, string[] views) = (TablesOf(expected, there), ViewsOf(expected, there));
            if (tables.Length == 0 && views.Length == 0)
                break;
            expected = Spell(expected, tables, views);
            // Its own spelling is the server's already: only what still differs is read again.
            if (round > 0)
                there = Spell(there, tables, views);
        }
        return (expected, there);
    }

    private DatabaseSchema Spell(DatabaseSchema schema, string[] tables, string[] views)
    {
        using NpgsqlTransaction transaction = session.Connection.BeginTransaction();
        Dictionary<string, SchemaTable> newTables = new(schema.Tables);
        Dictionary<string, SchemaView> newViews = new(schema.Views);
        Dictionary<string, string> names = [];
        SchemaReader.Under(session, own, () =>
        {
            foreach (string name in tables)
                Make(names[name] = $"dataops_{names.Count}", schema.Tables[name]);
            foreach (string name in views)
                Try($"create temporary view {SqlText.Identifier(names[name] = $"dataops_{names.Count}")} as "
                    + $"{SqlText.Raw(schema.Views[name].Query.TrimEnd(';', ' ', '\n'))}");
            return names.Count;
        }, cancellation);
        DatabaseSchema read = SchemaReader.ReadTemporary(session, own, cancellation);
        transaction.Rollback();
        foreach (string name in tables)
            if (read.Tables.TryGetValue(names[name], out SchemaTable? spelled))
                newTables[name] = With(newTables[name], spelled);
        foreach (string name in views)
            if (read.Views.TryGetValue(names[name], out SchemaView? spelled))
                newViews[name] = newViews[name] with { Query = spelled.Query };
        return schema with { Tables = newTables, Views = newViews };
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
