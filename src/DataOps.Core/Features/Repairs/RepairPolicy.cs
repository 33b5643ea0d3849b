using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DataOps.Core.Features.Schema.Duplicates;
using DataOps.Core.Features.Trees;

namespace DataOps.Core.Features.Repairs;

/// <summary>
/// What an operator has decided about the problems of a site: -Policy, a JSON file or the JSON itself.
/// </summary>
/// <remarks>
/// <code>
/// { "references": [ { "reference": "blog_comment_author_id_…", "action": "SetNull" },
///                   { "class": "Generic", "model": "taggit.*", "action": "Delete" } ],
///   "trees": { "orphan": "Reattach", "to": "/lost/", "missingSpecific": "FromRevision" },
///   "contentTypes": { "staleModels": [ "shop.order" ], "permissions": true },
///   "duplicates": [ { "model": "taggit.tag", "field": "name", "keep": "Oldest" } ],
///   "constraints": [ "blog_comment.author_id" ],
///   "onDependent": "Cascade" }
/// </code>
/// </remarks>
internal sealed record RepairPolicy
{
    /// <summary>Rules for references; the first that matches decides; null for none.</summary>
    public IReadOnlyList<ReferenceRule>? References { get; init; }

    /// <summary>What becomes of tree nodes; null for nothing but what follows from other rows.</summary>
    public TreePolicy? Trees { get; init; }

    /// <summary>Which content types go; null for none.</summary>
    public ContentTypePolicy? ContentTypes { get; init; }

    /// <summary>Which of doubled rows is kept; null for none, so that they are left.</summary>
    public IReadOnlyList<DuplicateRule>? Duplicates { get; init; }

    /// <summary>References, by name or pattern, that get a foreign key where all rows have a target.</summary>
    public IReadOnlyList<string>? Constraints { get; init; }

    /// <summary>What becomes of rows that reference a deleted row when the model's on_delete is unknown.</summary>
    public OnDependent OnDependent { get; init; }

    /// <summary>Whether a reference that has no foreign key gets one.</summary>
    public bool Adds(string reference) =>
        Constraints is { Count: > 0 } && new NameFilter(Constraints).Matches(reference);

    /// <summary>Reads a policy.</summary>
    /// <param name="text">A file's path, or JSON; empty for none.</param>
    /// <exception cref="DataOpsException"><c>FileNotFound</c> or <c>InvalidPolicy</c>: what is wrong with
    /// it.</exception>
    public static RepairPolicy Read(string text)
    {
        if (text.Length == 0)
            return new();
        bool isFile = !text.TrimStart().StartsWith('{');
        if (isFile && !File.Exists(text))
            throw new DataOpsException(ErrorIds.FileNotFound, FailureKind.NotFound, $"There is no file {text}.",
                FileAdvice.Policy, text);
        if (isFile && text.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase))
            throw Invalid($"{text} is a .psd1 file, which PowerShell's cmdlets alone read: New-RepairPolicy writes "
                + "JSON where the name of the file ends otherwise");
        try
        {
            JsonNode? json = JsonNode.Parse(isFile ? File.ReadAllText(text) : text, documentOptions: new()
            {
                CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
            });
            PolicyMembers.Check(json, PolicyJson.Default.RepairPolicy, "");
            RepairPolicy policy = json.Deserialize(PolicyJson.Default.RepairPolicy)!;
            foreach (ReferenceRule rule in policy.References ?? [])
                rule.Check();
            foreach (DuplicateRule rule in policy.Duplicates ?? [])
                rule.Check();
            return policy;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw Invalid(e.Message.TrimEnd('.'));
        }
    }

    /// <summary>The failure of a policy that cannot be meant.</summary>
    public static DataOpsException Invalid(string why) => new(
        ErrorIds.InvalidPolicy, FailureKind.InvalidArgument, $"The policy cannot be used: {why}.",
        "Repair-Database's help tells what a policy holds.");
}

/// <summary>
/// A rule for references: what it names, each where it names anything, and what is done to their orphans.
/// </summary>
internal sealed record ReferenceRule
{
    /// <summary>Leaves orphans as they are; every other action is one of Repair-Orphan.</summary>
    public const string Leave = "Leave";

    /// <summary>The reference's name, as Get-Reference lists it, or a pattern of names; null for any.</summary>
    public string? Reference { get; init; }

    /// <summary>Its class; null for any.</summary>
    public ReferenceClass? Class { get; init; }

    /// <summary>The model that refers, as app or app.model, or a pattern; null for any.</summary>
    public string? Model { get; init; }

    /// <summary>The table that refers, or a pattern; null for any.</summary>
    public string? Table { get; init; }

    /// <summary>What is done.</summary>
    public string? Action { get; init; }

    /// <summary>The key to refer to, with Repoint.</summary>
    public string? To { get; init; }

    /// <summary>The action of Repair-Orphan; null where they are left.</summary>
    [JsonIgnore]
    public OrphanAction? Repair => Enum.TryParse(Action, ignoreCase: true, out OrphanAction action) ? action : null;

    /// <summary>Whether it names one reference, so that its rows may be deleted although it could be cleared.</summary>
    [JsonIgnore]
    public bool IsByName => Reference is not null && !NameFilter.HasWildcards(Reference);

    /// <summary>
    /// What it does to a reference: a rule that names none clears what may be NULL, and deletes no row for it.
    /// </summary>
    public OrphanAction? ActionFor(Reference reference) =>
        Repair is OrphanAction.Delete or OrphanAction.Quarantine && !IsByName && reference.Clearable.Any()
            ? OrphanAction.SetNull
            : Repair;

    /// <summary>Makes sure that it says what it is about and what is to be done.</summary>
    /// <exception cref="DataOpsException"><c>InvalidPolicy</c>.</exception>
    public void Check()
    {
        string[] actions = [.. Enum.GetNames<OrphanAction>(), Leave];
        if (!actions.Contains(Action, StringComparer.OrdinalIgnoreCase))
            throw RepairPolicy.Invalid(
                $"there is no action \"{Action}\"; there are {string.Join(", ", actions)}");
        if (this is { Reference: null, Class: null, Model: null, Table: null })
            throw RepairPolicy.Invalid(
                "a rule says neither which reference nor which class, model or table; \"reference\": \"*\" is all");
        if (Repair == OrphanAction.Repoint != To is not null)
            throw RepairPolicy.Invalid("\"to\" and the action Repoint need each other");
    }

    /// <summary>The references that it is about.</summary>
    /// <exception cref="DataOpsException">It names what is not there.</exception>
    public IEnumerable<Reference> Of(ReferenceCatalog catalog, OperationContext context)
    {
        static string[] List(string? name) => name is null ? [] : [name];
        return new ReferenceFilter(
            catalog, List(Table), List(Model), Class is { } only ? [only] : [], List(Reference), context).Select();
    }
}

/// <summary>Which of doubled rows is kept: options of Repair-Duplicate.</summary>
internal sealed record DuplicateRule
{
    /// <inheritdoc cref="RepairDuplicateOptions.Model"/>
    public string? Model { get; init; }

    /// <inheritdoc cref="RepairDuplicateOptions.Table"/>
    public string? Table { get; init; }

    /// <inheritdoc cref="RepairDuplicateOptions.Field"/>
    public string? Field { get; init; }

    /// <inheritdoc cref="RepairDuplicateOptions.Keep"/>
    public KeptRow? Keep { get; init; }

    /// <summary>Makes sure that it says which rows, and which is kept.</summary>
    /// <exception cref="DataOpsException"><c>InvalidPolicy</c>.</exception>
    public void Check()
    {
        if (Model is null == Table is null)
            throw RepairPolicy.Invalid("a rule of duplicates says neither which model nor which table, or both");
        if (Keep is null)
            throw RepairPolicy.Invalid(
                $"a rule of duplicates does not say which row to keep: {string.Join(", ", Enum.GetNames<KeptRow>())}");
    }
}

/// <summary>What becomes of tree nodes: the options of Repair-Tree.</summary>
internal sealed record TreePolicy
{
    /// <inheritdoc cref="RepairTreeOptions.Orphan"/>
    public OrphanNodes Orphan { get; init; }

    /// <inheritdoc cref="RepairTreeOptions.To"/>
    public string? To { get; init; }

    /// <inheritdoc cref="RepairTreeOptions.MissingSpecific"/>
    public MissingSpecific MissingSpecific { get; init; }

    /// <inheritdoc cref="RepairTreeOptions.DuplicateSlug"/>
    public DuplicateSlug DuplicateSlug { get; init; }

    /// <inheritdoc cref="RepairTreeOptions.LostParent"/>
    public LostParent LostParent { get; init; }

    /// <summary>Whether a setting says anything but to report.</summary>
    /// <param name="setting">Its name, as the policy has it.</param>
    public bool Decides(string setting) => setting switch
    {
        "orphan" => Orphan != OrphanNodes.Report,
        "missingSpecific" => MissingSpecific != MissingSpecific.Report,
        "duplicateSlug" => DuplicateSlug != DuplicateSlug.Report,
        _ => LostParent != LostParent.Report,
    };

    /// <summary>The settings with one of them changed.</summary>
    /// <param name="setting">Its name, as the policy has it.</param>
    /// <param name="action">One of its values.</param>
    public TreePolicy With(string setting, string action) => setting switch
    {
        "orphan" => this with { Orphan = Enum.Parse<OrphanNodes>(action) },
        "missingSpecific" => this with { MissingSpecific = Enum.Parse<MissingSpecific>(action) },
        "duplicateSlug" => this with { DuplicateSlug = Enum.Parse<DuplicateSlug>(action) },
        _ => this with { LostParent = Enum.Parse<LostParent>(action) },
    };
}

/// <summary>Which content types and permissions go: options of Remove-StaleContentType.</summary>
internal sealed record ContentTypePolicy
{
    /// <summary>Models that no longer exist, as app.model.</summary>
    public IReadOnlyList<string>? StaleModels { get; init; }

    /// <summary>Labels of all installed apps: content types of other apps go.</summary>
    public IReadOnlyList<string>? InstalledApps { get; init; }

    /// <summary>Whether stale permissions of models that exist go too.</summary>
    public bool Permissions { get; init; }

    /// <summary>Content types and permissions to move to another, as old=new, before they go.</summary>
    public IReadOnlyList<string>? Repoint { get; init; }
}

/// <summary>A policy as JSON.</summary>
[JsonSerializable(typeof(RepairPolicy))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true,
    UseStringEnumConverter = true)]
internal sealed partial class PolicyJson : JsonSerializerContext;
