using DataOps.Core.Django.Pages;

namespace DataOps.Core.Features.Pages;

/// <summary>
/// Plans the conversion of pages of one type into another: their halves, what hangs on those, and what is kept about
/// pages under their type.
/// </summary>
internal sealed class Conversion
{
    private readonly Session _session;
    private readonly PageTables _tables;
    private readonly ChangeRun _change;
    private readonly PageType _target;
    private readonly FieldMap _map;
    private readonly ConversionProblems _problems;
    private readonly ChildRows _children;
    private readonly ReplacementPages? _newPages;

    /// <summary>Makes it.</summary>
    /// <exception cref="DataOpsException">An entry of the map names a field that is not there.</exception>
    public Conversion(Session session, PageTables tables, ChangeRun change, PageType old, PageType target,
        ConvertPageOptions options, OperationContext context)
    {
        (_session, _tables, _change, Old, _target) = (session, tables, change, old, target);
        _map = new FieldMap(tables.Catalog, old, target, options);
        _problems = new ConversionProblems(session, _map, options.Force, context.Cancellation);
        _newPages = options.AsNewPage
            ? new ReplacementPages(session, tables, change, old, target, options, context)
            : null;
        _children = new ChildRows(session, tables.Catalog, change, _map, _problems, options.Force, _newPages, context);
    }

    /// <summary>The type that the pages have.</summary>
    public PageType Old { get; }

    /// <summary>Revisions whose content is rewritten.</summary>
    public long Revisions { get; private set; }

    /// <summary>Which page gets which successor; none where pages change their type themselves.</summary>
    public IEnumerable<ReplacedPage> Replaced => _newPages?.Replaced ?? [];

    /// <summary>What becomes of each field.</summary>
    public IEnumerable<ConvertedField> Fields
    {
        get
        {
            ConvertedField Field(string? name, string? source, string action, Table table) =>
                new(_session.Server, _session.Database, name, source, action, table.DisplayName);
            foreach (FieldSource s in _map.Sources)
                yield return s.Source is not null ? Field(s.Field, s.SourceField, "Copy", s.Table)
                    : (s.GivenText ?? s.Column.Default) is { } value ? Field(s.Field, value, "Default", s.Table)
                    : Field(s.Field, null, "Empty", s.Table);
            foreach ((string to, string from, Table table) in _children.Moved)
                yield return Field(to, from, "Rows", table);
            foreach ((Table table, Column column) in _map.Dropped)
                yield return Field(null, _map.FieldOf(table, column), "Drop", table);
            foreach ((string from, Table table) in _children.Dropped)
                yield return Field(null, from, "Drop", table);
        }
    }

    /// <summary>Plans it.</summary>
    /// <exception cref="DataOpsException"><c>CannotConvert</c>: all that is in the way.</exception>
    public void Plan()
    {
        _problems.FindRoot(_tables.Pages);
        _problems.FindHalves();
        _problems.FindValues();
        _newPages?.FindProblems(_problems);
        _children.Find();
        _map.RequireUsed(_target);
        _problems.ThrowIfAny(Old, _target);
        _newPages?.PlanPages();
        foreach (Table table in _map.Come)
            PlanHalf(table);
        _children.Plan();
        if (_newPages is null)
            PlanInPlace();
        else
            _newPages.PlanRest();
    }

    private void PlanInPlace()
    {
        foreach (Table table in _map.Gone)
            _change.Changes.Of(table).PlanDelete(PagesToConvert.RowsOf(table));
        _change.Update(_tables.Pages, ["content_type_id"],
            $"select t.id, {_target.ContentType} as content_type_id {PagesToConvert.RowsOf(_tables.Pages)}");
        PlanRevisions();
        PlanComments();
        PlanTypes();
    }

    private void PlanHalf(Table table)
    {
        FieldSource[] sources = [.. _map.Sources.Where(s => s.Table == table)];
        string[] names = [table.SingleKey!.Name, .. sources.Select(s => s.Column.Name)];
        SqlText[] values = [$"d.new_id", .. sources.Select(s => s.Value(AliasOf))];
        SqlText joins = SqlText.Join(
            " ", Old.Chain.Select(t => (SqlText)$"join {t} {AliasOf(t)} on {t.SingleKey!.In(AliasOf(t))} = d.id"));
        InsertedRows rows = _change.Insert(
            table, names, (SqlText)$"select {values} from {PagesToConvert.Name} d {joins}");
        _newPages?.Following.Redirect(rows, table, names);
    }

    private Alias AliasOf(Table table) => $"s{Old.Chain.ToList().IndexOf(table)}";

    // A revision is all fields in one object: it would not open with the fields of the old type.
    private void PlanRevisions()
    {
        if (_tables.Find(WagtailTables.Revision) is not { } revisions || revisions.Find("base_content_type_id") is null)
            return;
        IEnumerable<string> gone = _map.Gone.SelectMany(t => t.Columns.Select(c => _map.FieldOf(t, c)));
        string[] removed = [.. gone.Concat(_children.OldLists).Distinct()];
        IEnumerable<SqlText> copied = _map.Sources
            .Where(s => s.Source is not null).Select(s => (s.SourceField!, s.Field)).Concat(_children.Lists)
            .Select(f => Copied(SqlText.Value(f.Item1), SqlText.Value(f.Item2)));
        IEnumerable<SqlText> given = _map.Sources.Where(s => s.Source is null).Select(s =>
            (SqlText)$"""
            jsonb_build_object({SqlText.Value(s.Field)}, to_jsonb(({s.Fallback!}){AsJson(s.Column)}))
            """);
        SqlText content = SqlText.Join(" || ", [$"(r.content - {removed})", .. copied, .. given]);
        Revisions = _change.Update(revisions, ["content_type_id", "content"], $"""
            select r.id, {_target.ContentType} as content_type_id,
              {content} || jsonb_build_object('content_type', {_target.ContentType}) as content
            from {revisions.Sql} r join {PagesToConvert.Name} d on d.id::text = r.object_id
            where r.base_content_type_id = {_tables.ContentType}
            """).Count;
    }

    private static SqlText Copied(SqlText old, SqlText field) =>
        $"case when r.content ? {old} then jsonb_build_object({field}, r.content -> {old}) else '{{}}' end";

    // A revision has the text of what is JSON in the table.
    private static SqlText AsJson(Column column) => column.Type.Underlying.Name is "jsonb" or "json"
        ? (SqlText)$"::text"
        : SqlText.Empty;

    // A comment says by its field's name where it stands.
    private void PlanComments()
    {
        (string Old, string New)[] renamed =
            [.. _map.Sources.Where(s => s.SourceField is not null && s.SourceField != s.Field)
                .Select(s => (s.SourceField!, s.Field))];
        if (renamed.Length == 0 || _tables.Find(WagtailTables.Comment) is not { } comments)
            return;
        SqlText values = $"{renamed.Select(f => (SqlText)$"({SqlText.Value(f.Old)}, {SqlText.Value(f.New)})")}";
        _change.Update(comments, ["contentpath"], $"""
            select t.id, f.new || substr(t.contentpath, length(f.old) + 1) as contentpath
            from {comments.Sql} t join {PagesToConvert.Name} d on d.id = t.page_id
            join (values {values}) f (old, new) on f.old = split_part(t.contentpath, '.', 1)
            """);
    }

    // What is kept about a page under its type goes on under the new one; entries that the application makes anew go.
    private void PlanTypes()
    {
        int[] old = [.. _map.Gone.Select(_tables.Catalog.ModelOf).OfType<Model>().Select(m => m.ContentType)];
        if (old.Length == 0)
            old = [Old.ContentType];
        SqlText isOld = $"= any({old})";
        foreach (ModelLabel name in new[] { WagtailTables.WorkflowState, WagtailTables.ReferenceIndex })
            if (_tables.Find(name) is { } table && table.Find("base_content_type_id") is not null)
                _change.Update(table, ["content_type_id"], $"""
                    select t.id, {_target.ContentType} as content_type_id
                    from {table.Sql} t join {PagesToConvert.Name} d on d.id::text = t.object_id
                    where t.base_content_type_id = {_tables.ContentType}
                    """);
        foreach (ModelLabel name in new[] { WagtailTables.SearchEntry, WagtailTables.EditingSession })
            if (_tables.Find(name) is { } table)
                _change.Changes.Of(table).PlanDelete($"""
                    from {table.Sql} t join {PagesToConvert.Name} d on d.id::text = t.object_id
                    where t.content_type_id {isOld}
                    """);
        ModelLabel[] known =
            [WagtailTables.Revision, WagtailTables.WorkflowState, WagtailTables.ReferenceIndex,
                WagtailTables.SearchEntry, WagtailTables.EditingSession];
        foreach (Reference reference in _tables.Catalog.References.Where(r =>
            r is { Class: ReferenceClass.Generic, ContentTypeColumn: not null }
            && r.Severity != Severity.Expected && !known.Contains(_tables.Catalog.ModelOf(r.Table)?.Label)))
        {
            Column type = reference.ContentTypeColumn!;
            TablePlan rows = _change.Changes.Of(reference.Table);
            if (!rows.Identity.IsWholeRow)
                _change.Update(reference.Table, [type.Name], $"""
                    select {rows.Identity.Of("t")}, {_target.ContentType}::{type.TypeSql} as {type.Sql}
                    from {reference.Table.Sql} t join {PagesToConvert.Name} d
                      on d.id::text = {reference.Column.In("t")}::text
                    where {type.In("t")} {isOld}
                    """);
        }
    }
}
