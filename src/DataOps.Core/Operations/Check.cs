using Npgsql;

namespace DataOps.Core.Operations;

/// <summary>
/// Runs the checks of an audit, which only read, behind a savepoint of the audit's transaction: one that PostgreSQL
/// refuses is a finding, and the others go on.
/// </summary>
internal sealed class Check(Session session, Audit audit, OperationContext context)
{
    private const int MostNamed = 10;
    private bool _isGuarded;

    /// <summary>How the checks are cancelled, and where they report.</summary>
    public OperationContext Context => context;

    /// <summary>Runs a check.</summary>
    /// <param name="check">The check.</param>
    /// <param name="tables">The tables that it reads, the one that it is about first; empty where it reads
    /// many.</param>
    /// <param name="model">The model of the table that it is about.</param>
    /// <param name="parts">The check in parts, which are run where the whole is refused before its first finding; null
    /// where it has none.</param>
    /// <exception cref="DataOpsException">The connection is lost.</exception>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    public IEnumerable<Finding> Run(
        Func<IEnumerable<Finding>> check, IReadOnlyList<Table> tables, string? model = null,
        Func<IEnumerable<Finding>>? parts = null)
    {
        if (!_isGuarded)
            session.Run($"savepoint dataops_check", context.Cancellation);
        _isGuarded = true;
        DataOpsException? failure = null;
        bool any = false;
        using (IEnumerator<Finding> findings = Found(check).GetEnumerator())
        {
            while (TryNext(findings, ref failure))
            {
                any = true;
                yield return findings.Current;
            }
        }
        if (failure is null)
            yield break;
        session.Run($"rollback to savepoint dataops_check", context.Cancellation);
        foreach (Finding finding in !any && parts is not null ? parts() : [Failed(failure, tables, model)])
            yield return finding;
    }

    // Makes also what a check does before it begins to search part of the search.
    private static IEnumerable<Finding> Found(Func<IEnumerable<Finding>> check)
    {
        foreach (Finding finding in check())
            yield return finding;
    }

    private static bool TryNext(IEnumerator<Finding> findings, ref DataOpsException? failure)
    {
        try
        {
            return findings.MoveNext();
        }
        catch (DataOpsException e) when (e is { InnerException: PostgresException, Kind: not FailureKind.Connection })
        {
            failure = e;
            return false;
        }
    }

    private Finding Failed(DataOpsException failure, IReadOnlyList<Table> tables, string? model)
    {
        PostgresException cause = (PostgresException)failure.InnerException!;
        string? grant = cause.SqlState == PostgresErrorCodes.InsufficientPrivilege ? MissingGrant(tables) : null;
        return new Finding
        {
            Server = session.Server,
            Database = session.Database,
            Severity = Severity.Error,
            Audit = audit,
            Class = AuditProblem.CheckFailed,
            Model = model,
            Table = tables.Count == 0 ? null : tables[0].DisplayName,
            Problem = $"could not be checked: {cause.MessageText}",
            Remedy = grant ?? failure.Advice,
        };
    }

    // PostgreSQL names in words alone what it refuses; the catalogue tells which rights the role lacks.
    private string? MissingGrant(IReadOnlyList<Table> tables) =>
        (tables.Count == 0 ? null : Grants(tables)) ?? Grants([]);

    private string? Grants(IReadOnlyList<Table> tables)
    {
        long[] oids = [.. tables.Select(t => (long)t.Oid)];
        IReadOnlyList<string> grants = session.Query<string>($"""
            with missing as (
              select c.relkind, c.oid::regclass::text as name, quote_ident(n.nspname) as schema,
                     has_schema_privilege(n.oid, 'usage') as isvisible,
                     case c.relkind when 'S' then has_sequence_privilege(c.oid, 'select')
                                    else has_table_privilege(c.oid, 'select') end as isreadable
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where case when cardinality({oids}) = 0
                      then c.relkind in ('r', 'p', 'S') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
                      else c.oid::int8 = any({oids}) end),
            lacking as (select * from missing where not isvisible or not isreadable)
            select format('grant pg_read_all_data to %I', current_user)
            where (select count(*) from lacking) > {MostNamed}
            union all
            select statement from (
              select format('grant usage on schema %s to %I',
                            string_agg(distinct schema, ', ' order by schema), current_user) as statement, 1 as place
              from lacking where not isvisible having count(*) > 0
              union all
              select format('grant select on %s to %I', string_agg(name, ', ' order by name), current_user), 2
              from lacking where relkind <> 'S' and not isreadable having count(*) > 0
              union all
              select format('grant select on sequence %s to %I', string_agg(name, ', ' order by name), current_user), 3
              from lacking where relkind = 'S' and not isreadable having count(*) > 0) s
            where (select count(*) from lacking) <= {MostNamed}
            """, context.Cancellation);
        return grants.Count == 0 ? null : string.Join("; ", grants);
    }
}
