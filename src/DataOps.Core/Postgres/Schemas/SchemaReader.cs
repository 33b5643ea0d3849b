using System.Globalization;
using static DataOps.Core.Postgres.Schemas.SchemaRows;

namespace DataOps.Core.Postgres.Schemas;

/// <summary>Reads the schema of a site as definitions, in ten queries whatever its size.</summary>
internal sealed class SchemaReader
{
    private readonly Dictionary<uint, RelationRow> _relations;
    private readonly Dictionary<(string Kind, uint Oid, int Part), string> _texts;
    private readonly ILookup<uint, ColumnRow> _columns;
    private readonly ILookup<uint, ConstraintRow> _constraints;
    private readonly ILookup<uint, IndexRow> _indexes;
    private readonly ILookup<uint, TriggerRow> _triggers;
    private readonly ILookup<uint, PolicyRow> _policies;
    private readonly IReadOnlyList<SequenceRow> _sequences;
    private readonly HashSet<(uint Table, short Column)> _serials;
    private readonly IReadOnlyList<string> _path;
    private readonly string _spelling;
    private readonly bool _isAlone;

    private SchemaReader(Session session, string? temporary, CancellationToken cancellation)
    {
        bool isTemporary = temporary is not null;
        QueryBatch batch = new(session);
        IReadOnlyList<RelationRow> relations = batch.Add<RelationRow>(Relations(isTemporary));
        IReadOnlyList<SearchPath.Row> path = batch.Add<SearchPath.Row>(SearchPath.Query);
        IReadOnlyList<ColumnRow> columns = batch.Add<ColumnRow>(Columns(isTemporary));
        IReadOnlyList<ConstraintRow> constraints = batch.Add<ConstraintRow>(Constraints(session.ServerVersion));
        IReadOnlyList<IndexRow> indexes = batch.Add<IndexRow>(Indexes(isTemporary));
        IReadOnlyList<TriggerRow> triggers = batch.Add<TriggerRow>(Triggers);
        IReadOnlyList<PolicyRow> policies = batch.Add<PolicyRow>(Policies);
        _sequences = batch.Add<SequenceRow>(Sequences);
        IReadOnlyList<TypeRow> typeRows = batch.Add<TypeRow>(SchemaRows.Types);
        batch.Run(cancellation);
        _isAlone = session.Settings.Schema is not null;
        _relations = relations.ToDictionary(r => r.Oid);
        _path = isTemporary
            ? [.. relations.Select(r => r.Schema).Distinct()]
            : SearchPath.Of(
                session, path[0], [.. relations.Where(r => r.Kind != 'S').Select(r => (r.Schema, r.Name))]);
        _spelling = temporary ?? Own;
        _columns = columns.ToLookup(c => c.Table);
        _constraints = constraints.ToLookup(c => c.Domain != 0 ? c.Domain : c.Table);
        _indexes = indexes.ToLookup(i => i.Table);
        _triggers = triggers.ToLookup(t => t.Table);
        _policies = policies.ToLookup(p => p.Table);
        ILookup<bool, TypeRow> types = typeRows.ToLookup(t => t.Kind == Extension);
        (Types, Installed) = (types[false], types[true]);
        _texts = ReadTexts(session, cancellation)
            .Where(t => t.Text is not null).ToDictionary(t => (t.Kind, t.Oid, t.Part), t => t.Text!);
        _serials = [.. _sequences.Where(s => s.OwnerTable != 0 && !s.IsIdentity).Where(IsSerial)
            .Select(s => (s.OwnerTable, s.OwnerColumn))];
    }

    private IEnumerable<TypeRow> Types { get; }

    private IEnumerable<TypeRow> Installed { get; }

    /// <summary>The schema of the site's own tables; public in a database without tables.</summary>
    private string Own => _path.Count > 0 ? _path[0] : "public";

    /// <summary>Reads it, in the transaction at hand.</summary>
    /// <exception cref="DataOpsException">The server refused a query, or several schemas have Django's
    /// tables.</exception>
    public static (DatabaseSchema Schema, string Own) Read(Session session, CancellationToken cancellation)
    {
        SchemaReader reader = new(session, null, cancellation);
        return (reader.ToSchema(session.ServerVersion.Major), reader.Own);
    }

    /// <summary>Reads the session's temporary tables and views.</summary>
    /// <param name="session">The session.</param>
    /// <param name="own">The schema whose names are bare in expressions.</param>
    /// <param name="cancellation">Ends it.</param>
    public static DatabaseSchema ReadTemporary(Session session, string own, CancellationToken cancellation) =>
        new SchemaReader(session, own, cancellation).ToSchema(session.ServerVersion.Major);

    /// <summary>
    /// Does something under a path on which the names of one schema alone are bare; a temporary table hides none.
    /// </summary>
    public static T Under<T>(Session session, string schema, Func<T> work, CancellationToken cancellation)
    {
        session.Run($"""
            select pg_catalog.set_config('search_path',
              {SqlText.Value($"pg_catalog, {SqlText.Identifier(schema)}, pg_temp")}, true)
            """, cancellation);
        T done = work();
        session.Run($"select pg_catalog.set_config('search_path', 'pg_catalog', true)", cancellation);
        return done;
    }

    private IReadOnlyList<TextRow> ReadTexts(Session session, CancellationToken cancellation) =>
        Under(session, _spelling, () => session.Query<TextRow>(Texts, cancellation), cancellation);

    private string? Text(TextKind kind, uint oid, int part = 0) =>
        _texts.GetValueOrDefault((kind.ToString(), oid, part));

    private string Name(string schema, string name) => schema == Own ? name : $"{schema}.{name}";

    private string Name(uint relation) =>
        _relations.TryGetValue(relation, out RelationRow? r) ? Name(r.Schema, r.Name) : "";

    private string? Foreign(string schema) => schema == Own ? null : schema;

    // What the application sees along its path, and what stands in schemas that are no other site's.
    private HashSet<uint> OfSite()
    {
        HashSet<string> others =
            [.. _relations.Values.Where(r => r.Name == SearchPath.SiteTable).Select(r => r.Schema)];
        HashSet<string> seen = [];
        HashSet<uint> site = [];
        ILookup<string, RelationRow> bySchema = _relations.Values.ToLookup(r => r.Schema);
        foreach (string schema in _path)
            site.UnionWith(bySchema[schema].Where(r => seen.Add(r.Name)).Select(r => r.Oid));
        if (!_isAlone)
            site.UnionWith(_relations.Values.Where(r => !_path.Contains(r.Schema) && !others.Contains(r.Schema))
                .Select(r => r.Oid));
        return site;
    }

    private DatabaseSchema ToSchema(int server)
    {
        HashSet<uint> site = OfSite();
        HashSet<string> schemas = [.. site.Select(o => _relations[o].Schema), Own];
        RelationRow[] own = [.. _relations.Values.Where(r => site.Contains(r.Oid) && !r.IsOfExtension)];
        return new()
        {
            PostgreSql = server,
            Extensions = Sorted(Installed, e => e.Name, e => new SchemaExtension(Foreign(e.Schema), e.Default!)),
            Types = Sorted(Types.Where(t => schemas.Contains(t.Schema)), t => Name(t.Schema, t.Name), ToType),
            Sequences = Sorted(
                _sequences.Join(own, s => s.Oid, r => r.Oid, (s, r) => (s, r)),
                x => Name(x.r.Schema, x.r.Name), x => ToSequence(x.s)),
            Tables = Sorted(
                own.Where(r => r.Kind is 'r' or 'p' or 'f'), r => Name(r.Schema, r.Name), ToTable),
            Views = Sorted(own.Where(r => r.Kind is 'v' or 'm'), r => Name(r.Schema, r.Name), ToView),
        };
    }

    private static Dictionary<string, TOut> Sorted<TIn, TOut>(
        IEnumerable<TIn> items, Func<TIn, string> name, Func<TIn, TOut> make) =>
        new(items.Select(i => KeyValuePair.Create(name(i), make(i))).OrderBy(p => p.Key, StringComparer.Ordinal));

    private SchemaType ToType(TypeRow t) => new()
    {
        Labels = t.Kind == 'e' ? (string[])t.Labels : null,
        Base = Text(TextKind.Base, t.Oid),
        NotNull = t.NotNull,
        Default = t.Default,
        Checks = _constraints[t.Oid].Any()
            ? Sorted(_constraints[t.Oid], c => c.Name, c => Text(TextKind.Constraint, c.Oid) ?? "")
            : null,
        Attributes = t.Kind == 'c'
            ? [.. _columns[t.Relation].Select(c => $"{c.Name} {Text(TextKind.Type, t.Relation, c.Number)}")]
            : null,
    };

    private SchemaSequence ToSequence(SequenceRow s)
    {
        bool isDown = s.Increment < 0;
        (long lowest, long highest) = s.Type switch
        {
            "smallint" => (short.MinValue, short.MaxValue),
            "integer" => (int.MinValue, int.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        (long least, long most) = isDown ? (lowest, -1L) : (1L, highest);
        static long? Unless(long value, long usual) => value == usual ? null : value;
        return new()
        {
            Type = s.Type == "bigint" ? null : s.Type,
            OwnedBy = s.OwnerTable == 0 ? null : $"{Name(s.OwnerTable)}.{ColumnName(s.OwnerTable, s.OwnerColumn)}",
            Identity = s.IsIdentity,
            Start = Unless(s.Start, isDown ? most : least),
            Increment = Unless(s.Increment, 1),
            Least = Unless(s.Least, least),
            Most = Unless(s.Most, most),
            Cache = Unless(s.Cache, 1),
            Cycles = s.Cycles,
        };
    }

    private string ColumnName(uint table, int number) =>
        _columns[table].FirstOrDefault(c => c.Number == number)?.Name ?? "";

    private string[] ColumnNames(uint table, Array numbers) =>
        [.. ((short[])numbers).Where(n => n > 0).Select(n => ColumnName(table, n))];

    private SchemaTable ToTable(RelationRow t) => new()
    {
        Schema = Foreign(t.Schema),
        Foreign = t.Kind == 'f',
        Unlogged = t.IsUnlogged,
        PartitionBy = Text(TextKind.PartitionKey, t.Oid),
        Parent = t.Parent == 0 ? null : Name(t.Parent),
        Bounds = Text(TextKind.Bounds, t.Oid),
        Options = Null(t.Options),
        RowSecurity = t.IsForced ? "forced" : t.HasRowSecurity ? "enabled" : null,
        Comment = t.Comment,
        Columns = Sorted(_columns[t.Oid], c => c.Name, ToColumn),
        Constraints = Sorted(_constraints[t.Oid].Where(c => c.Domain == 0), c => c.Name, ToConstraint),
        Indexes = Sorted(_indexes[t.Oid].Where(i => !i.IsOfConstraint), i => i.Name, ToIndex),
        Triggers = Sorted(_triggers[t.Oid], g => g.Name, ToTrigger),
        Policies = Sorted(_policies[t.Oid], p => p.Name, ToPolicy),
    };

    private SchemaColumn ToColumn(ColumnRow c)
    {
        string? expression = Text(TextKind.Default, c.Table, c.Number);
        bool isSerial = _serials.Contains((c.Table, c.Number));
        return new()
        {
            Type = Text(TextKind.Type, c.Table, c.Number) ?? "",
            NotNull = c.NotNull,
            Default = c.Generated == '-' && !isSerial ? expression : null,
            Identity = c.Identity switch
            {
                'a' => "always", 'd' => "by default", _ => isSerial ? SchemaColumn.Serial : null,
            },
            Generated = c.Generated == '-' ? null : expression,
            Virtual = c.Generated == 'v',
            Collation = c.Collation is null ? null
                : c.CollationSchema == "pg_catalog" ? c.Collation : Name(c.CollationSchema!, c.Collation),
            Comment = c.Comment,
        };
    }

    private bool IsSerial(SequenceRow s) =>
        _relations.TryGetValue(s.Oid, out RelationRow? sequence)
            && Text(TextKind.Default, s.OwnerTable, s.OwnerColumn) is { } expression
            && (expression == Next(SqlText.Identifier(sequence.Name).ToString())
                || expression == Next(sequence.Name)
                || expression == Next($"{sequence.Schema}.{sequence.Name}")
                || expression == Next(SqlText.Identifier(sequence.Schema, sequence.Name).ToString()));

    private static string Next(string sequence) => $"nextval('{sequence.Replace("'", "''")}'::regclass)";

    private SchemaConstraint ToConstraint(ConstraintRow c)
    {
        IndexRow? index = c.Kind is 'p' or 'u' ? _indexes[c.Table].FirstOrDefault(i => i.Oid == c.Index) : null;
        string[] columns = ColumnNames(c.Table, c.Columns);
        return new()
        {
            Kind = c.Kind switch
            {
                'p' => SchemaConstraintKind.PrimaryKey,
                'u' => SchemaConstraintKind.Unique,
                'c' => SchemaConstraintKind.Check,
                'f' => SchemaConstraintKind.ForeignKey,
                _ => SchemaConstraintKind.Exclusion,
            },
            Columns = c.Kind == 'c' ? [.. columns.Order(StringComparer.Ordinal)] : columns,
            Include = index is null ? null : IncludeOf(index),
            Expression = c.Kind == 'c' ? Text(TextKind.Constraint, c.Oid) : null,
            Definition = c.Kind == 'x' ? WithoutTiming(Text(TextKind.Constraint, c.Oid)!) : null,
            References = c.Kind == 'f' ? Name(c.Target) : null,
            ReferencedColumns = c.Kind == 'f' ? ColumnNames(c.Target, c.TargetColumns) : null,
            OnDelete = ActionOf(c.OnDelete),
            OnUpdate = ActionOf(c.OnUpdate),
            Match = c.Match switch { 'f' => "FULL", 'p' => "PARTIAL", _ => null },
            Deferrable = !c.IsDeferrable ? null : c.IsDeferred ? "initially deferred" : "initially immediate",
            NullsNotDistinct = index?.NullsNotDistinct == true,
            NoInherit = c is { Kind: 'c', IsNoInherit: true },
            NotValid = !c.IsValidated,
            NotEnforced = !c.IsEnforced,
        };
    }

    private static string? ActionOf(char action) => action switch
    {
        'c' => "CASCADE", 'n' => "SET NULL", 'd' => "SET DEFAULT", 'r' => "RESTRICT", _ => null,
    };

    // pg_get_constraintdef ends with what Deferrable says already.
    private static string WithoutTiming(string definition)
    {
        foreach (string end in (string[])[" INITIALLY DEFERRED", " DEFERRABLE"])
            if (definition.EndsWith(end, StringComparison.Ordinal))
                definition = definition[..^end.Length];
        return definition;
    }

    private List<string>? IncludeOf(IndexRow i)
    {
        short[] numbers = (short[])i.Numbers;
        return numbers.Length == i.KeyCount ? null
            : [.. numbers.Skip(i.KeyCount).Select(n => ColumnName(i.Table, n))];
    }

    private SchemaIndex ToIndex(IndexRow i) => new()
    {
        Unique = i.IsUnique,
        Method = i.Method == "btree" ? null : i.Method,
        Keys = [.. Enumerable.Range(0, i.KeyCount).Select(k => KeyOf(i, k))],
        Include = IncludeOf(i),
        Where = Text(TextKind.Predicate, i.Oid),
        Columns = (string[])i.Columns,
        NullsNotDistinct = i.NullsNotDistinct,
        Options = Null(i.Options),
        Invalid = !i.IsValid,
    };

    private string KeyOf(IndexRow i, int at)
    {
        const int Descending = 1;
        const int NullsFirst = 2;
        string expression = Text(TextKind.Index, i.Oid, at + 1) ?? "";
        // A call stands by itself, any other expression in parentheses: what CREATE INDEX takes always.
        string key = ((short[])i.Numbers)[at] == 0 && !expression.StartsWith('(') ? $"({expression})" : expression;
        if (((string[])i.Collations)[at] is { Length: > 0 } collation)
            key += $" COLLATE {collation}";
        if (((string[])i.Classes)[at] is { Length: > 0 } @class)
            key += $" {@class}";
        int flags = ((short[])i.Flags)[at];
        return key + (flags & (Descending | NullsFirst)) switch
        {
            Descending | NullsFirst => " DESC",
            Descending => " DESC NULLS LAST",
            NullsFirst => " NULLS FIRST",
            _ => "",
        };
    }

    private SchemaTrigger ToTrigger(TriggerRow g) => new(
        Text(TextKind.Trigger, g.Oid) ?? "",
        g.Mode switch { 'D' => "disabled", 'R' => "replica", 'A' => "always", _ => null });

    private SchemaPolicy ToPolicy(PolicyRow p) => new(
        p.Command switch { 'r' => "SELECT", 'a' => "INSERT", 'w' => "UPDATE", 'd' => "DELETE", _ => null },
        !p.IsPermissive,
        (string[])p.Roles is { Length: > 0 } roles ? roles : null,
        Text(TextKind.Using, p.Oid),
        Text(TextKind.Check, p.Oid));

    private SchemaView ToView(RelationRow v) => new()
    {
        Schema = Foreign(v.Schema),
        Materialized = v.Kind == 'm',
        Query = Text(TextKind.View, v.Oid) ?? "",
        Options = Null(v.Options),
        Comment = v.Comment,
        Columns = [.. _columns[v.Oid].Select(c => string.Create(
            CultureInfo.InvariantCulture, $"{c.Name} {Text(TextKind.Type, v.Oid, c.Number)}"))],
        Indexes = Sorted(_indexes[v.Oid], i => i.Name, ToIndex),
        Triggers = Sorted(_triggers[v.Oid], g => g.Name, ToTrigger),
    };

    private static string? Null(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
