namespace DataOps.Core.Django.References;

/// <summary>
/// A parent's row that says itself of which inheriting model it is: by a content type (django-polymorphic), or by the
/// model's name (Mezzanine's content_model). Its other half stands in that model's table, and in no other.
/// </summary>
/// <param name="parent">The table that has the column.</param>
/// <param name="type">The column.</param>
/// <param name="subtypes">The models that it can name; a row that names another is not judged.</param>
/// <param name="isRequired">Whether the application cannot read a row that names none.</param>
/// <param name="evidence">Why it is taken for such a column.</param>
internal sealed class SubtypeReference(
    Table parent, Column type, IReadOnlyList<Subtype> subtypes, bool isRequired, string evidence) : Reference(
    $"{parent.DisplayName}.{type.Name}", ReferenceClass.Inheritance, Severity.Error, parent, [type], null, [], evidence)
{
    private const string Polymorphic = "polymorphic_ctype_id";
    private const string ContentModel = "content_model";

    private readonly Table[] _halves = [.. subtypes.SelectMany(s => s.Halves).DistinctBy(t => t.Oid)];

    /// <summary>Those of a database.</summary>
    public static IEnumerable<Reference> Of(
        DatabaseCatalog database, IReadOnlyList<ContentType> contentTypes, IReadOnlyList<Reference> references)
    {
        ILookup<uint, Reference> heirs = references.Where(r => r.IsParentLink).ToLookup(r => r.Target!.Oid);
        foreach (Table parent in heirs.Select(h => h.First().Target!).Where(
            t => t.SingleKey is not null && database.IsOfSite(t)))
        {
            (ContentType Model, Table[] Halves)[] models =
                [.. Models(contentTypes, heirs, parent, []).DistinctBy(m => m.Model.Label)];
            if (parent.Find(Polymorphic) is { } contentType
                && parent.ForeignKeys.Any(k => k.Columns is [Polymorphic]))
                yield return new SubtypeReference(
                    parent, contentType, [.. models.Select(m => new Subtype($"{m.Model.Id}", m.Model.Label, m.Halves))],
                    isRequired: true, "a content type that names the model of the row: django-polymorphic");
            // A name that two apps have tells nothing.
            if (parent.Find(ContentModel) is { Type.Underlying.Name: "varchar" } name)
                yield return new SubtypeReference(
                    parent, name,
                    [.. models.GroupBy(m => m.Model.Label.Name).Where(g => g.Count() == 1).Select(g => g.First())
                        .Select(m => new Subtype(m.Model.Label.Name, m.Model.Label, m.Halves))],
                    isRequired: false, "the name of the row's model: Mezzanine");
        }
    }

    // The parent's own model and all that inherit from it, each with the tables of its halves, its own the last.
    private static IEnumerable<(ContentType Model, Table[] Halves)> Models(
        IReadOnlyList<ContentType> contentTypes, ILookup<uint, Reference> heirs, Table table, Table[] halves) =>
        contentTypes.Where(c => c.Table == table).Select(c => (c, halves)).Concat(
            heirs[table.Oid].Select(h => h.Table).Where(t => t is { IsReadable: true, SingleKey: not null })
                .Except(halves).SelectMany(t => Models(contentTypes, heirs, t, [.. halves, t])));

    /// <inheritdoc/>
    internal override IReadOnlyList<MissingTarget> MissingTargets(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation) =>
        [new(a => $"{Table.SingleKey!.In(a)} in (select w.id from ({Wrong}) w)")];

    /// <inheritdoc/>
    internal override IEnumerable<DanglingReference> Find(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation) => session.Read(
        $"""
        select w.id::text, min(w.type), array_remove(array_agg(distinct w.half), null)
        from ({Wrong}) w group by w.id order by w.id
        """,
        r => Dangling(r.GetString(0), r.IsDBNull(1) ? null : r.GetString(1), [.. r.GetFieldValue<int[]>(2)]),
        cancellation);

    // Which of two tables is right, only the application's history tells.
    internal override IReadOnlyList<OrphanAction> Repairs(ReferenceCatalog catalog) => [];

    /// <inheritdoc/>
    internal override string Count(long rows, string? targets) =>
        $"{rows} {(rows == 1 ? "row is" : "rows are")} not of the model that {Column.Name} names";

    private DanglingReference Dangling(string key, string? value, int[] found)
    {
        Subtype? subtype = subtypes.FirstOrDefault(s => s.Value == value);
        string others = string.Join(" and ", found.Where(i => i >= 0).Select(i => _halves[i].DisplayName));
        bool isMissing = found.Contains(-1);
        string problem = (subtype, isMissing, others.Length > 0) switch
        {
            (null, _, true) => $"the row's other half is in {others}",
            (null, _, _) => "the application cannot tell the model of the row",
            (_, true, true) => $"the row's model is {subtype.Label}, but its other half is in {others}",
            (_, true, _) => $"the row's model is {subtype.Label}, but {subtype.Halves[^1]} has no row of its key",
            _ => $"the row's model is {subtype.Label}, but there is another half in {others}",
        };
        return new DanglingReference(this, key, value ?? "NULL", isMissing ? subtype!.Halves[^1] : null)
        {
            Problem = problem,
        };
    }

    // The rows that lack their half (-1), and those that have one in another model's table (its place among these).
    private SqlText Wrong
    {
        get
        {
            SqlText key = Table.SingleKey!.In("c");
            SqlText from = $"select {key} as id, {Column.In("c")}::text as type";
            IEnumerable<SqlText> missing = subtypes.Where(s => s.Halves.Count > 0).Select(s => (SqlText)$"""
                {from}, -1 as half from {Table} c
                where {Is(s)} and not exists (select 1 from {s.Halves[^1]} s where s.{s.Halves[^1].SingleKey!} = {key})
                """);
            IEnumerable<SqlText> stray = _halves.Select((half, i) => (SqlText)$"""
                {from}, {SqlText.Literal(i)} from {half} s join {Table} c on {key} = s.{half.SingleKey!}
                where {IsOneOf(subtypes.Where(s => !s.Halves.Contains(half)))}
                """);
            SqlText none = $"{from}, null::int4 from {Table} c where {Column.In("c")} is null";
            return SqlText.Join(" union all ", missing.Concat(stray).Concat(isRequired ? [none] : []));
        }
    }

    private SqlText Is(Subtype subtype) => $"{Column.In("c")} = {SqlText.Literal(subtype.Value)}";

    private SqlText IsOneOf(IEnumerable<Subtype> named) => SqlText.Join(" or ", named.Select(Is)
        .Append(isRequired ? (SqlText)$"{Column.In("c")} is null" : (SqlText)$"false"));
}

/// <summary>A model that a row can be of.</summary>
/// <param name="Value">How the column names it.</param>
/// <param name="Label">Its label.</param>
/// <param name="Halves">The tables of its halves below the parent's, its own the last; empty for the parent's
/// model.</param>
internal sealed record Subtype(string Value, ModelLabel Label, IReadOnlyList<Table> Halves);
