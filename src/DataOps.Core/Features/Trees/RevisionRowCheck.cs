using System.Globalization;
using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Trees;

/// <summary>Checks that a revision says rightly what it is a revision of; of pages and of other models.</summary>
internal sealed class RevisionRowCheck(Session session, PageTables tables, CancellationToken cancellation)
{
    private const string Base = "base_content_type_id";

    private readonly Table? _revisions = tables.Revisions is { SingleKey: not null } table
        && table.Find("content_type_id") is not null && table.Find(Base) is not null ? table : null;

    /// <summary>Revisions whose base content type is not that of the root of their model's inheritance.</summary>
    public IEnumerable<Problem> Types()
    {
        if (_revisions is null)
            return [];
        (int[] types, int[] bases, int[] right) = WrongTypes();
        return types.Length == 0 ? [] : session.Read(
            $"""
            select r.{_revisions.SingleKey!}::text, r.base_content_type_id::int4, w.expected
            from {_revisions} r join {Wrong(types, bases, right)} on {IsWrong("r")} order by r.{_revisions.SingleKey!}
            """,
            r => new Problem(
                TreeProblem.RevisionType, Severity.Error, _revisions, r.GetString(0), Base, Name(r.GetInt32(1)),
                Name(r.GetInt32(2)), "the application does not find it among the revisions of its object"),
            cancellation);
    }

    /// <summary>Revisions whose content has the key of another object.</summary>
    public IEnumerable<Problem> Objects() =>
        _revisions?.Find("content")?.Type.Name != "jsonb" || _revisions.Find("object_id") is null ? [] : session.Read(
            $"""
            select r.{_revisions.SingleKey!}::text, r.content ->> 'pk', r.object_id
            from {_revisions} r where r.content ->> 'pk' <> r.object_id order by r.{_revisions.SingleKey!}
            """,
            r => new Problem(
                TreeProblem.RevisionObject, Severity.Warning, _revisions, r.GetString(0), "content", r.GetString(1),
                null, $"its JSON has the key of another object than {r.GetString(2)}, whose revision it is"),
            cancellation);

    /// <summary>Revisions of pages whose content has the number of another content type than their row.</summary>
    /// <remarks>
    /// Wagtail 4 and later take the type from the page; whoever reads the JSON itself takes it for true.
    /// </remarks>
    public IEnumerable<Problem> ContentTypes() =>
        _revisions?.Find("content")?.Type.Name != "jsonb" ? [] : session.Read(
            $"""
            select r.{_revisions.SingleKey!}::text, r.content ->> 'content_type', r.content_type_id::int4
            from {_revisions} r
            where r.base_content_type_id = {tables.ContentType}
              and r.content ->> 'content_type' <> r.content_type_id::text
            order by r.{_revisions.SingleKey!}
            """,
            r => new Problem(
                TreeProblem.RevisionContentType, Severity.Expected, _revisions, r.GetString(0), "content",
                r.GetString(1), null,
                $"its JSON has the content type {Meaning(r.GetString(1))} and its row {Name(r.GetInt32(2))}, as after "
                    + "an import from another site: Wagtail 4 and later do not read it"),
            cancellation);

    /// <summary>Plans the base content types as the content types have them.</summary>
    public void Repair(ChangeRun change)
    {
        (int[] types, int[] bases, int[] right) = WrongTypes();
        NodeRows rows = new(
            session, tables.Catalog.LabelOf(_revisions!), change.Changes.Of(_revisions!), $"dataops_{Base}",
            [_revisions!.Find(Base)!], cancellation);
        rows.Fill($"c.content_type_id",
            only: $"exists (select 1 from {Wrong(types, bases, right)} where {IsWrong("c")})");
        rows.Run($"""
            update {rows.Name} c set base_content_type_id = w.expected
            from {Wrong(types, bases, right)} where {IsWrong("c")}
            """);
        rows.KeepChanged();
        change.PlanLast(rows);
    }

    private static SqlText Wrong(int[] types, int[] bases, int[] right) =>
        $"unnest({types}, {bases}, {right}) w (type, base, expected)";

    private static SqlText IsWrong(Alias revision) =>
        $"{revision}.content_type_id = w.type and {revision}.base_content_type_id = w.base";

    // Few pairs of types stand in many rows.
    private (int[] Types, int[] Bases, int[] Right) WrongTypes()
    {
        (int Type, int Base, int Right)[] wrong =
        [
            .. from pair in session.Query<(int Type, int Base)>(
                   $"select distinct content_type_id::int4, base_content_type_id::int4 from {_revisions!} order by 1",
                   cancellation)
               let root = Root(pair.Type)
               where root is not null && tables.Catalog.ContentTypeOf(pair.Base)?.Table != root
               let model = tables.Catalog.ModelOf(root)
               where model is not null
               select (pair.Type, pair.Base, model.ContentType),
        ];
        return ([.. wrong.Select(w => w.Type)], [.. wrong.Select(w => w.Base)], [.. wrong.Select(w => w.Right)]);
    }

    // Null where nothing tells it: no table (a proxy), or several parents.
    private Table? Root(int type)
    {
        Table? root = tables.Catalog.ContentTypeOf(type)?.Table;
        while (root is not null)
        {
            Reference[] links =
                [.. tables.Catalog.From(root).Where(r => r is { IsParentLink: true, Target: not null })];
            if (links.Length != 1)
                return links.Length == 0 ? root : null;
            root = links[0].Target;
        }
        return null;
    }

    private string Meaning(string number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int type) ? Name(type) : number;

    private string Name(int type) => tables.Catalog.ContentTypeOf(type)?.Label ?? $"content type {type}";
}
