namespace DataOps.Core.Django.References;

/// <summary>
/// Ids inside JSON and rich text: where wagtailcore_referenceindex says that they stand, in links that the text itself
/// tells, and in blocks that the site's description names.
/// </summary>
/// <param name="holder">The table that holds the text.</param>
/// <param name="column">The text.</param>
/// <param name="target">What the ids are of, with its table.</param>
/// <param name="index">wagtailcore_referenceindex; null where the site has none.</param>
/// <param name="paths">Where it says so.</param>
/// <param name="links">The links and blocks of the text to that target.</param>
internal sealed class EmbeddedReference(
    Table holder, Column column, ContentType target, Table? index, IReadOnlyList<EmbeddedPath> paths,
    IReadOnlyList<EmbeddedLink> links) : Reference(
    $"{holder.DisplayName}.{column.Name}->{target.Label}", ReferenceClass.Embedded, Severity.Warning, holder, [column],
    target.Table, [target.Table!.SingleKey!], Why(paths, links))
{
    /// <inheritdoc/>
    public override KnownBy KnownBy =>
        paths.Count == 0 && links.All(l => l is ChooserLink) ? KnownBy.SiteDescription : KnownBy.Content;

    /// <summary>Those of a database.</summary>
    public static IEnumerable<Reference> Of(
        IReadOnlyList<ContentType> contentTypes, IReadOnlyList<Reference> references, Table? index,
        IReadOnlyList<EmbeddedPath> paths, IReadOnlyList<EmbeddedLink> links)
    {
        Dictionary<int, ContentType> types = contentTypes.ToDictionary(c => c.Id);
        var indexed =
            from path in paths
            let source = types.GetValueOrDefault(path.Source)?.Table
            let target = types.GetValueOrDefault(path.Target)
            where source is not null && target?.Table is { SingleKey: not null }
            let holder = Holder(source, path.FieldName, references)
            where holder is { SingleKey: not null }
            select (Key: (holder, holder.Find(path.FieldName)!, target), Path: path);
        var byPath = indexed.ToLookup(i => i.Key, i => i.Path);
        var byLink = links.ToLookup(l => (l.Table, l.Column, l.Target));
        return byPath.Select(g => g.Key).Union(byLink.Select(g => g.Key)).Select(
            k => new EmbeddedReference(k.Item1, k.Item2, k.Item3, index, [.. byPath[k]], [.. byLink[k]]));
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<MissingTarget> MissingTargets(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation) =>
        [new(a => SqlText.Join(" or ", links.Select(l => (SqlText)$"({l.IsDangling(a)})").Concat(ByIndex(
            i => $"exists (select 1 from {i} r where {IsMissing} and {IsEntryOf(a)} and {Holds(a, "r")})"))))];

    // The index may be older than the text, so the text has the last word; it is only read for what is missing. What
    // both tell is told once, with the place that the index knows.
    internal override IEnumerable<DanglingReference> Find(
        Session session, ReferenceCatalog catalog, CancellationToken cancellation) => session.Read(
        $"""
        select d.key, d.id, min(d.path) from (
          {SqlText.Join(" union all ", links.Select(l => l.Missing).Concat(ByIndex(Indexed)))}) d
        group by d.key, d.id order by d.key, d.id
        """,
        row => new DanglingReference(
            this, row.GetString(0), row.GetString(1), null,
            row.IsDBNull(2) ? "a link inside the text" : $"inside the text, at {row.GetString(2)}"),
        cancellation);

    /// <summary>
    /// From "from" on, the rows by their alias whose text holds an id of rows that are planned to be deleted.
    /// </summary>
    /// <param name="alias">The alias.</param>
    /// <param name="planned">The plan of the target's table, while the index has its entries still.</param>
    internal SqlText Holders(Alias alias, SqlText planned)
    {
        SqlText isGone = $"d._action = 'D' and {KeyText.Of(TargetColumns, "d")}";
        IEnumerable<SqlText> byLink = links.Select(l => (SqlText)$"""
            select distinct {KeyText.Of(Table, "c")} as key from {l.All("c")} join {planned} d on {isGone} = l.id
            """);
        return $"""
            from ({SqlText.Join(" union ", byLink.Concat(ByIndex(i => $"""
              select r.object_id as key from {i} r join {planned} d on {isGone} = r.to_object_id and {IsEntry}
              join {Table} c on {IsEntryOf("c")} and {Holds("c", "r")}
              """)))}) h
            join {Table} {alias} on {KeyText.Of(Table, alias)} = h.key
            """;
    }

    // Ids inside a text only an editor can replace.
    internal override IReadOnlyList<OrphanAction> Repairs(ReferenceCatalog catalog) => [];

    private static string Why(IReadOnlyList<EmbeddedPath> paths, IReadOnlyList<EmbeddedLink> links)
    {
        if (links.Count == 0)
            return "ids inside the text, as wagtailcore_referenceindex has them";
        IEnumerable<string> parts = links.Select(l => l.Evidence).Distinct();
        return string.Join(", and ", paths.Count == 0
            ? parts
            : parts.Append("ids as wagtailcore_referenceindex has them"));
    }

    private IEnumerable<SqlText> ByIndex(Func<Table, SqlText> sql) => paths.Count == 0 ? [] : [sql(index!)];

    // The entries of the index first: they are few, where the text has to be read in full.
    private SqlText Indexed(Table index) => $"""
        select {KeyText.Of(Table, "s")} as key, r.to_object_id as id, r.content_path as path
        from (select r.object_id, r.to_object_id, min(r.content_path) as content_path from {index} r where {IsMissing}
              group by r.object_id, r.to_object_id offset 0) r
        join {Table} s on {IsEntryOf("s")} where {Holds("s", "r")}
        """;

    private static SqlText IsOf(int source, int target) =>
        $"(r.content_type_id = {source} and r.to_content_type_id = {target})";

    // An entry r of the index for this text and this target's model.
    private SqlText IsEntry => $"""
        ({SqlText.Join(" or ", paths.Select(p => IsOf(p.Source, p.Target)))})
        and split_part(r.model_path, '.', 1) = {SqlText.Value(Column.Name)}
        """;

    // An entry r of the index whose target is not there.
    private SqlText IsMissing => $"""
        {IsEntry}
        and not exists (select 1 from {Target!} p where {KeyText.Of(TargetColumns, "p")} = r.to_object_id)
        """;

    private SqlText IsEntryOf(Alias alias) => $"{KeyText.Of(Table, alias)} = r.object_id";

    private SqlText Holds(Alias alias, Alias entry) => $"""
        {Column.In(alias)}::text
          ~ ('(^|[^0-9a-zA-Z-])' || regexp_replace({entry}.to_object_id, '([^0-9a-zA-Z-])', '\\\1', 'g') ||
              '($|[^0-9a-zA-Z-])')
        """;

    // The field may be inherited: then it stands in a parent's table. Only text and JSON hold ids inside; a plain
    // foreign key's path is its field, which is no column.
    private static Table? Holder(Table source, string field, IReadOnlyList<Reference> references)
    {
        for (Table? table = source; table is not null; table = references.FirstOrDefault(
            r => r.Table == table && r.IsParentLink)?.Target)
            if (table.Find(field) is { Type.Underlying.Name: "jsonb" or "json" or "text" or "varchar" } column
                && !references.Any(r => r.Table == table && r.Column == column))
                return table;
        return null;
    }
}

/// <summary>Where ids stand inside JSON or rich text, as wagtailcore_referenceindex has it.</summary>
/// <param name="Source">django_content_type.id of the model that holds the text.</param>
/// <param name="Target">django_content_type.id of what the ids are of.</param>
/// <param name="FieldName">The field: the first part of model_path.</param>
internal sealed record EmbeddedPath(int Source, int Target, string FieldName);
