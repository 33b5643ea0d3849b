namespace DataOps.Core.Postgres.Schemas;

/// <summary>
/// A database's schema as definitions, without what two servers can never have in common: no object ids, no positions,
/// no sizes. It reads and writes as JSON as it is; docs/schema.schema.json says the same of it.
/// </summary>
/// <remarks>
/// Names of the site's own schema are bare, others are qualified, in expressions too: a site restored into another
/// schema is the same site.
/// </remarks>
internal sealed record DatabaseSchema
{
    /// <summary>The newest version of the file that is understood.</summary>
    public const int NewestVersion = 1;

    /// <summary>The major version of PostgreSQL whose spelling the expressions have.</summary>
    public int PostgreSql { get; init; }

    /// <summary>The newest migration that is applied, by app.</summary>
    public IReadOnlyDictionary<string, string> Migrations { get; init; } = new Dictionary<string, string>();

    /// <summary>Extensions.</summary>
    public IReadOnlyDictionary<string, SchemaExtension> Extensions { get; init; } = Nothing<SchemaExtension>();

    /// <summary>Enums, domains and composite types.</summary>
    public IReadOnlyDictionary<string, SchemaType> Types { get; init; } = Nothing<SchemaType>();

    /// <summary>Sequences.</summary>
    public IReadOnlyDictionary<string, SchemaSequence> Sequences { get; init; } = Nothing<SchemaSequence>();

    /// <summary>Tables, partitions among them.</summary>
    public IReadOnlyDictionary<string, SchemaTable> Tables { get; init; } = Nothing<SchemaTable>();

    /// <summary>Views and materialized views.</summary>
    public IReadOnlyDictionary<string, SchemaView> Views { get; init; } = Nothing<SchemaView>();

    private static Dictionary<string, T> Nothing<T>() => [];
}

/// <summary>Something that a schema holds, as the facts by which it is compared.</summary>
internal abstract record SchemaObject
{
    /// <summary>What is compared of it, in the order in which a person reads it.</summary>
    public abstract IEnumerable<SchemaFact> Facts();
}

/// <summary>One thing that is compared of an object.</summary>
/// <param name="Name">What it is, as the JSON calls it.</param>
/// <param name="Value">Its value as text; null where it has none.</param>
/// <param name="IsExpression">Whether it is SQL that versions of PostgreSQL spell differently.</param>
internal sealed record SchemaFact(string Name, string? Value, bool IsExpression = false)
{
    /// <summary>A fact that is true or absent.</summary>
    public static SchemaFact Of(string name, bool value) => new(name, value ? "true" : null);

    /// <summary>A fact that is a list.</summary>
    public static SchemaFact Of(string name, IReadOnlyList<string>? values) =>
        new(name, values is { Count: > 0 } ? string.Join(", ", values) : null);
}

/// <summary>An extension.</summary>
/// <param name="Schema">The schema it is in; null for the site's own.</param>
/// <param name="InstalledVersion">Its version, which is not compared: servers bring their own.</param>
internal sealed record SchemaExtension(string? Schema, string InstalledVersion) : SchemaObject
{
    /// <inheritdoc/>
    public override IEnumerable<SchemaFact> Facts() => [];
}

/// <summary>An enum, a domain or a composite type.</summary>
internal sealed record SchemaType : SchemaObject
{
    /// <summary>The labels of an enum, in order.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>The type under a domain.</summary>
    public string? Base { get; init; }

    /// <summary>Whether a domain refuses NULL.</summary>
    public bool NotNull { get; init; }

    /// <summary>The default of a domain.</summary>
    public string? Default { get; init; }

    /// <summary>The checks of a domain, by name.</summary>
    public IReadOnlyDictionary<string, string>? Checks { get; init; }

    /// <summary>The columns of a composite type, as <c>name type</c>, in order.</summary>
    public IReadOnlyList<string>? Attributes { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<SchemaFact> Facts() =>
    [
        SchemaFact.Of("labels", Labels), new("base", Base), SchemaFact.Of("notNull", NotNull),
        new("default", Default),
        SchemaFact.Of("checks", Checks?.OrderBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => $"{c.Key}: {c.Value}").ToArray()),
        SchemaFact.Of("attributes", Attributes),
    ];
}

/// <summary>A sequence; what has PostgreSQL's default is null.</summary>
internal sealed record SchemaSequence : SchemaObject
{
    /// <summary>Its type; null for bigint.</summary>
    public string? Type { get; init; }

    /// <summary>The column with which it is dropped, as table.column.</summary>
    public string? OwnedBy { get; init; }

    /// <summary>Whether it is that column's identity.</summary>
    public bool Identity { get; init; }

    /// <summary>Its START, unless 1.</summary>
    public long? Start { get; init; }

    /// <summary>Its step, unless 1.</summary>
    public long? Increment { get; init; }

    /// <summary>Its MINVALUE, unless 1.</summary>
    public long? Least { get; init; }

    /// <summary>Its MAXVALUE, unless the type's.</summary>
    public long? Most { get; init; }

    /// <summary>Its CACHE, unless 1.</summary>
    public long? Cache { get; init; }

    /// <summary>Whether it begins again at its end.</summary>
    public bool Cycles { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<SchemaFact> Facts() =>
    [
        new("type", Type ?? "bigint"), new("ownedBy", OwnedBy), new("start", Text(Start)),
        new("increment", Text(Increment)), new("least", Text(Least)), new("most", Text(Most)),
        new("cache", Text(Cache)), SchemaFact.Of("cycles", Cycles),
    ];

    private static string? Text(long? number) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A table.</summary>
internal sealed record SchemaTable : SchemaObject
{
    /// <summary>Its schema; null for the site's own.</summary>
    public string? Schema { get; init; }

    /// <summary>Whether it is a foreign table.</summary>
    public bool Foreign { get; init; }

    /// <summary>Whether it is unlogged.</summary>
    public bool Unlogged { get; init; }

    /// <summary>The key of a partitioned table, as <c>RANGE (made)</c>.</summary>
    public string? PartitionBy { get; init; }

    /// <summary>The table of which it is a partition, or from which it inherits.</summary>
    public string? Parent { get; init; }

    /// <summary>The bounds of a partition.</summary>
    public string? Bounds { get; init; }

    /// <summary>Its storage parameters.</summary>
    public string? Options { get; init; }

    /// <summary>Row security: <c>enabled</c>, or <c>forced</c> for the owner too.</summary>
    public string? RowSecurity { get; init; }

    /// <summary>Its comment.</summary>
    public string? Comment { get; init; }

    /// <summary>Its columns.</summary>
    public IReadOnlyDictionary<string, SchemaColumn> Columns { get; init; } = new Dictionary<string, SchemaColumn>();

    /// <summary>Its constraints; NOT NULL is the column's.</summary>
    public IReadOnlyDictionary<string, SchemaConstraint> Constraints { get; init; } =
        new Dictionary<string, SchemaConstraint>();

    /// <summary>Its indexes but for those of its constraints.</summary>
    public IReadOnlyDictionary<string, SchemaIndex> Indexes { get; init; } = new Dictionary<string, SchemaIndex>();

    /// <summary>Its triggers but for those of its constraints.</summary>
    public IReadOnlyDictionary<string, SchemaTrigger> Triggers { get; init; } =
        new Dictionary<string, SchemaTrigger>();

    /// <summary>The policies of its row security.</summary>
    public IReadOnlyDictionary<string, SchemaPolicy> Policies { get; init; } =
        new Dictionary<string, SchemaPolicy>();

    /// <inheritdoc/>
    public override IEnumerable<SchemaFact> Facts() =>
    [
        SchemaFact.Of("foreign", Foreign), SchemaFact.Of("unlogged", Unlogged), new("partitionBy", PartitionBy),
        new("parent", Parent), new("bounds", Bounds), new("options", Options), new("rowSecurity", RowSecurity),
        new("comment", Comment),
    ];
}

/// <summary>A column.</summary>
internal sealed record SchemaColumn : SchemaObject
{
    /// <summary>A default that takes the values of a sequence that the column owns.</summary>
    public const string Serial = "serial";

    /// <summary>Its type, length and scale included.</summary>
    public string Type { get; init; } = "";

    /// <summary>Whether NULL is refused.</summary>
    public bool NotNull { get; init; }

    /// <summary>Its default; null for one that draws from its own sequence.</summary>
    public string? Default { get; init; }

    /// <summary><c>serial</c>, <c>by default</c> or <c>always</c>: the database makes its values.</summary>
    public string? Identity { get; init; }

    /// <summary>The expression of GENERATED ALWAYS AS.</summary>
    public string? Generated { get; init; }

    /// <summary>Whether a generated column is computed where it is read (PostgreSQL 18).</summary>
    public bool Virtual { get; init; }

    /// <summary>Its collation, where not the type's.</summary>
    public string? Collation { get; init; }

    /// <summary>Its comment.</summary>
    public string? Comment { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<SchemaFact> Facts() =>
    [
        new("type", Type), SchemaFact.Of("notNull", NotNull), new("default", Default, IsExpression: true),
        // What serial was before PostgreSQL 10, an identity is.
        new("identity", Identity == Serial ? "by default" : Identity),
        new("generated", Generated, IsExpression: true), SchemaFact.Of("virtual", Virtual),
        new("collation", Collation), new("comment", Comment),
    ];
}

/// <summary>What a constraint of a snapshot demands.</summary>
internal enum SchemaConstraintKind
{
    PrimaryKey, Unique, Check, ForeignKey, Exclusion,
}

/// <summary>A constraint.</summary>
internal sealed record SchemaConstraint : SchemaObject
{
    /// <summary>What it demands.</summary>
    public SchemaConstraintKind Kind { get; init; }

    /// <summary>Its columns, in order; of a check those that it mentions, by name.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>INCLUDE.</summary>
    public IReadOnlyList<string>? Include { get; init; }

    /// <summary>The condition of a check.</summary>
    public string? Expression { get; init; }

    /// <summary>The definition of an exclusion, without what stands elsewhere here.</summary>
    public string? Definition { get; init; }

    /// <summary>The referenced table.</summary>
    public string? References { get; init; }

    /// <summary>The referenced columns, in order.</summary>
    public IReadOnlyList<string>? ReferencedColumns { get; init; }

    /// <summary>ON DELETE, unless NO ACTION.</summary>
    public string? OnDelete { get; init; }

    /// <summary>ON UPDATE, unless NO ACTION.</summary>
    public string? OnUpdate { get; init; }

    /// <summary>MATCH, unless SIMPLE.</summary>
    public string? Match { get; init; }

    /// <summary><c>initially deferred</c> or <c>initially immediate</c> of a deferrable one.</summary>
    public string? Deferrable { get; init; }

    /// <summary>NULLS NOT DISTINCT.</summary>
    public bool NullsNotDistinct { get; init; }

    /// <summary>NO INHERIT.</summary>
    public bool NoInherit { get; init; }

    /// <summary>NOT VALID: existing rows were never checked.</summary>
    public bool NotValid { get; init; }

    /// <summary>NOT ENFORCED, or its triggers are disabled.</summary>
    public bool NotEnforced { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<SchemaFact> Facts() =>
    [
        new("kind", Kind.ToString()), SchemaFact.Of("columns", Kind == SchemaConstraintKind.Check ? null : Columns),
        SchemaFact.Of("include", Include), new("expression", Expression, IsExpression: true),
        new("definition", Definition, IsExpression: true),
        new("references", References), SchemaFact.Of("referencedColumns", ReferencedColumns),
        new("onDelete", OnDelete), new("onUpdate", OnUpdate), new("match", Match), new("deferrable", Deferrable),
        SchemaFact.Of("nullsNotDistinct", NullsNotDistinct), SchemaFact.Of("noInherit", NoInherit),
        SchemaFact.Of("notValid", NotValid), SchemaFact.Of("notEnforced", NotEnforced),
    ];
}

/// <summary>An index.</summary>
internal sealed record SchemaIndex : SchemaObject
{
    /// <summary>Whether it is unique.</summary>
    public bool Unique { get; init; }

    /// <summary>The access method, unless btree.</summary>
    public string? Method { get; init; }

    /// <summary>
    /// What it is over, as CREATE INDEX takes it: columns or expressions, each with collation, operator class and order
    /// where they are not the default.
    /// </summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>INCLUDE.</summary>
    public IReadOnlyList<string>? Include { get; init; }

    /// <summary>The predicate of a partial index.</summary>
    public string? Where { get; init; }

    /// <summary>The columns that it mentions, those of expressions and predicate included, by name.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>NULLS NOT DISTINCT.</summary>
    public bool NullsNotDistinct { get; init; }

    /// <summary>Its storage parameters.</summary>
    public string? Options { get; init; }

    /// <summary>Whether queries do not use it, as building it failed.</summary>
    public bool Invalid { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<SchemaFact> Facts() =>
    [
        SchemaFact.Of("unique", Unique), new("method", Method),
        SchemaFact.Of("keys", Keys) with { IsExpression = true }, SchemaFact.Of("include", Include),
        new("where", Where, IsExpression: true), SchemaFact.Of("nullsNotDistinct", NullsNotDistinct),
        new("options", Options), SchemaFact.Of("invalid", Invalid),
    ];
}

/// <summary>A trigger.</summary>
/// <param name="Definition">The CREATE TRIGGER statement.</param>
/// <param name="Fires">When, unless PostgreSQL's default: <c>disabled</c>, <c>replica</c>, <c>always</c>.</param>
internal sealed record SchemaTrigger(string Definition, string? Fires) : SchemaObject
{
    /// <inheritdoc/>
    public override IEnumerable<SchemaFact> Facts() =>
        [new("definition", Definition, IsExpression: true), new("fires", Fires)];
}

/// <summary>A policy of row security.</summary>
/// <param name="Command">The command that it is for; null for all.</param>
/// <param name="Restrictive">Whether it has to hold besides others.</param>
/// <param name="Roles">The roles that it is for; null for all.</param>
/// <param name="Using">The condition of rows that are seen.</param>
/// <param name="Check">The condition of rows that are written.</param>
internal sealed record SchemaPolicy(
    string? Command, bool Restrictive, IReadOnlyList<string>? Roles, string? Using, string? Check) : SchemaObject
{
    /// <inheritdoc/>
    public override IEnumerable<SchemaFact> Facts() =>
    [
        new("command", Command), SchemaFact.Of("restrictive", Restrictive), SchemaFact.Of("roles", Roles),
        new("using", Using, IsExpression: true), new("check", Check, IsExpression: true),
    ];
}

/// <summary>A view or a materialized view.</summary>
internal sealed record SchemaView : SchemaObject
{
    /// <summary>Its schema; null for the site's own.</summary>
    public string? Schema { get; init; }

    /// <summary>Whether it is materialized.</summary>
    public bool Materialized { get; init; }

    /// <summary>Its query.</summary>
    public string Query { get; init; } = "";

    /// <summary>Its options, as security_barrier.</summary>
    public string? Options { get; init; }

    /// <summary>Its comment.</summary>
    public string? Comment { get; init; }

    /// <summary>Its columns and their types, in order.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The indexes of a materialized view.</summary>
    public IReadOnlyDictionary<string, SchemaIndex> Indexes { get; init; } = new Dictionary<string, SchemaIndex>();

    /// <summary>Its triggers.</summary>
    public IReadOnlyDictionary<string, SchemaTrigger> Triggers { get; init; } =
        new Dictionary<string, SchemaTrigger>();

    /// <inheritdoc/>
    public override IEnumerable<SchemaFact> Facts() =>
    [
        SchemaFact.Of("materialized", Materialized), new("query", Query, IsExpression: true),
        SchemaFact.Of("columns", Columns), new("options", Options), new("comment", Comment),
    ];
}
