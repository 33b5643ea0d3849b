namespace DataOps.Core.Django.References;

/// <summary>Links of one kind in the rich text of a column, be it a text or inside JSON (StreamField).</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
/// <param name="Target">The model that the links are of.</param>
/// <param name="Tables">The tables that may have the row: with a model of the project's own (WAGTAILIMAGES_IMAGE_MODEL)
/// that of Wagtail's exists as well.</param>
/// <param name="Element">The HTML element, as <c>a</c>.</param>
/// <param name="Attribute">The attribute that says of what the id is, as <c>linktype</c>.</param>
/// <param name="Type">Its value, as <c>page</c>.</param>
internal sealed record RichTextLink(
    Table Table, Column Column, ContentType Target, IReadOnlyList<Table> Tables, string Element, string Attribute,
    string Type) : EmbeddedLink(Table, Column, Target, Tables)
{
    private const int ShortText = 255;

    // JSON escapes a quote and a line's end.
    private const string Space = @"(?:\s|\\[nrt])";
    private const string Quote = @"\\?[""']";

    /// <summary>The links of a database: the kinds that a column has at least one of.</summary>
    /// <param name="session">The session.</param>
    /// <param name="contentTypes">All content types.</param>
    /// <param name="tables">Finds the tables of models.</param>
    /// <param name="references">The references by columns, which hold no text.</param>
    /// <param name="named">The models that Wagtail's index names as targets, by django_content_type.id.</param>
    /// <param name="site">The fields of rich text and blocks that the site's description names.</param>
    /// <param name="texts">Whose texts are read; all without.</param>
    /// <exception cref="DataOpsException">The server refused the query.</exception>
    public static IReadOnlyList<RichTextLink> Read(
        Session session, IReadOnlyList<ContentType> contentTypes, ModelTables tables,
        IReadOnlyList<Reference> references, IReadOnlySet<int> named, SiteDescription site,
        Func<Table, ModelLabel, bool>? texts)
    {
        if (tables.Find(WagtailTables.Page) is null)
            return [];
        HashSet<uint> readable = Readable(session);
        ILookup<bool, RichTextLink> byState = Possible(contentTypes, references, named, site, texts)
            .ToLookup(l => readable.Contains(l.Table.Oid));
        // One that cannot be looked at now stands for the others of its table, so that an audit says so.
        return [.. Held(session, byState[true]), .. byState[false].DistinctBy(l => l.Table.Oid)];
    }

    /// <inheritdoc/>
    public override string Evidence => "links inside the text";

    // This costs less than a regular expression, and leaves out nearly all rows of nearly all columns.
    private protected override SqlText MayHold(Alias alias) =>
        $"{Text(alias)} like {SqlText.Value($"%{Attribute}=%{Type}%")}";

    private SqlText MayHoldAnyKind(Alias alias) => $"{Text(alias)} like {SqlText.Value($"%{Attribute}=%")}";

    private protected override SqlText Ids(Alias alias) => $"""
        select substring(m[1] from {SqlText.Value($"{Space}id={Quote}([^\"'\\\\]+)")}) as id,
            null::text as path
        from regexp_matches({Text(alias)}, {SqlText.Value($@"<{Element}\M[^>]*>")}, 'g') m
        where m[1] ~ {SqlText.Value(TypePattern)}
        """;

    private SqlText Text(Alias alias) => $"{Column.In(alias)}::text collate \"C\"";

    private SqlText Holds(Alias alias) =>
        $"{MayHold(alias)} and {Text(alias)} ~ {SqlText.Value($@"<{Element}\M[^>]*{TypePattern}")}";

    private string TypePattern => $"{Space}{Attribute}={Quote}{Type}{Quote}";

    private static IEnumerable<RichTextLink> Possible(
        IReadOnlyList<ContentType> contentTypes, IReadOnlyList<Reference> references, IReadOnlySet<int> named,
        SiteDescription site, Func<Table, ModelLabel, bool>? texts)
    {
        HashSet<Column> referring = [.. references.SelectMany(r => r.Columns)];
        ContentType[] models = [.. contentTypes.Where(c => c.Table is { IsReadable: true }).DistinctBy(
            c => c.Table!.Oid)];
        return
            from model in models
            where texts is null || texts(model.Table!, model.Label)
            let isText = !DjangoTables.History.Contains(model.Label) && !DjangoTables.Derived.Contains(model.Label)
                && !WagtailTables.WithoutLinks.Contains(model.Label)
            from column in model.Table!.Columns
            where !referring.Contains(column)
                && ((isText && HoldsText(column)) || IsDescribed(site, model.Label, column))
            from link in WagtailTables.Links
            let own = models.FirstOrDefault(c => c.Label == link.Model)
            where own is not null
            let target = TargetOf(own, models, named)
            select new RichTextLink(
                model.Table!, column, target.Model, target.Tables, link.Element, link.Attribute, link.Type);
    }

    // A short text, and one of a model that has no links elsewhere, where the description says that it holds some.
    private static bool IsDescribed(SiteDescription site, ModelLabel model, Column column) =>
        column.Type.Underlying.Name is "varchar" or "text" or "json" or "jsonb"
            && site.RichTextFields.Concat(site.StreamFields).Any(f => f.Model == model
                && site.ColumnsOf(f.Model, f.Field).Contains(column.Name));

    private static bool HoldsText(Column column) => column.Type.Underlying.Name is "text" or "json" or "jsonb"
        || (column.Type.Underlying.Name == "varchar" && column.Length is null or > ShortText);

    // A table that another session has locked, or whose rows a policy hides, would end the reading of the catalogue.
    private static HashSet<uint> Readable(Session session) => [.. session.Query<uint>($"""
        select c.oid from pg_class c
        where c.relkind in ('r', 'p') and has_schema_privilege(c.relnamespace, 'usage')
          and has_table_privilege(c.oid, 'select') and not row_security_active(c.oid)
          and not exists (
            select 1 from pg_locks l where l.relation = c.oid and l.mode = 'AccessExclusiveLock'
              and l.database = (select oid from pg_database where datname = current_database())
              and l.pid is distinct from pg_backend_pid())
        """)];

    // A column of which no row holds any kind is read once, whatever the number of kinds.
    private static IEnumerable<RichTextLink> Held(Session session, IEnumerable<RichTextLink> possible)
    {
        ILookup<(Table, Column), RichTextLink> columns = possible.ToLookup(l => (l.Table, l.Column));
        RichTextLink[][] any = Where(session, [.. columns.Select(c => c.ToArray())], kinds => SqlText.Join(
            " or ", kinds.DistinctBy(k => k.Attribute).Select(k => k.MayHoldAnyKind("c"))));
        return Where(session, [.. any.SelectMany(c => c).Select(l => new[] { l })], l => l[0].Holds("c"))
            .Select(l => l[0]);
    }

    private static RichTextLink[][] Where(
        Session session, RichTextLink[][] links, Func<RichTextLink[], SqlText> condition) => links.Length == 0 ? [] :
        [
            .. session.Query<int>(SqlText.Join(" union all ", links.Select((l, i) => (SqlText)$"""
                select {SqlText.Literal(i)}::int4 where exists (
                  select 1 from {l[0].Table} c where {condition(l)})
                """))).Order().Select(i => links[i]),
        ];
}
