namespace DataOps.Core.Features.Privileges;

/// <summary>What the application's role may not do, and needs to.</summary>
public enum PrivilegeProblem : long
{
    /// <summary>The role may not use the schema.</summary>
    Schema,

    /// <summary>The role may not read or write a table.</summary>
    Table,

    /// <summary>The role may not draw a key from a sequence.</summary>
    Sequence,
}

/// <summary>Which privileges the role of an application lacks; reads only the catalogue.</summary>
internal sealed class PrivilegeAudit(
    Session session, ReferenceCatalog catalog, string role, CancellationToken cancellation)
{
    private const int MostNamed = 5;

    // Applied migrations and views are only read.
    private static readonly string[] s_all = ["select", "insert", "update", "delete"];
    private static readonly string[] s_read = ["select"];

    private sealed record Lack(string Privileges, Severity Severity);

    /// <summary>Refuses a role that the server does not have.</summary>
    /// <exception cref="DataOpsException"><c>UnknownRole</c>.</exception>
    public static void Require(Session session, string role, CancellationToken cancellation)
    {
        if (!session.Query<bool>(
            $"select exists (select 1 from pg_roles where rolname = {SqlText.Value(role)})", cancellation)[0])
            throw new DataOpsException(
                ErrorIds.UnknownRole, FailureKind.NotFound, $"{session.Server} has no role \"{role}\".",
                "Name the role that the application connects with: USER in its DATABASES setting.", role);
    }

    /// <summary>
    /// Finds them: a finding for each kind of privileges that several tables lack, or with
    /// <paramref name="isDetailed"/> for each table.
    /// </summary>
    public IEnumerable<Finding> Find(bool isDetailed)
    {
        Table[] tables = [.. Tables().DistinctBy(t => t.Oid)];
        IEnumerable<(Table Table, Lack Lack)> lacking = Lacking(tables);
        (Table Table, string Sequence)[] sequences = [.. Sequences(tables)];
        return Schemas(tables).Select(OfSchema)
            .Concat(Groups(lacking, l => l.Lack, isDetailed).Select(g => OfTables(g.Key, [.. g.Select(l => l.Table)])))
            .Concat(Groups(sequences, _ => true, isDetailed).Select(g => OfSequences([.. g])));
    }

    // A view may be an unmanaged model.
    private IEnumerable<Table> Tables() => catalog.Database.Tables.Where(t => t.IsReadable)
        .Concat(catalog.ContentTypes.Select(c => c.Table).OfType<Table>())
        .Where(catalog.Database.IsOfSite);

    private IEnumerable<string> Schemas(Table[] tables)
    {
        string[] names = [.. tables.Select(t => t.Schema).Distinct()];
        return session.Query<string>($"""
            select n.nspname::text from pg_namespace n
            where n.nspname = any({names}) and not has_schema_privilege({Role}, n.oid, 'usage') order by 1
            """, cancellation);
    }

    // A privilege for all columns is as good as one for the table.
    private IEnumerable<(Table Table, Lack Lack)> Lacking(Table[] tables)
    {
        long[] oids = [.. tables.Select(t => (long)t.Oid)];
        ILookup<uint, string> lacking = session.Query<(uint Oid, string Privilege)>($"""
            select c.oid, p.name from pg_class c cross join unnest({s_all}) with ordinality p (name, place)
            where c.oid::int8 = any({oids}) and not has_table_privilege({Role}, c.oid, p.name)
              and (p.name = 'delete' or exists (
                select 1 from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                  and a.attgenerated = '' and not has_column_privilege({Role}, c.oid, a.attnum, p.name)))
            order by c.oid, p.place
            """, cancellation).ToLookup(l => l.Oid, l => l.Privilege);
        return
            from table in tables
            let needed = lacking[table.Oid].Intersect(IsOnlyRead(table) ? s_read : s_all).ToArray()
            where needed.Length > 0
            select (table, new Lack(string.Join(", ", needed), SeverityOf(table)));
    }

    // PostgreSQL asks for no privilege on the sequence of an identity column.
    private IEnumerable<(Table Table, string Sequence)> Sequences(Table[] tables)
    {
        (Table Table, string Sequence)[] drawn =
            [.. from table in tables
                from column in table.Columns
                where column is { Source: ColumnSource.Serial, Sequence: not null }
                select (table, column.Sequence!)];
        string[] names = [.. drawn.Select(d => d.Sequence).Distinct()];
        HashSet<string> lacking = [.. session.Query<string>($"""
            select s.name from unnest({names}) s (name)
            where not has_sequence_privilege({Role}, s.name::regclass, 'usage')
              and not has_sequence_privilege({Role}, s.name::regclass, 'update')
            """, cancellation)];
        return drawn.Where(d => lacking.Contains(d.Sequence)).DistinctBy(d => d.Sequence);
    }

    private static IEnumerable<IGrouping<(TKey Key, int Place), T>> Groups<T, TKey>(
        IEnumerable<T> items, Func<T, TKey> key, bool isDetailed) =>
        items.Select((item, i) => (item, i)).GroupBy(x => (key(x.item), isDetailed ? x.i : 0), x => x.item);

    private Finding OfSchema(string schema) => Of(PrivilegeProblem.Schema, Severity.Error, []) with
    {
        Value = schema,
        Problem = $"{role} may not use the schema {schema}: it sees none of its tables",
        Remedy = Grant($"usage on schema {SqlText.Identifier(schema)}"),
    };

    private Finding OfTables((Lack Lack, int Place) key, Table[] tables) =>
        Of(PrivilegeProblem.Table, key.Lack.Severity, tables) with
        {
            Value = key.Lack.Privileges,
            Problem = $"{role} lacks {key.Lack.Privileges} on "
                + Names([.. tables.Select(t => t.DisplayName)], "tables"),
            Remedy = Grant($"{SqlText.Raw(key.Lack.Privileges)} on {tables.Select(t => t.Sql)}"),
        };

    private Finding OfSequences((Table Table, string Sequence)[] sequences) =>
        Of(PrivilegeProblem.Sequence, Severity.Error, [.. sequences.Select(s => s.Table)]) with
        {
            Value = "usage",
            Problem = $"{role} lacks usage on {Names([.. sequences.Select(s => s.Sequence)], "sequences")}: "
                + "new rows get no key",
            Remedy = Grant($"usage on sequence {sequences.Select(s => SqlText.Raw(s.Sequence))}"),
        };

    private string Grant(SqlText what) => ((SqlText)$"grant {what} to {SqlText.Identifier(role)}").ToString();

    private SqlText Role => SqlText.Value(role);

    private Finding Of(PrivilegeProblem problem, Severity severity, Table[] tables) => new()
    {
        Server = session.Server,
        Database = session.Database,
        Severity = severity,
        Audit = Audit.Privilege,
        Class = problem,
        Count = Math.Max(1, tables.Length),
        Model = tables.Length == 1 ? catalog.LabelOf(tables[0]) : null,
        Table = tables.Length == 1 ? tables[0].DisplayName : null,
    };

    private static string Names(string[] names, string what) => names.Length == 1 ? names[0]
        : $"{names.Length} {what} ({string.Join(", ", names.Take(MostNamed))}"
            + (names.Length > MostNamed ? ", …)" : ")");

    private static bool IsOnlyRead(Table table) => !table.IsReadable || table.Name == DjangoTables.Migrations;

    // Whether the application uses a table without a model, nobody can tell.
    private Severity SeverityOf(Table table) => catalog.LabelOf(table) is not null || IsOnlyRead(table)
        || table.Name == DjangoTables.Cache ? Severity.Error : Severity.Warning;
}
