using System.Text.Json;

namespace DataOps.Core.Django.Models;

/// <summary>
/// What no catalogue says of a site and its operator knows: -SiteDescription, a JSON file or the JSON itself.
/// </summary>
/// <remarks>
/// <code>
/// { "tables": { "shop.order": "legacy_orders" },
///   "columns": { "shop.order.author": "Author ID" },
///   "softReferences": [ "shop_order.customer_id=auth_user" ],
///   "genericReferences": [ "shop_vote.kind_id+target_id" ],
///   "notReferences": [ "shop_order.tree_id" ] }
/// </code>
/// </remarks>
/// <param name="Tables">The tables of models that are not named app_model (Meta.db_table), as table or
/// schema.table.</param>
/// <param name="Columns">The columns of fields that are not named after them (db_column).</param>
/// <param name="SoftReferences">Foreign keys without a constraint, as table.column=target_table.</param>
/// <param name="GenericReferences">Generic references of other names, as table.type_column+id_column.</param>
/// <param name="NotReferences">Names of references, as Get-Reference lists them, that are none.</param>
internal sealed record SiteDescription(
    IReadOnlyDictionary<ModelLabel, string> Tables,
    IReadOnlyList<(ModelLabel Model, string Field, string Column)> Columns,
    IReadOnlyList<string> SoftReferences,
    IReadOnlyList<string> GenericReferences,
    IReadOnlyList<string> NotReferences)
{
    private static readonly string[] s_members =
        ["tables", "columns", "softReferences", "genericReferences", "notReferences"];

    // Where it is from, for editors and for messages.
    private static readonly string[] s_notes = ["$schema", "$source"];

    /// <summary>Of a site of which nobody says anything.</summary>
    public static SiteDescription None { get; } = new(new Dictionary<ModelLabel, string>(), [], [], [], []);

    /// <summary>Reads a description.</summary>
    /// <param name="text">A file's path, or JSON; null for none.</param>
    /// <exception cref="DataOpsException"><c>FileNotFound</c> or <c>InvalidSite</c>: what is wrong with it.</exception>
    public static SiteDescription Read(string? text)
    {
        if (text is null)
            return None;
        bool isFile = !text.TrimStart().StartsWith('{');
        if (isFile && !File.Exists(text))
            throw new DataOpsException(ErrorIds.FileNotFound, FailureKind.NotFound, $"There is no file {text}.",
                "-SiteDescription takes a JSON file, or the JSON itself.", text);
        try
        {
            using JsonDocument json = JsonDocument.Parse(isFile ? File.ReadAllText(text) : text,
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            JsonElement site = json.RootElement;
            foreach (JsonProperty member in site.EnumerateObject())
                if (!s_members.Concat(s_notes).Contains(member.Name))
                    throw Invalid($"there is no member {member.Name}; there are {string.Join(", ", s_members)}");
            return new(
                Pairs(site, "tables").ToDictionary(p => Model(p.Name), p => p.Value),
                [.. Pairs(site, "columns").Select(p => Column(p.Name, p.Value))],
                Texts(site, "softReferences"), Texts(site, "genericReferences"), Texts(site, "notReferences"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException
            or IOException or UnauthorizedAccessException)
        {
            throw Invalid(e.Message);
        }
    }

    /// <summary>The failure of a description that does not fit the database, or cannot be read.</summary>
    public static DataOpsException Invalid(string why) => new(
        ErrorIds.InvalidSite, FailureKind.InvalidArgument, $"The description of the site cannot be used: {why}.",
        "about_DataOps_Site tells what it holds.");

    private static IEnumerable<(string Name, string Value)> Pairs(JsonElement site, string member) =>
        site.TryGetProperty(member, out JsonElement pairs)
            ? pairs.EnumerateObject().Select(p => (p.Name, p.Value.GetString() ?? throw Invalid($"{p.Name} is null")))
            : [];

    private static string[] Texts(JsonElement site, string member) =>
        site.TryGetProperty(member, out JsonElement texts)
            ? [.. texts.EnumerateArray().Select(t => t.GetString() ?? throw Invalid($"{member} holds null"))]
            : [];

    private static ModelLabel Model(string label) =>
        ModelLabel.Parse(label) ?? throw Invalid($"{label} is no model, as app.model");

    private static (ModelLabel Model, string Field, string Column) Column(string name, string column) =>
        name.LastIndexOf('.') is > 0 and var dot && ModelLabel.Parse(name[..dot]) is { } model && dot < name.Length - 1
            ? (model, name[(dot + 1)..], column)
            : throw Invalid($"{name} is no field, as app.model.field");
}
