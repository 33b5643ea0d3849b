namespace DataOps.Core.Features.ContentTypes;

/// <summary>Who holds a permission, by which row.</summary>
/// <param name="ContentType">django_content_type.id of the permission.</param>
/// <param name="Permission">auth_permission.id.</param>
/// <param name="Codename">Its codename.</param>
/// <param name="Holder">Group or User, or the label of another model.</param>
/// <param name="Name">The holder's name.</param>
/// <param name="On">What else the row names, as a page; null when nothing.</param>
/// <param name="Table">The table that says so.</param>
/// <param name="Key">The row's key.</param>
internal sealed record Grant(
    int ContentType, int Permission, string Codename, string Holder, string Name, string? On, string Table, string Key);

/// <summary>
/// Asks who holds permissions: groups and users, Wagtail's groups on pages, collections and sites, and whatever else
/// refers to a permission.
/// </summary>
internal sealed class PermissionGrants(Session session, ReferenceCatalog catalog, CancellationToken cancellation)
{
    private const int MostNames = 20;

    /// <summary>auth_permission; null in a database without it.</summary>
    public Table? Permissions { get; } = catalog.TableOf(DjangoTables.Permission);

    /// <summary>The references to permissions that are a holder's.</summary>
    public IEnumerable<Reference> References =>
        Permissions is null ? [] : catalog.To(Permissions).Where(r => r is { IsField: true, Columns.Count: 1 });

    /// <summary>The grants of permissions, by table and key.</summary>
    /// <param name="condition">Of a row p of auth_permission.</param>
    public IEnumerable<Grant> Of(SqlText condition) => References.SelectMany(r => Of(r, condition));

    /// <summary>Names of holders of one kind, each once, the first twenty; null when there are none.</summary>
    public static string? Names(IEnumerable<Grant> grants, string holder)
    {
        string[] names =
            [.. grants.Where(g => g.Holder == holder).Select(g => g.Name).Distinct().Order(StringComparer.Ordinal)];
        string more = names.Length > MostNames ? $" and {names.Length - MostNames} more" : "";
        return names.Length == 0 ? null : string.Join(", ", names.Take(MostNames)) + more;
    }

    private IEnumerable<Grant> Of(Reference grant, SqlText condition)
    {
        Table table = grant.Table;
        Reference[] others =
        [
            .. catalog.From(table)
                .Where(r => r is { IsField: true, Columns.Count: 1, Target: not null } && r.Column != grant.Column)
                .DistinctBy(r => r.Column),
        ];
        Reference? holder = others
            .OrderBy(r => r.Target == catalog.TableOf(DjangoTables.Group)
                ? 0
                : KnownNaturalKeys.UserName(r.Target!) is not null ? 1 : 2)
            .FirstOrDefault();
        SqlText[] on =
            [.. others.Where(r => r != holder).Select(
                r => (SqlText)$"{SqlText.Value($"{LabelOf(r.Target!)} ")} || t.{r.Column}::text")];
        SqlText what = on.Length == 0 ? (SqlText)$"null" : (SqlText)$"nullif(concat_ws(', ', {on}), '')";
        SqlText join = holder is null
            ? SqlText.Empty
            : (SqlText)$"left join {holder.Target!} h on h.{holder.TargetColumns[0]} = t.{holder.Column}";
        string kind = holder is null ? LabelOf(table) : KindOf(holder.Target!);
        return session.Read(
            $"""
            select p.content_type_id::int, p.id::int, p.codename::text, {NameOf(holder)}, {what},
                {KeyText.Of(table, "t")}
            from {Permissions!} p join {table} t on t.{grant.Column} = p.id {join}
            where {condition} order by p.id, 4, 6
            """,
            r => new Grant(
                r.GetInt32(0), r.GetInt32(1), r.GetString(2), kind, r.GetString(3),
                r.IsDBNull(4) ? null : r.GetString(4), table.DisplayName, r.GetString(5)),
            cancellation);
    }

    private static SqlText NameOf(Reference? holder)
    {
        if (holder is null)
            return $"''";
        SqlText key = $"t.{holder.Column}::text";
        string? name = KnownNaturalKeys.UserName(holder.Target!)
            ?? (holder.Target!.Find("name") is null ? null : "name");
        return name is null
            ? (SqlText)$"coalesce({key}, '')"
            : (SqlText)$"coalesce(h.{SqlText.Identifier(name)}::text, {key}, '')";
    }

    private string KindOf(Table holder) =>
        holder == catalog.TableOf(DjangoTables.Group)
            ? "Group"
            : KnownNaturalKeys.UserName(holder) is not null ? "User" : LabelOf(holder);

    private string LabelOf(Table table) => catalog.LabelOf(table) ?? table.DisplayName;
}
