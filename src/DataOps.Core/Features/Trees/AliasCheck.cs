using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>Checks what pages are of other pages: aliases and translations.</summary>
internal sealed class AliasCheck(Session session, PageTables tables, CancellationToken cancellation)
{
    private readonly SqlText _key = tables.Key;

    /// <summary>The problems, in the order of the pages' keys.</summary>
    public IEnumerable<Problem> Find() => Aliases().Concat(CanRepeat ? Translations() : []);

    // PostgreSQL sees to it itself, unless Wagtail's constraint is gone.
    private bool CanRepeat =>
        tables.Pages.Find("translation_key") is not null && tables.Pages.Find("locale_id") is not null
        && !tables.Pages.UniqueKeys.Any(k => k.Count == 2 && k.Contains("translation_key") && k.Contains("locale_id"));

    /// <summary>
    /// The aliases whose original does not exist, and those that are their own by a detour; what only leads there is
    /// not.
    /// </summary>
    public static IEnumerable<LostRow> Lost(Session session, PageTables tables, CancellationToken cancellation)
    {
        // Most sites have none, and need no walk over all pages.
        if (tables.Pages.Find("alias_of_id") is not { } alias || !session.Query<bool>(
            $"select exists (select 1 from {tables.Pages} p where p.alias_of_id is not null)", cancellation)[0])
            return [];
        Reference reference = tables.Catalog.From(tables.Pages).FirstOrDefault(
            r => r.Columns.Contains(alias) && r.Target == tables.Pages)
            ?? new SoftReference(
                tables.Pages, alias, tables.Pages, tables.Pages.SingleKey!, "", KnownBy.BuiltIn, Severity.Error);
        return ParentWalk.Lost(session, tables.Pages.Sql, reference, cancellation).Where(
            r => r.Why != LostReason.Below);
    }

    private IEnumerable<Problem> Aliases() => Lost(session, tables, cancellation).Select(r => new Problem(
        TreeProblem.Alias, Severity.Error, tables.Pages, r.Key, "alias_of_id", r.Parent, null,
        r.Why == LostReason.Orphan ? "no page has this key" : "the page is an alias of itself through other aliases"));

    private IEnumerable<Problem> Translations() => session.Read(
        $"""
        select d.key, d.translation_key::text, d.first_key, d.locale_id::text
        from (select p.{_key}::text as key, p.{_key} as sort, p.translation_key, p.locale_id,
                first_value(p.{_key}::text) over w as first_key, row_number() over w as number
              from {tables.Pages} p where (p.translation_key, p.locale_id) in (
                select q.translation_key, q.locale_id from {tables.Pages} q group by 1, 2 having count(*) > 1)
              window w as (partition by p.translation_key, p.locale_id order by p.{_key})) d
        where d.number > 1 order by d.sort
        """,
        r => new Problem(
            TreeProblem.Translation, Severity.Error, tables.Pages, r.GetString(0), "translation_key", r.GetString(1),
            null, $"page {r.GetString(2)} has the same in locale {r.GetString(3)}"),
        cancellation);
}
