using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema;

/// <summary>
/// The SQL that ends a difference without stopping the site: what reads rows is done beside the work (CONCURRENTLY) or
/// under a lock that lets others write (VALIDATE). Nothing that holds rows is dropped: that is for a person to decide.
/// </summary>
internal sealed class SchemaMending(DatabaseSchema expected, DatabaseSchema actual, string? own)
{
    /// <summary>Statements for tables by the names that they have.</summary>
    public SchemaSql Actual { get; } = new(own, All(actual.Tables, expected.Tables));

    private static Dictionary<string, SchemaTable> All(
        IReadOnlyDictionary<string, SchemaTable> there, IReadOnlyDictionary<string, SchemaTable> wanted) =>
        there.Concat(wanted.Where(w => !there.ContainsKey(w.Key))).ToDictionary();

    private static SqlText Text(string? text) =>
        text is null ? SqlText.Raw("null") : SqlText.Literal(text);

    /// <summary>A table that is missing, with all that is expected of it.</summary>
    public IEnumerable<SqlText> Table(string name, SchemaTable table)
    {
        if (table.Foreign || table.Parent is not null)
            yield break;
        IEnumerable<SqlText> parts = table.Columns.Select(c => SchemaSql.Column(c.Key, c.Value)).Concat(
            table.Constraints.Where(c => c.Value.Kind != SchemaConstraintKind.ForeignKey)
                .Select(c => Actual.Constraint(c.Key, c.Value)));
        SqlText kind = table.Unlogged ? (SqlText)$"unlogged table" : (SqlText)$"table";
        SqlText create = $"create {kind} {Actual.Table(name)} ({parts})";
        yield return table.PartitionBy is { } key ? (SqlText)$"{create} partition by {SqlText.Raw(key)}" : create;
        foreach ((string index, SchemaIndex i) in table.Indexes)
            yield return SchemaSql.Index(index, i, Actual.Table(name), isConcurrent: false);
        foreach ((string constraint, SchemaConstraint c) in table.Constraints)
            if (c.Kind == SchemaConstraintKind.ForeignKey)
                yield return $"alter table {Actual.Table(name)} add {Actual.Constraint(constraint, c)}";
    }

    /// <summary>A table whose name or own properties are others.</summary>
    public IEnumerable<SqlText> Table(SchemaMatch<SchemaTable> match)
    {
        SqlText table = Actual.Table(match.ActualName!);
        (SchemaTable wanted, SchemaTable there) = (match.Expected!, match.Actual!);
        if (wanted.Unlogged != there.Unlogged)
            yield return $"alter table {table} set "
                + $"{(wanted.Unlogged ? (SqlText)$"unlogged" : (SqlText)$"logged")}";
        if (wanted.RowSecurity != there.RowSecurity)
        {
            yield return $"alter table {table} "
                + $"{(wanted.RowSecurity is null ? (SqlText)$"disable" : (SqlText)$"enable")} row level security";
            if (wanted.RowSecurity == "forced" || there.RowSecurity == "forced")
                yield return $"alter table {table} "
                    + $"{(wanted.RowSecurity == "forced" ? SqlText.Empty : (SqlText)$"no ")}force row level security";
        }
        if (wanted.Options != there.Options)
            yield return wanted.Options is { } options
                ? (SqlText)$"alter table {table} set ({SqlText.Raw(options)})"
                : $"alter table {table} reset ({Names(there.Options!)})";
        if (wanted.Comment != there.Comment)
            yield return $"comment on table {table} is {Text(wanted.Comment)}";
        if (match.Name != match.ActualName)
            yield return $"alter table {table} rename to {SqlText.Identifier(match.Name!)}";
    }

    private static SqlText Names(string options) =>
        SqlText.Raw(string.Join(", ", options.Split(", ").Select(o => o.Split('=')[0])));

    /// <summary>A column that is missing, with what is over it.</summary>
    public IEnumerable<SqlText> Column(string table, string name, SchemaColumn column, SchemaTable wanted)
    {
        bool isEmpty = column is { NotNull: true, Default: null, Identity: null, Generated: null };
        yield return $"alter table {Actual.Table(table)} add column "
            + $"{SchemaSql.Column(name, isEmpty ? column with { NotNull = false } : column)}";
        if (isEmpty)
            foreach (SqlText statement in NotNull(table, name))
                yield return statement;
        foreach ((string constraint, SchemaConstraint c) in wanted.Constraints.Where(
            c => c.Value.Columns.Contains(name)))
            foreach (SqlText statement in Actual.Add(table, constraint, c))
                yield return statement;
        foreach ((string index, SchemaIndex i) in wanted.Indexes.Where(i => i.Value.Columns.Contains(name)))
            yield return Actual.Index(table, index, i);
    }

    /// <summary>A constraint that is missing: what is left to do of it where a run was interrupted.</summary>
    public IEnumerable<SqlText> Add(string table, string name, SchemaConstraint wanted)
    {
        if (TakesOver(table, name, wanted))
            return [Actual.AddUsingIndex(table, name, name, wanted)];
        IEnumerable<SqlText> add = Actual.Add(table, name, wanted);
        return IndexOf(table, name) is { Invalid: true } ? add.Prepend(Actual.DropIndex(table, name)) : add;
    }

    /// <summary>Whether a unique index of the constraint's name is there and becomes the constraint's.</summary>
    public bool TakesOver(string table, string name, SchemaConstraint wanted) =>
        IndexOf(table, name) is { Invalid: false } left && IsSame(wanted, left);

    private SchemaIndex? IndexOf(string table, string name) =>
        actual.Tables.GetValueOrDefault(table)?.Indexes.GetValueOrDefault(name);

    /// <summary>Whether a unique index keeps rows apart as a constraint would.</summary>
    public static bool IsSame(SchemaConstraint c, SchemaIndex i) =>
        c is { Kind: SchemaConstraintKind.Unique, Deferrable: null }
            && i is { Unique: true, Where: null, Method: null, Invalid: false }
            && i.Keys.Count == c.Columns.Count && c.NullsNotDistinct == i.NullsNotDistinct
            && i.Keys.SequenceEqual(c.Columns.Select(SqlWords.Spelled));

    /// <summary>NOT NULL that is missing.</summary>
    public IEnumerable<SqlText> NotNull(string table, string name)
    {
        IEnumerable<SqlText> set = Actual.NotNull(table, name);
        return actual.Tables.GetValueOrDefault(table)?.Constraints.ContainsKey(SchemaSql.NotNullCheck) == true
            ? set.Prepend(Actual.DropNotNullCheck(table))
            : set;
    }

    /// <summary>
    /// A column with other properties; nothing where a value could be cut or rounded, or indexes would go with it.
    /// </summary>
    public IEnumerable<SqlText> Column(
        string table, string name, SchemaColumn wanted, SchemaColumn there, IReadOnlyList<string> facts)
    {
        (SqlText on, SqlText column) = (Actual.Table(table), SqlText.Identifier(name));
        if (facts.Contains("generated") || facts.Contains("virtual"))
        {
            if (wanted.Generated is null)
                yield return $"alter table {on} alter {column} drop expression";
            yield break;
        }
        if (!TypeChange.KeepsValues(there.Type, wanted.Type))
            yield break;
        if (facts.Contains("type") || facts.Contains("collation"))
        {
            SqlText collation = wanted.Collation is { } c ? (SqlText)$" collate {SchemaSql.Qualified(c)}"
                : facts.Contains("collation") ? (SqlText)$" collate \"default\"" : SqlText.Empty;
            yield return $"alter table {on} alter {column} type {SqlText.Raw(wanted.Type)}{collation}";
        }
        if (facts.Contains("default"))
            yield return wanted.Default is { } value
                ? (SqlText)$"alter table {on} alter {column} set default {SqlText.Raw(value)}"
                : $"alter table {on} alter {column} drop default";
        if (facts.Contains("notNull"))
            foreach (SqlText statement in wanted.NotNull
                ? NotNull(table, name)
                : [$"alter table {on} alter {column} drop not null"])
                yield return statement;
        if (facts.Contains("identity"))
            foreach (SqlText statement in Identity(table, name, wanted, there))
                yield return statement;
        if (facts.Contains("comment"))
            yield return $"comment on column {on}.{column} is {Text(wanted.Comment)}";
    }

    private IEnumerable<SqlText> Identity(string table, string name, SchemaColumn wanted, SchemaColumn there)
    {
        (SqlText on, SqlText column) = (Actual.Table(table), SqlText.Identifier(name));
        if (SchemaSql.Identity(wanted) is not { } identity)
        {
            yield return there.Identity == SchemaColumn.Serial
                ? (SqlText)$"alter table {on} alter {column} drop default"
                : $"alter table {on} alter {column} drop identity";
            yield break;
        }
        if (there.Identity is not null && there.Identity != SchemaColumn.Serial)
        {
            yield return $"alter table {on} alter {column} set generated "
                + $"{(wanted.Identity == "always" ? (SqlText)$"always" : (SqlText)$"by default")}";
            yield break;
        }
        // The sequence that the column had is there still.
        if (there.Identity is null && actual.Sequences.FirstOrDefault(
            s => s.Value.OwnedBy == $"{table}.{name}") is { Key: { } sequence })
        {
            SqlText text = SqlText.Literal(Actual.Named(sequence, null).ToString());
            yield return $"alter table {on} alter {column} set default nextval({text}::regclass)";
            yield return $"select setval({text}::regclass, coalesce(max({column}), 0) + 1, false) from {on}";
            yield break;
        }
        if (there.Default is not null || there.Identity == SchemaColumn.Serial)
            yield return $"alter table {on} alter {column} drop default";
        yield return $"alter table {on} alter {column} add {identity}";
        yield return $"select setval(pg_get_serial_sequence({SqlText.Literal(on.ToString())}, "
            + $"{SqlText.Literal(name)}), coalesce(max({column}), 0) + 1, false) from {on}";
    }

    /// <summary>A constraint with other properties, or of another name.</summary>
    public IEnumerable<SqlText> Constraint(
        string table, SchemaMatch<SchemaConstraint> match, IReadOnlyList<string> facts)
    {
        (SqlText on, SchemaConstraint wanted) = (Actual.Table(table), match.Expected!);
        (SqlText name, SqlText old) = (SqlText.Identifier(match.Name!), SqlText.Identifier(match.ActualName!));
        bool isKey = wanted.Kind == SchemaConstraintKind.ForeignKey;
        if (facts.Count == 0)
            yield return $"alter table {on} rename constraint {old} to {name}";
        else if (facts is ["notValid"] && match.Actual!.NotValid)
            yield return Actual.Validate(table, match.ActualName!);
        else if (facts is ["notEnforced"] && match.Actual!.NotEnforced)
        {
            // Of a constraint that was made NOT ENFORCED, or whose triggers are switched off.
            if (isKey)
                yield return SqlText.Raw($"-- Repair-Constraint -Table {table}");
        }
        else if (facts is ["deferrable"] && isKey)
            yield return wanted.Deferrable is { } timing
                ? (SqlText)$"alter table {on} alter constraint {old} deferrable {SqlText.Raw(timing)}"
                : (SqlText)$"alter table {on} alter constraint {old} not deferrable";
        else
            foreach (SqlText statement in Actual.Replace(table, match.ActualName!, match.Name!, wanted))
                yield return statement;
    }

    /// <summary>An index with other properties, or of another name.</summary>
    public IEnumerable<SqlText> Index(string table, SchemaMatch<SchemaIndex> match, IReadOnlyList<string> facts)
    {
        SqlText old = Actual.Beside(table, match.ActualName!);
        if (facts.Count == 0)
            yield return $"alter index {old} rename to {SqlText.Identifier(match.Name!)}";
        else if (facts is ["invalid"])
            yield return Actual.Rebuild(table, match.ActualName!);
        else
        {
            string made = SchemaSql.Beside(match.Name!);
            yield return Actual.Index(table, made, match.Expected!);
            yield return Actual.DropIndex(table, match.ActualName!);
            yield return $"alter index {Actual.Beside(table, made)} rename to {SqlText.Identifier(match.Name!)}";
        }
    }

    /// <summary>A trigger that is missing, extra, another one, or does not fire.</summary>
    public IEnumerable<SqlText> Trigger(string table, SchemaMatch<SchemaTrigger> match)
    {
        SqlText on = Actual.Table(table);
        bool isSame = match.Expected?.Definition == match.Actual?.Definition;
        if (match.Actual is not null && !isSame && match.Name != match.ActualName && match.Expected is not null)
            yield break;
        if (match.Actual is not null && !isSame)
            yield return $"drop trigger {SqlText.Identifier(match.ActualName!)} on {on}";
        if (match.Expected is not { } wanted)
            yield break;
        SqlText name = SqlText.Identifier(match.Name!);
        if (match.Actual is null || !isSame)
            yield return SqlText.Raw(wanted.Definition);
        if (wanted.Fires != (isSame ? match.Actual?.Fires : null))
            yield return $"alter table {on} {wanted.Fires switch
            {
                "disabled" => (SqlText)$"disable",
                "replica" => (SqlText)$"enable replica",
                "always" => (SqlText)$"enable always",
                _ => (SqlText)$"enable",
            }} trigger {name}";
    }

    /// <summary>A policy that is missing, extra or another one.</summary>
    public IEnumerable<SqlText> Policy(string table, SchemaMatch<SchemaPolicy> match)
    {
        SqlText on = Actual.Table(table);
        if (match is { Expected: not null, Actual: not null }
            && SchemaMatch.StructureOf(match.Expected) == SchemaMatch.StructureOf(match.Actual))
        {
            yield return $"alter policy {SqlText.Identifier(match.ActualName!)} on {on} rename to "
                + $"{SqlText.Identifier(match.Name!)}";
            yield break;
        }
        if (match.Actual is not null)
            yield return $"drop policy {SqlText.Identifier(match.ActualName!)} on {on}";
        if (match.Expected is { } wanted)
            yield return SchemaSql.Policy(match.Name!, wanted, on);
    }

    /// <summary>A view that is missing or another one.</summary>
    public IEnumerable<SqlText> View(SchemaMatch<SchemaView> match)
    {
        if (match.Expected is not { } wanted)
            yield break;
        SqlText name = Actual.Named(match.Name!, wanted.Schema);
        SqlText query = SqlText.Raw(wanted.Query.Trim().TrimEnd(';'));
        if (match.Actual is { } there && there.Query == wanted.Query)
        {
            SqlText old = Actual.Named(match.ActualName!, there.Schema);
            SqlText kind = there.Materialized ? (SqlText)$"materialized view" : (SqlText)$"view";
            if (wanted.Comment != there.Comment)
                yield return $"comment on {kind} {old} is {Text(wanted.Comment)}";
            if (wanted.Options != there.Options)
                yield return wanted.Options is { } options
                    ? (SqlText)$"alter {kind} {old} set ({SqlText.Raw(options)})"
                    : $"alter {kind} {old} reset ({Names(there.Options!)})";
            if (match.Name != match.ActualName)
                yield return $"alter {kind} {old} rename to {SqlText.Identifier(match.Name!)}";
            yield break;
        }
        bool canReplace = match.Actual is { Materialized: false } view && !wanted.Materialized
            && view.Columns.SequenceEqual(wanted.Columns);
        if (match.Actual is { } other && !canReplace)
            yield return $"drop {(other.Materialized ? (SqlText)$"materialized view" : (SqlText)$"view")} "
                + $"{Actual.Named(match.ActualName!, other.Schema)}";
        yield return $"create {(canReplace ? (SqlText)$"or replace " : SqlText.Empty)}"
            + $"{(wanted.Materialized ? (SqlText)$"materialized " : SqlText.Empty)}view {name} as {query}";
        if (match.Actual is null)
            foreach ((string index, SchemaIndex i) in wanted.Indexes)
                yield return SchemaSql.Index(index, i, name, isConcurrent: false);
    }

    /// <summary>A sequence that is missing or another one.</summary>
    public IEnumerable<SqlText> Sequence(SchemaMatch<SchemaSequence> match)
    {
        if (match.Expected is not { } wanted || wanted.Identity && match.Actual is null)
            yield break;
        SqlText old = Actual.Named(match.ActualName ?? match.Name!, null);
        SqlText type = SqlText.Raw(wanted.Type ?? "bigint");
        if (match.Actual is null)
            yield return $"create sequence {old} as {type}{Bounds(wanted)}";
        else if (SchemaMatch.StructureOf(wanted with { OwnedBy = null })
            != SchemaMatch.StructureOf(match.Actual with { OwnedBy = null }))
            yield return $"alter sequence {old} as {type}{Bounds(wanted)}";
        if (match.Actual?.OwnedBy != wanted.OwnedBy && !wanted.Identity)
            yield return $"alter sequence {old} owned by {Owner(wanted.OwnedBy)}";
        if (match.ActualName is { } name && name != match.Name)
            yield return $"alter sequence {old} rename to {SqlText.Identifier(match.Name!)}";
    }

    private SqlText Owner(string? owner)
    {
        if (owner is null)
            return $"none";
        int dot = owner.LastIndexOf('.');
        return $"{Actual.Table(owner[..dot])}.{SqlText.Identifier(owner[(dot + 1)..])}";
    }

    private static SqlText Bounds(SchemaSequence s)
    {
        SqlText least = s.Least is { } l ? (SqlText)$" minvalue {SqlText.Literal(l)}" : (SqlText)$" no minvalue";
        SqlText most = s.Most is { } m ? (SqlText)$" maxvalue {SqlText.Literal(m)}" : (SqlText)$" no maxvalue";
        SqlText start = s.Start is { } b ? (SqlText)$" start {SqlText.Literal(b)}" : SqlText.Empty;
        return $" increment {SqlText.Literal(s.Increment ?? 1)}{least}{most}{start}"
            + $" cache {SqlText.Literal(s.Cache ?? 1)} {(s.Cycles ? (SqlText)$"cycle" : (SqlText)$"no cycle")}";
    }

    /// <summary>A type that is missing, or an enum without some labels.</summary>
    public IEnumerable<SqlText> Type(SchemaMatch<SchemaType> match)
    {
        if (match.Expected is not { } wanted)
            yield break;
        SqlText name = Actual.Named(match.ActualName ?? match.Name!, null);
        if (match.Actual is null)
        {
            if (wanted.Labels is { } labels)
                yield return $"create type {name} as enum ({labels.Select(SqlText.Literal)})";
            else if (wanted.Base is { } type)
                yield return $"create domain {name} as {SqlText.Raw(type)}{Domain(wanted)}";
            yield break;
        }
        if (wanted.Labels is { } all && match.Actual.Labels is { } there && there.All(all.Contains))
            for (int i = 0; i < all.Count; i++)
                if (!there.Contains(all[i]))
                    yield return $"alter type {name} add value {SqlText.Literal(all[i])} "
                        + $"{(i == 0 ? (SqlText)$"before" : (SqlText)$"after")} "
                        + $"{SqlText.Literal(i == 0 ? there[0] : all[i - 1])}";
        if (wanted.Base is not null)
            foreach (SqlText statement in Domain(name, wanted, match.Actual))
                yield return statement;
        if (match.Name != match.ActualName)
            yield return $"alter type {name} rename to {SqlText.Identifier(match.Name!)}";
    }

    private static SqlText Domain(SchemaType type)
    {
        SqlText sql = type.Default is { } value ? (SqlText)$" default {SqlText.Raw(value)}" : SqlText.Empty;
        if (type.NotNull)
            sql = $"{sql} not null";
        foreach ((string name, string check) in type.Checks ?? new Dictionary<string, string>())
            sql = $"{sql} constraint {SqlText.Identifier(name)} check ({SqlText.Raw(check)})";
        return sql;
    }

    private static IEnumerable<SqlText> Domain(SqlText name, SchemaType wanted, SchemaType there)
    {
        if (wanted.Default != there.Default)
            yield return wanted.Default is { } value
                ? (SqlText)$"alter domain {name} set default {SqlText.Raw(value)}"
                : $"alter domain {name} drop default";
        if (wanted.NotNull != there.NotNull)
            yield return $"alter domain {name} {(wanted.NotNull ? (SqlText)$"set" : (SqlText)$"drop")} not null";
        IReadOnlyDictionary<string, string> none = new Dictionary<string, string>();
        foreach ((string check, string text) in there.Checks ?? none)
            if ((wanted.Checks ?? none).GetValueOrDefault(check) != text)
                yield return $"alter domain {name} drop constraint {SqlText.Identifier(check)}";
        foreach ((string check, string text) in wanted.Checks ?? none)
            if ((there.Checks ?? none).GetValueOrDefault(check) != text)
                yield return $"alter domain {name} add constraint {SqlText.Identifier(check)} "
                    + $"check ({SqlText.Raw(text)})";
    }
}
