namespace DataOps.Core.Django.Models;

/// <summary>
/// The table of the model that AUTH_USER_MODEL names, as far as the database or the description tells.
/// </summary>
/// <param name="Current">Its table; null where there is none, or nobody can tell.</param>
/// <param name="Retired">auth_user, where the model was switched later and left that table behind; else null.</param>
internal sealed record UserTables(Table? Current, Table? Retired)
{
    /// <summary>Reads them.</summary>
    /// <param name="session">The session.</param>
    /// <param name="database">The tables.</param>
    /// <param name="contentTypes">The models.</param>
    /// <param name="site">The description, whose user model comes first.</param>
    public static UserTables Read(
        Session session, DatabaseCatalog database, IReadOnlyList<ContentType> contentTypes, SiteDescription site)
    {
        Table? own = ModelTables.Find(database, DjangoTables.User);
        if (own is not { IsReadable: true, SingleKey: { } key } || own.Find("username") is null)
            own = null;
        Table? Described(ModelLabel label) => contentTypes.FirstOrDefault(c => c.Label == label)?.Table;
        if (site.UserModel is { } told && Described(told) is { } table)
            return new(table, table == own ? null : own);
        if (own is null)
            return new(null, null);
        Table[] others = [.. contentTypes.Select(c => c.Table).OfType<Table>().Distinct().Where(t => t != own
            && t is { IsReadable: true, SingleKey: not null } && KnownNaturalKeys.IsOfUsers(t)
            && t.Find("username") is not null && MayRead(session, own, t) && Keeps(session, own, t))];
        // Of several copies nobody knows which one is in use.
        return others is [{ } only] ? new(only, own) : new(own, null);
    }

    private static bool MayRead(Session session, Table own, Table other) => session.Query<bool>($"""
        select has_table_privilege({own.Oid}::oid, 'select') and has_table_privilege({other.Oid}::oid, 'select')
        """)[0];

    // Users were copied with their keys, or nothing that refers to them would fit.
    private static bool Keeps(Session session, Table own, Table other) => session.Query<bool>($"""
        select exists (select 1 from {own}) and not exists (
          select 1 from {own} u where not exists (
            select 1 from {other} o
            where o.{other.SingleKey!}::text = u.{own.SingleKey!}::text and o.username::text = u.username::text))
        """)[0];
}
