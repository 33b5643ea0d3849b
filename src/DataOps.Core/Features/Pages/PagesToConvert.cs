using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Pages;

/// <summary>The pages that are converted, in a temporary table; their aliases with them.</summary>
internal sealed class PagesToConvert
{
    /// <summary>The temporary table: id, and new_id, which is the page's own unless it gets a successor.</summary>
    public static readonly SqlText Name = $"pg_temp.dataops_converted";

    private readonly Session _session;
    private readonly CancellationToken _cancellation;

    /// <summary>Finds them.</summary>
    /// <exception cref="DataOpsException">A page is not there, they have several types, or one is an alias of a page
    /// that keeps its type.</exception>
    public PagesToConvert(
        Session session, PageTables tables, PageType target, ConvertPageOptions options, OperationContext context)
    {
        (_session, _cancellation) = (session, context.Cancellation);
        Table pages = tables.Pages;
        session.Run(
            $"create temp table {Name} on commit drop as select t.id, t.id as new_id from {pages} t with no data",
            _cancellation);
        GetPageOptions named = new() { Id = options.Id, UrlPath = options.UrlPath, Type = options.Type };
        PageQuery query = new(session, tables, named, context);
        long[] ids = [.. query.Read().Select(p => p.Id)];
        query.ReportUnmatched();
        // Those that have the new type already are done.
        SqlText others = $"t.content_type_id <> {target.ContentType}";
        if (options.AsNewPage)
            others = $"{others} and not ({HasSuccessor(pages, target)})";
        session.Run(
            $"insert into {Name} select t.id, t.id from {pages} t join unnest({ids}) k on k = t.id where {others}",
            _cancellation);
        if (tables.Pages.Find("alias_of_id") is not null)
            AddAliases(tables, others);
        if (options.AsNewPage)
            NumberNewPages(tables, target);
        session.Run($"create unique index on {Name} (id)", _cancellation);
        session.Run($"analyze {Name}", _cancellation);
        Count = CountOf($"select count(*) from {Name}");
        OnlyId = Count == 1 ? CountOf($"select new_id::int8 from {Name}") : null;
        int[] types = [.. session.Query<int>(
            $"select distinct t.content_type_id::int4 {RowsOf(pages)} order by 1", _cancellation)];
        Type = types.Length switch
        {
            0 => null,
            1 => types[0],
            _ => throw new DataOpsException(
                ErrorIds.MixedTypes, FailureKind.InvalidArgument,
                $"The pages are of several types: {string.Join(", ", types.Select(t => NameOf(tables, t)))}.",
                "Convert one type at a time: add -Type.", target.Label.ToString()),
        };
    }

    /// <summary>A query from "from" on of a table's rows t that name one of the pages, d: by their key if no other
    /// column does.</summary>
    public static SqlText RowsOf(Table table, Column? column = null) =>
        $"from {table} t join {Name} d on d.id = {(column ?? table.SingleKey!).In("t")}";

    /// <summary>How many there are, aliases included.</summary>
    public long Count { get; }

    /// <summary>The id that the page has afterwards; null for several, or none.</summary>
    public long? OnlyId { get; }

    /// <summary>How many of them are only here as aliases.</summary>
    public long Aliases { get; private set; }

    /// <summary>The content type that they have; null without pages.</summary>
    public int? Type { get; }

    // A page that stayed behind its successor has had one already.
    private static SqlText HasSuccessor(Table pages, PageType target) => $"""
        not t.live and t.slug like '%-old%' and exists (
          select 1 from {pages} s where s.content_type_id = {target.ContentType} and {Parent("s")} = {Parent("t")}
            and length(s.path) = length(t.path) and starts_with(t.slug, s.slug || '-old')
            and substr(t.slug, length(s.slug) + 5) ~ '^(-[0-9]+)?$')
        """;

    private static SqlText Parent(Alias page) => PathScheme.Wagtail.ParentSql($"{page}.path");

    // Beyond every page, and every half that a deleted page has left behind; the page table is locked, so nobody takes
    // them meanwhile.
    private void NumberNewPages(PageTables tables, PageType target)
    {
        _session.Run($"""
            update {Name} d set new_id = n.id
            from (select x.id as old,
                    greatest({tables.TakenKeys(target.Chain)}) + row_number() over (order by p.path collate "C") as id
                  from {Name} x join {tables.Pages} p on p.id = x.id) n
            where n.old = d.id
            """, _cancellation);
    }

    private void AddAliases(PageTables tables, SqlText others)
    {
        Table pages = tables.Pages;
        Aliases = _session.Run($"""
            insert into {Name} with recursive a as (
              select d.id from {Name} d union select t.id from {pages} t join a on t.alias_of_id = a.id where {others})
            select a.id, a.id from a where not exists (select 1 from {Name} d where d.id = a.id)
            """, _cancellation);
        if (_session.Query<string>($"""
            select t.id || ' (' || t.url_path || ') is an alias of page ' || t.alias_of_id
            from {pages} t join {Name} d on d.id = t.id join {pages} o on o.id = t.alias_of_id
                and o.content_type_id = t.content_type_id
            where not exists (select 1 from {Name} x where x.id = o.id) order by t.id limit 1
            """, _cancellation) is [var alias, ..])
            throw new DataOpsException(
                ErrorIds.AliasOfOther, FailureKind.InvalidArgument,
                $"Page {alias}, which is not converted; both have to have one type.",
                "Convert that page: its aliases are converted with it.", alias);
    }

    private long CountOf(SqlText sql) => _session.Query<long>(sql, _cancellation)[0];

    private static string NameOf(PageTables tables, int type) =>
        tables.Catalog.ContentTypeOf(type)?.Label.ToString() ?? $"content type {type}";
}
