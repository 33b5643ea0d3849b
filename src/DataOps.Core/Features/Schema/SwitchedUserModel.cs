namespace DataOps.Core.Features.Schema;

/// <summary>Foreign keys to auth_user in a site whose user model was switched to another one later.</summary>
/// <remarks>
/// Changing AUTH_USER_MODEL in a running site makes no migration: constraints keep their target, and a row of a user
/// who is only in the new table cannot be written.
/// </remarks>
internal static class SwitchedUserModel
{
    /// <summary>Finds them, a finding for each foreign key.</summary>
    public static IEnumerable<Finding> Find(Session session, ReferenceCatalog catalog, Check check)
    {
        if (catalog.Users is not { Current: { SingleKey: { } key } users, Retired: { } retired })
            return [];
        return check.Run(() =>
        {
            Count count = session.Query<Count>($"""
                select count(u.*) as all, count(*) filter (where r.* is null) as only,
                  count(*) filter (where u.* is null) as lost
                from {users} u full join {retired} r on r.{retired.SingleKey!}::text = u.{key}::text
                """, check.Context.Cancellation)[0];
            bool isUsed = count.Only > 0 || catalog.Site.UserModel is not null
                || catalog.To(users).Any(r => r.IsDeclared && !catalog.Owners.ContainsKey(r.Table.Oid));
            return catalog.To(retired).OfType<TargetReference>()
                .Where(r => r is { IsDeclared: true, IsParentLink: false, Columns.Count: 1 } && !IsOwnList(catalog, r))
                .Select(r => Of(session, catalog, r, users, count, isUsed)).ToArray();
        }, [users, retired]);
    }

    // auth_user's own groups and permissions belong to it.
    private static bool IsOwnList(ReferenceCatalog catalog, Reference reference) =>
        catalog.Owners.TryGetValue(reference.Table.Oid, out (Model Model, ManyToManyList List) owner)
        && owner.Model.Table == reference.Target && owner.List.OwnerColumn == reference.Column;

    private static Finding Of(
        Session session, ReferenceCatalog catalog, TargetReference reference, Table users, Count count,
        bool isUsed)
    {
        string who = catalog.LabelOf(users) ?? users.DisplayName;
        string broken = count.Only == 0 ? "a row of the next new user cannot be written"
            : $"{count.Only} of its {count.All} users {(count.Only == 1 ? "is" : "are")} not in {reference.Target}, "
                + "and no row of theirs can be written";
        return SchemaAudit.Of(session, catalog, reference.Table, SchemaProblem.SwitchedUserModel) with
        {
            Severity = isUsed ? Severity.Warning : Severity.Expected,
            Column = reference.Column.Name,
            References = reference.Target.DisplayName,
            Reference = reference.Name,
            Problem = $"{reference.Column.Name} is bound to {reference.Target}, though {who} {Has(count, isUsed)}: "
                + broken,
            Remedy = Remedy(reference, users).ToString(),
        };
    }

    private static string Has(Count count, bool isUsed) =>
        count.Lost > 0 ? $"is the user model now, which lacks {count.Lost} of its users"
        : isUsed ? "has all users of it and is the user model now"
        : "has all users of it";

    private static SqlText Remedy(TargetReference reference, Table users)
    {
        string name = DjangoName.OfForeignKey(
            reference.Table.Name, [reference.Column.Name], users.Name, users.SingleKey!.Name);
        SqlText action = reference.Constraint!.OnDelete == "NO ACTION"
            ? SqlText.Empty
            : (SqlText)$" on delete {SqlText.Raw(reference.Constraint.OnDelete.ToLowerInvariant())}";
        SqlText drop = $"drop constraint {SqlText.Identifier(reference.Constraint.Name)}";
        SqlText key = $"foreign key ({reference.Column}) references {users} ({users.SingleKey!})";
        return $"alter table {reference.Table} {drop}, add constraint {SqlText.Identifier(name)} {key}{action} "
            + $"deferrable initially deferred not valid; alter table {reference.Table} "
            + $"validate constraint {SqlText.Identifier(name)}";
    }

    // Users of the new table, those of them who are in no other, and those who are only in the old one.
    private sealed record Count(long All, long Only, long Lost);
}
