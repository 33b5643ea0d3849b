using System.Text.Json;

namespace DataOps.Core.Django.Models;

/// <summary>A block of a StreamField that holds the key of a row.</summary>
/// <param name="Model">The model of the StreamField.</param>
/// <param name="Field">The StreamField.</param>
/// <param name="Path">The names of the blocks that lead to it; item is what a ListBlock holds, cell what a
/// TypedTableBlock does.</param>
/// <param name="Target">The model of the row.</param>
internal sealed record DescribedChooser(ModelLabel Model, string Field, string[] Path, ModelLabel Target)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Model}.{Field}.{string.Join('.', Path)}";
}

/// <summary>
/// What no catalogue says of a site and its migrations or its operator do: -SiteDescription, a JSON file or the JSON
/// itself.
/// </summary>
/// <remarks>
/// <code>
/// { "tables": { "shop.order": "legacy_orders" },
///   "columns": { "shop.order.author": "Author ID" },
///   "onDelete": { "SET_NULL": [ "shop.order.author" ] },
///   "defaults": { "shop.order.is_paid": false },
///   "softReferences": [ "shop_order.customer_id=auth_user" ],
///   "genericReferences": [ "shop_vote.kind_id+target_id" ],
///   "notReferences": [ "shop_order.tree_id" ] }
/// </code>
/// </remarks>
internal sealed partial record SiteDescription
{
    /// <summary>What a member is.</summary>
    internal enum MemberForm
    {
        /// <summary>Names and what is said of each.</summary>
        Map,

        /// <summary>What is said, and the names of which it is said.</summary>
        Groups,

        /// <summary>Names.</summary>
        List,

        /// <summary>One text.</summary>
        Text,
    }

    private static readonly Dictionary<string, MemberForm> s_members = new()
    {
        ["userModel"] = MemberForm.Text,
        ["userNameField"] = MemberForm.Text,
        ["timeZone"] = MemberForm.Text,
        ["apps"] = MemberForm.List,
        ["notKnown"] = MemberForm.List,
        ["tables"] = MemberForm.Map,
        ["proxies"] = MemberForm.Map,
        ["columns"] = MemberForm.Map,
        ["manyToMany"] = MemberForm.Map,
        ["symmetrical"] = MemberForm.List,
        ["parentLinks"] = MemberForm.List,
        ["naturalKeys"] = MemberForm.Map,
        ["onDelete"] = MemberForm.Groups,
        ["defaults"] = MemberForm.Map,
        ["callableDefaults"] = MemberForm.Groups,
        ["softReferences"] = MemberForm.List,
        ["genericReferences"] = MemberForm.List,
        ["notReferences"] = MemberForm.List,
        ["streamFields"] = MemberForm.List,
        ["chooserBlocks"] = MemberForm.Map,
        ["richTextFields"] = MemberForm.List,
        ["fileFields"] = MemberForm.Map,
        ["storages"] = MemberForm.Map,
    };

    private static readonly Dictionary<string, OnDelete> s_actions = new()
    {
        ["CASCADE"] = Knowledge.OnDelete.Cascade,
        ["SET_NULL"] = Knowledge.OnDelete.SetNull,
        ["PROTECT"] = Knowledge.OnDelete.Protect,
        ["RESTRICT"] = Knowledge.OnDelete.Protect,
        // The constraint keeps what is referred to.
        ["DO_NOTHING"] = Knowledge.OnDelete.Protect,
        // What the application would write is in its code.
        ["SET_DEFAULT"] = Knowledge.OnDelete.Unknown,
        ["SET"] = Knowledge.OnDelete.Unknown,
    };

    // Callables that give a row a value of its own, in SQL.
    private static readonly Dictionary<string, string> s_callables = new()
    {
        ["django.utils.timezone.now"] = "pg_catalog.now()",
        ["datetime.datetime.now"] = "pg_catalog.now()",
        ["datetime.date.today"] = "pg_catalog.now()",
        ["uuid.uuid4"] = "pg_catalog.gen_random_uuid()",
    };

    private SiteDescription(JsonElement site)
    {
        Tables = Pairs(site, "tables").ToDictionary(p => Model(p.Name), p => Text(p.Value, p.Name));
        Proxies = Pairs(site, "proxies").ToDictionary(p => Model(p.Name), p => Model(Text(p.Value, p.Name)));
        Columns = [.. Pairs(site, "columns").Select(p => (Field(p.Name), Text(p.Value, p.Name))).Select(
            p => (p.Item1.Model, p.Item1.Field, p.Item2))];
        NaturalKeys = Pairs(site, "naturalKeys").ToDictionary(p => Model(p.Name), p => Texts(p.Value, p.Name));
        SoftReferences = List(site, "softReferences");
        GenericReferences = List(site, "genericReferences");
        NotReferences = List(site, "notReferences");
        Apps = List(site, "apps");
        UserModel = site.TryGetProperty("userModel", out JsonElement user) ? Model(Text(user, "userModel")) : null;
        UserNameField = site.TryGetProperty("userNameField", out JsonElement name) ? Text(name, "userNameField") : null;
        TimeZone = site.TryGetProperty("timeZone", out JsonElement zone) ? Text(zone, "timeZone") : null;
        ManyToMany = Pairs(site, "manyToMany").ToDictionary(p => Field(p.Name), p => Text(p.Value, p.Name));
        OnDeletes = Grouped(site, "onDelete").ToDictionary(p => Field(p.Name), p =>
            s_actions.TryGetValue(p.Group, out OnDelete known)
                ? known
                : throw Invalid($"there is no on_delete {p.Group}; there are {string.Join(", ", s_actions.Keys)}"));
        Defaults = Pairs(site, "defaults").ToDictionary(p => Field(p.Name), p => p.Value.Clone());
        CallableDefaults = Grouped(site, "callableDefaults").ToDictionary(p => Field(p.Name), p => p.Group);
        Symmetrical = [.. List(site, "symmetrical").Select(Field)];
        ParentLinks = [.. List(site, "parentLinks").Select(Field)];
        StreamFields = [.. List(site, "streamFields").Select(Field)];
        ChooserBlocks = [.. Pairs(site, "chooserBlocks").Select(
            p => Chooser(p.Name, Model(Text(p.Value, p.Name)))).Select(
            c => c with { Target = Proxies.GetValueOrDefault(c.Target, c.Target) })];
        RichTextFields = [.. List(site, "richTextFields").Select(Field)];
        FileFields = Pairs(site, "fileFields").ToDictionary(p => Field(p.Name), p => Text(p.Value, p.Name));
        Storages = Pairs(site, "storages").ToDictionary(p => Field(p.Name), p => Text(p.Value, p.Name));
    }

    /// <summary>Of a site of which nobody says anything.</summary>
    public static SiteDescription None { get; } = new(JsonDocument.Parse("{}").RootElement);

    /// <summary>The members, in the order in which they are written.</summary>
    public static IEnumerable<string> Members => s_members.Keys;

    /// <summary>The tables of models that are not named app_model (Meta.db_table), as table or schema.table.</summary>
    public IReadOnlyDictionary<ModelLabel, string> Tables { get; private init; }

    /// <summary>Proxies, and the models whose tables hold their rows.</summary>
    public IReadOnlyDictionary<ModelLabel, ModelLabel> Proxies { get; }

    /// <summary>The columns of fields that are not named after them (db_column).</summary>
    public IReadOnlyList<(ModelLabel Model, string Field, string Column)> Columns { get; private init; }

    /// <summary>The fields of natural keys.</summary>
    public IReadOnlyDictionary<ModelLabel, string[]> NaturalKeys { get; private init; }

    /// <summary>Foreign keys without a constraint, as table.column=target_table.</summary>
    public IReadOnlyList<string> SoftReferences { get; private init; }

    /// <summary>Generic references of other names, as table.type_column+id_column.</summary>
    public IReadOnlyList<string> GenericReferences { get; private init; }

    /// <summary>Names of references, as Get-Reference lists them, that are none.</summary>
    public IReadOnlyList<string> NotReferences { get; }

    /// <summary>Labels of the apps that are described.</summary>
    public IReadOnlyList<string> Apps { get; }

    /// <summary>AUTH_USER_MODEL; null where nobody says.</summary>
    public ModelLabel? UserModel { get; private init; }

    /// <summary>The user model's USERNAME_FIELD; null where nobody says.</summary>
    public string? UserNameField { get; private init; }

    /// <summary>TIME_ZONE, as an IANA name; null where nobody says.</summary>
    public string? TimeZone { get; private init; }

    /// <summary>Many-to-many fields of a model's own rows whose entries go both ways.</summary>
    public IReadOnlyList<(ModelLabel Model, string Field)> Symmetrical { get; }

    /// <summary>Parent links of multi-table inheritance that are not named after the parent.</summary>
    public IReadOnlyList<(ModelLabel Model, string Field)> ParentLinks { get; private init; }

    /// <summary>Wagtail's StreamFields.</summary>
    public IReadOnlyList<(ModelLabel Model, string Field)> StreamFields { get; private init; }

    /// <summary>Blocks of StreamFields that hold the key of a row.</summary>
    public IReadOnlyList<DescribedChooser> ChooserBlocks { get; private init; }

    /// <summary>Fields that hold Wagtail's rich text.</summary>
    public IReadOnlyList<(ModelLabel Model, string Field)> RichTextFields { get; private init; }

    /// <summary>Fields that hold the paths of files, with upload_to; empty where a function says it.</summary>
    public IReadOnlyDictionary<(ModelLabel Model, string Field), string> FileFields { get; private init; }

    /// <summary>The storages of file fields, other than the default one.</summary>
    public IReadOnlyDictionary<(ModelLabel Model, string Field), string> Storages { get; private init; }

    private Dictionary<(ModelLabel Model, string Field), string> ManyToMany { get; init; }

    private Dictionary<(ModelLabel Model, string Field), OnDelete> OnDeletes { get; init; }

    private Dictionary<(ModelLabel Model, string Field), JsonElement> Defaults { get; init; }

    private Dictionary<(ModelLabel Model, string Field), string> CallableDefaults { get; init; }

    /// <summary>The names that a field's column can have: the one that is said, else those that Django gives.</summary>
    public IEnumerable<string> ColumnsOf(ModelLabel model, string field) =>
        Columns.Where(c => c.Model == model && c.Field == field).Select(c => c.Column).ToArray()
            is { Length: > 0 } told ? told : [field, $"{field}_id"];

    /// <summary>What a member is.</summary>
    public static MemberForm FormOf(string member) => s_members[member];

    /// <summary>The on_delete of a field; null where nobody says.</summary>
    public OnDelete? OnDeleteOf(ModelLabel model, string field) =>
        OnDeletes.TryGetValue((model, field), out OnDelete action) ? action : null;

    /// <summary>The default of a field that is the same for each row; null where nobody says.</summary>
    public JsonElement? DefaultOf(ModelLabel model, string field) =>
        Defaults.TryGetValue((model, field), out JsonElement value) ? value : null;

    /// <summary>
    /// The default of a field that is made anew for each row, as SQL; null where nobody says, or what a function of
    /// the project does is not known.
    /// </summary>
    public string? CallableDefaultOf(ModelLabel model, string field) =>
        CallableDefaults.TryGetValue((model, field), out string? callable)
            ? s_callables.GetValueOrDefault(callable)
            : null;

    /// <summary>The many-to-many field of a table of another name; null where nobody says.</summary>
    public (ModelLabel Model, string Field)? ManyToManyOf(Table table) =>
        ManyToMany.Where(l => l.Value == table.DisplayName || l.Value == table.Name)
            .Select(l => ((ModelLabel, string)?)l.Key).FirstOrDefault();

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
        if (isFile && text.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase))
            throw Invalid($"{text} is a .psd1 file, which PowerShell's cmdlets alone read");
        try
        {
            using JsonDocument json = JsonDocument.Parse(isFile ? File.ReadAllText(text) : text,
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            JsonElement site = json.RootElement;
            // A member that begins with $ is a note, for editors and for Export-SiteDescription.
            foreach (JsonProperty member in site.EnumerateObject().Where(m => !m.Name.StartsWith('$')))
                Check(member);
            return new(site);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException
            or IOException or UnauthorizedAccessException)
        {
            throw Invalid(e.Message);
        }
    }

    /// <summary>The table of a model, as is said here or as Django names it; null where there is none.</summary>
    public Table? TableOf(DatabaseCatalog database, ModelLabel model) =>
        Tables.TryGetValue(model, out string? name)
            ? TableNamed(database, name)
            : ModelTables.Find(database, model) is { } table && !DjangoTables.IsHolderBesideTable(model, table)
            ? table
            : null;

    /// <summary>The table of a name, as table or schema.table; null where there is none.</summary>
    public static Table? TableNamed(DatabaseCatalog database, string name) =>
        (name.Split('.', 2) is [{ } schema, { } table] ? database.Find(schema, table) : null) ?? database.Find(name);

    /// <summary>The failure of a description that does not fit the database, or cannot be read.</summary>
    public static DataOpsException Invalid(string why) => new(
        ErrorIds.InvalidSite, FailureKind.InvalidArgument, $"The description of the site cannot be used: {why}.",
        "about_DataOps_Site tells what it holds.");

    private static void Check(JsonProperty member)
    {
        if (!s_members.TryGetValue(member.Name, out MemberForm form))
            throw Invalid($"there is no member {member.Name}; there are {string.Join(", ", s_members.Keys)}");
        switch (form)
        {
            case MemberForm.Text:
                Text(member.Value, member.Name);
                break;
            case MemberForm.List:
                Texts(member.Value, member.Name);
                break;
            case MemberForm.Groups:
                foreach (JsonProperty group in member.Value.EnumerateObject())
                    Texts(group.Value, group.Name);
                break;
            default:
                member.Value.EnumerateObject();
                break;
        }
    }

    private static IEnumerable<(string Name, JsonElement Value)> Pairs(JsonElement site, string member) =>
        site.TryGetProperty(member, out JsonElement pairs)
            ? pairs.EnumerateObject().Select(p => (p.Name, p.Value))
            : [];

    private static IEnumerable<(string Group, string Name)> Grouped(JsonElement site, string member) =>
        Pairs(site, member).SelectMany(g => Texts(g.Value, g.Name).Select(name => (g.Name, name)));

    private static string[] List(JsonElement site, string member) =>
        site.TryGetProperty(member, out JsonElement texts) ? Texts(texts, member) : [];

    private static string[] Texts(JsonElement texts, string name) =>
        [.. texts.EnumerateArray().Select(t => t.GetString() ?? throw Invalid($"{name} holds null"))];

    private static string Text(JsonElement value, string name) =>
        value.GetString() ?? throw Invalid($"{name} is null");

    private static ModelLabel Model(string label) =>
        ModelLabel.Parse(label) ?? throw Invalid($"{label} is no model, as app.model");

    private static DescribedChooser Chooser(string name, ModelLabel target) =>
        name.Split('.') is [var app, var model, var field, .. { Length: > 0 } path]
            && path.Prepend(field).All(p => p.Length > 0) && ModelLabel.Parse($"{app}.{model}") is { } label
            ? new(label, field, path, target)
            : throw Invalid($"{name} is no block, as app.model.field.block");

    private static (ModelLabel Model, string Field) Field(string name) =>
        name.LastIndexOf('.') is > 0 and var dot && ModelLabel.Parse(name[..dot]) is { } model && dot < name.Length - 1
            ? (model, name[(dot + 1)..])
            : throw Invalid($"{name} is no field, as app.model.field");
}
