namespace DataOps.Core.Django.References;

/// <summary>Ids of rows of one model inside the text or the JSON of a column, which its own form tells.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
/// <param name="Target">The model that the ids are of.</param>
/// <param name="Tables">The tables that may have the row: with a model of the project's own (WAGTAILIMAGES_IMAGE_MODEL)
/// that of Wagtail's exists as well.</param>
internal abstract record EmbeddedLink(Table Table, Column Column, ContentType Target, IReadOnlyList<Table> Tables)
{
    /// <summary>Why they are taken for ids, in words.</summary>
    public abstract string Evidence { get; }

    /// <summary>
    /// A query of those without a target, as often as they stand there: the row's key, the id, and its place in the
    /// text.
    /// </summary>
    public SqlText Missing => $"""
        select {KeyText.Of(Table, "c")} as key, l.id, l.path from {All("c")} where {IsMissing("l")}
        """;

    /// <summary>All of them, behind "from": the rows by their alias, and l with each id and its place.</summary>
    public SqlText All(Alias alias) => $"{Table} {alias} join lateral ({Ids(alias)}) l on {MayHold(alias)}";

    /// <summary>The condition that a row has one without a target.</summary>
    public SqlText IsDangling(Alias alias) =>
        $"{MayHold(alias)} and exists (select 1 from ({Ids(alias)}) l where {IsMissing("l")})";

    /// <summary>A condition that leaves out rows without any at little cost.</summary>
    private protected abstract SqlText MayHold(Alias alias);

    /// <summary>
    /// A query of the ids of a row, as id, as often as they stand there, and their places in the text, as path; NULL
    /// without.
    /// </summary>
    private protected abstract SqlText Ids(Alias alias);

    /// <summary>
    /// The model that ids of one of Wagtail's own models are of, and the tables that may have the row.
    /// </summary>
    /// <param name="own">Wagtail's model.</param>
    /// <param name="models">All models with a table.</param>
    /// <param name="named">The models that Wagtail's index names as targets, by django_content_type.id.</param>
    private protected static (ContentType Model, IReadOnlyList<Table> Tables) TargetOf(
        ContentType own, ContentType[] models, IReadOnlySet<int> named)
    {
        ContentType[] targets = [.. models.Where(c => MayBe(own, c, models))];
        return (targets.FirstOrDefault(t => named.Contains(t.Id)) ?? own, [.. targets.Select(t => t.Table!)]);
    }

    private SqlText IsMissing(Alias link) => SqlText.Join(" and ", Tables
        .Select(t => (SqlText)$"not exists (select 1 from {t} p where {KeyText.Of(t, "p")} = {link}.id)")
        .Prepend((SqlText)$"{link}.id is not null"));

    // An image has all columns of a document, and is none.
    private static bool MayBe(ContentType own, ContentType other, ContentType[] models) =>
        IsLike(own.Table!, other.Table!) && !models.Any(
            m => m != own && WagtailTables.Links.Any(l => l.Model == m.Label) && IsLike(own.Table!, m.Table!)
                && IsLike(m.Table!, other.Table!));

    // A project's own model of images or documents has all columns of Wagtail's.
    private static bool IsLike(Table own, Table other) =>
        other.SingleKey is not null && (other == own
            || (own.Find("collection_id") is not null && own.Columns.All(c => other.Find(c.Name) is not null)));
}
