using DataOps.Core.Django.Values;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Export;

/// <summary>How an export writes references and keys: as they are stored, or as natural keys.</summary>
/// <param name="Catalog">The database's references.</param>
/// <param name="Keys">The natural keys of its models.</param>
/// <param name="NaturalForeign">Write a reference as its target's natural key.</param>
/// <param name="NaturalPrimary">Leave out the key of a model that has a natural key.</param>
/// <param name="Missing">What to do where there is no target.</param>
/// <param name="Whole">Tables all of whose rows are written.</param>
internal sealed record ReferenceForm(
    ReferenceCatalog Catalog, NaturalKeys Keys, bool NaturalForeign, bool NaturalPrimary, MissingPolicy Missing,
    IReadOnlySet<Table> Whole)
{
    /// <summary>Whether a model's key is left out: one that nobody makes anew, as a text, is written.</summary>
    public bool IsKeyless(Model model) =>
        NaturalPrimary && Keys.Of(model.Table) is not null && model.FixtureKey.All(k => IsMade(model.Table, k));

    /// <summary>
    /// The rows of a dump that a generic reference leads to by a key which the dump leaves out: after a load it leads
    /// nowhere, or to another row.
    /// </summary>
    public string? LostGenericReferences(
        Session session, IReadOnlyCollection<Model> models, CancellationToken cancellation)
    {
        int[] keyless = [.. models.Where(IsKeyless).Select(m => m.ContentType)];
        if (keyless.Length == 0)
            return null;
        string[] lost =
        [
            .. from reference in Catalog.References.OfType<GenericReference>()
               where models.Any(m => m.Table == reference.Table)
               let count = session.Query<long>($"""
                   select count(*) from {reference.Table} t
                   where t.{reference.ContentTypeColumn} = any({keyless}) and {reference.IsSet("t")}
                   """, cancellation)[0]
               where count > 0
               select $"{Catalog.LabelOf(reference.Table)}.{reference.Column.Name} {count}",
        ];
        return lost.Length == 0 ? null
            : $"Generic references lead to rows whose keys are left out (-NaturalPrimary), and lose them in another "
                + $"database: {string.Join(", ", lost)}.";
    }

    /// <summary>
    /// The field that leads to the parent's half, which is written when natural primary keys are asked for; so is any
    /// reference that is a key left out.
    /// </summary>
    public Reference? ParentLink(Model model) => !NaturalPrimary ? null
        : Catalog.ParentLink(model.Table)
            ?? (IsKeyless(model) && model.Key is [{ } key] ? Catalog.ReferenceOf(model.Table, key) : null);

    private bool IsMade(Table table, Column key) =>
        key.Source != ColumnSource.Plain || key.Default is not null || key.Type.Underlying.Name == "uuid"
            || Catalog.ReferenceOf(table, key) is not null;

    /// <summary>
    /// The join and the JSON expression of a column that is written as a natural key; null for one that is written as
    /// it is.
    /// </summary>
    /// <param name="reference">The column's reference.</param>
    /// <param name="place">The column in the query, as <c>t."owner_id"</c>.</param>
    /// <param name="alias">A name for the joined keys.</param>
    /// <param name="list">How a key is laid out.</param>
    public (SqlText Join, SqlText Json)? Natural(Reference? reference, SqlText place, Alias alias, ListLayout list)
    {
        if (reference is null || !(NaturalForeign || IsUnexplained(reference)) || Keys.Of(reference) is not { } key)
            return null;
        NaturalKeySql sql = new(key);
        SqlText rows = $"""
            select t.{reference.TargetColumns[0]} as pk, {sql.Json(list)} as key
            from {key.Table} t{sql.Joins}
            """;
        // What has no target keeps its plain key, which Django's loader takes too.
        return ($" left join ({rows}) {alias} on {alias}.pk = {place}",
            $"coalesce({alias}.key, to_json({place})::text)");
    }

    // The numbers of content types and permissions are others in each database: without their rows a file that has
    // them says nothing.
    private bool IsUnexplained(Reference reference) =>
        reference.Target is { } target && !Whole.Contains(target)
            && (target == Catalog.TableOf(DjangoTables.ContentType)
                || target == Catalog.TableOf(DjangoTables.Permission));

    /// <summary>
    /// What to say of users who may be known by their e-mail address as well as by their name, and are written by the
    /// name; null where nobody has to say which.
    /// </summary>
    public string? UserNameInDoubt(IReadOnlyList<Model> models)
    {
        Model? users = !(NaturalForeign || NaturalPrimary) || Catalog.Site.UserNameField is not null ? null
            : Catalog.Models.FirstOrDefault(m => m.Label != DjangoTables.User
                && KnownNaturalKeys.UserName(m.Table) == "username" && m.Table.UniqueKeys.Any(k => k is ["email"])
                && Keys.Of(m.Table) is { Parts: [{ Path: [], Column.Name: "username" }] });
        bool isWritten = users is not null && models.Any(
            m => m == users || Catalog.From(m.Table).Any(r => r.IsField && r.Target == users.Table));
        return isWritten
            ? $"Users of {users!.Label} are written by their username; the email is unique as well: if it is their "
                + "USERNAME_FIELD, say so with -SiteDescription (userModel, userNameField)."
            : null;
    }
}
