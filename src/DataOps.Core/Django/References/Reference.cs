namespace DataOps.Core.Django.References;

/// <summary>The class of a reference: its evidence, and so the meaning of an orphan.</summary>
public enum ReferenceClass : long
{
    /// <summary>A foreign key that PostgreSQL enforces; its orphans are damage.</summary>
    ForeignKey,

    /// <summary>A foreign key that is NOT VALID, NOT ENFORCED, or whose triggers are disabled.</summary>
    Unvalidated,

    /// <summary>
    /// A foreign key of Django's without a constraint (db_constraint=False): history that outlives its target by
    /// design.
    /// </summary>
    Soft,

    /// <summary>A content type and an object id (GenericForeignKey).</summary>
    Generic,

    /// <summary>The parent link of multi-table inheritance.</summary>
    Inheritance,

    /// <summary>The parent of a tree node, by its path.</summary>
    Tree,

    /// <summary>
    /// An id inside JSON or rich text, known from wagtailcore_referenceindex or from a link that the text tells itself.
    /// </summary>
    Embedded,

    /// <summary>
    /// A column without a constraint with the name, the type and the index of a foreign key to a model.
    /// </summary>
    Implied,
}

/// <summary>
/// One column set that points at another; each kind knows when a row of it has no target, how to find such rows, and
/// what repairs them.
/// </summary>
internal abstract class Reference
{
    private protected Reference(
        string name, ReferenceClass @class, Severity severity, Table table, IReadOnlyList<Column> columns,
        Table? target, IReadOnlyList<Column> targetColumns,
        string evidence) =>
        (Name, Class, Severity, Table, Columns, Target, TargetColumns, Evidence) =
            (name, @class, severity, table, columns, target, targetColumns, evidence);

    /// <summary>The constraint's name; without a constraint <c>table.column</c>.</summary>
    public string Name { get; }

    /// <summary>How one knows.</summary>
    public ReferenceClass Class { get; }

    /// <summary>How bad an orphan is.</summary>
    public Severity Severity { get; }

    /// <summary>The table that refers.</summary>
    public Table Table { get; }

    /// <summary>
    /// The columns that refer; for a generic reference the object id, for <see cref="ReferenceClass.Tree"/> the path.
    /// </summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>
    /// The table referred to; null when each row names its own (generic references, the specific rows of inheritance).
    /// </summary>
    public Table? Target { get; }

    /// <summary>The columns referred to.</summary>
    public IReadOnlyList<Column> TargetColumns { get; }

    /// <summary>Why it is taken for a reference, in words.</summary>
    public string Evidence { get; }

    /// <summary>How it is known.</summary>
    public virtual KnownBy KnownBy => KnownBy.Shape;

    /// <summary>The declared constraint, where there is one.</summary>
    public virtual ForeignKey? Constraint => null;

    /// <summary>
    /// The column with the django_content_type.id that says which table is meant; null where the table is known.
    /// </summary>
    public virtual Column? ContentTypeColumn => null;

    /// <summary>
    /// Whether it leads from a row to its own half in the parent's table, be the constraint valid or not.
    /// </summary>
    public virtual bool IsParentLink => false;

    /// <summary>
    /// Whether it is a field of Django's that refers; a generic object id and a path are columns like others, and so is
    /// one that only looks like a reference.
    /// </summary>
    public virtual bool IsField => false;

    /// <summary>Whether there is a constraint, be it enforced or not.</summary>
    public bool IsDeclared => Constraint is not null;

    /// <summary>
    /// Whether a row cannot be loaded without its target: PostgreSQL asks for it, or the application finds the row by
    /// it alone.
    /// </summary>
    public virtual bool IsRequired => IsDeclared;

    /// <summary>
    /// Whether it leads to the newest or the published revision of a row: cleared, it would hide the draft that an
    /// older revision still holds.
    /// </summary>
    public bool IsRevisionPointer =>
        Target is { } target && Column.Name is "latest_revision_id" or "live_revision_id"
        && (target.Name == DjangoName.OfTable(WagtailTables.Revision)
            || target.Name == DjangoName.OfTable(WagtailTables.PageRevision));

    /// <summary>The one column that refers.</summary>
    public Column Column => Columns[0];

    /// <summary>Whether the column may be NULL.</summary>
    public bool IsNullable => Columns.Any(c => !c.NotNull);

    /// <summary>The column of an orphan, as results name it.</summary>
    public virtual string ColumnText => string.Join(",", Columns.Select(c => c.Name));

    /// <summary>The columns that clearing the reference sets to NULL: those that may be.</summary>
    internal virtual IEnumerable<Column> Clearable => Columns.Where(c => c is { NotNull: false, IsWritable: true });

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The condition that a row refers to anything.</summary>
    /// <remarks>MATCH SIMPLE: with a NULL in it, it does not, and that is allowed.</remarks>
    internal virtual SqlText IsSet(Alias alias) =>
        SqlText.Join(" and ", Columns.Select(c => (SqlText)$"{c.In(alias)} is not null"));

    /// <summary>What a row refers to, as text.</summary>
    internal virtual SqlText Value(Alias alias) => KeyText.Of(Columns, alias);

    /// <summary>The ways in which a row has no target; no row is in two of them.</summary>
    internal abstract IReadOnlyList<MissingTarget> MissingTargets(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation);

    /// <summary>The rows without a target.</summary>
    internal virtual IEnumerable<DanglingReference> Find(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation)
    {
        IReadOnlyList<MissingTarget> missing = MissingTargets(session, catalog, cancellation);
        return session.Read(
            [.. missing.Select(m => (SqlText)$"select {KeyText.Of(Table, "c")}, {Value("c")} from {RowsOf(m)}")],
            (i, row) => new DanglingReference(
                this, row.GetString(0), row.GetString(1), missing[i].Table, missing[i].Note, missing[i].IsCertain),
            cancellation);
    }

    /// <summary>The rows without a target of one way, for a FROM, by the alias c.</summary>
    protected virtual SqlText RowsOf(MissingTarget missing) => $"{Table} c where {missing.IsDangling("c")}";

    /// <summary>What a number of rows without a target have, as a sentence.</summary>
    /// <param name="rows">How many they are.</param>
    /// <param name="targets">The tables that they have none in, joined by commas; null where there is none.</param>
    internal virtual string Count(long rows, string? targets) =>
        $"{rows} {(rows == 1 ? "row has" : "rows have")} no target in {targets ?? "any table"}";

    /// <summary>The repairs that suit such rows, the mildest first; none for what another cmdlet repairs.</summary>
    internal abstract IReadOnlyList<OrphanAction> Repairs(ReferenceCatalog catalog);

    /// <summary>
    /// The repair when nobody says: a declared reference that may be NULL is cleared, and nothing else is certain.
    /// </summary>
    internal virtual OrphanAction? DefaultRepair(ReferenceCatalog catalog) => null;
}

/// <summary>A row that points at nothing.</summary>
/// <param name="Reference">By which reference.</param>
/// <param name="Key">The row's key, as text.</param>
/// <param name="Value">What it points at, as text.</param>
/// <param name="Target">The table in which nothing is, where each row names its own.</param>
/// <param name="Note">What else there is to know.</param>
/// <param name="IsCertain">Whether nothing is there; if not, nobody can look, as the table is not known.</param>
internal sealed record DanglingReference(
    Reference Reference, string Key, string Value, Table? Target = null, string? Note = null, bool IsCertain = true)
{
    /// <summary>What is wrong, as a sentence; null where its target is missing and no more.</summary>
    public string? Problem { get; init; }
}

/// <summary>One way in which rows of a reference have no target.</summary>
/// <param name="IsDangling">The condition that a row, by its alias, is one of them.</param>
/// <param name="Table">The table in which nothing is, where each row names its own.</param>
/// <param name="Note">What else there is to know.</param>
/// <param name="IsCertain">Whether nothing is there; if not, nobody can look, as the table is not known.</param>
internal sealed record MissingTarget(
    Func<Alias, SqlText> IsDangling, Table? Table = null, string? Note = null, bool IsCertain = true);
