namespace DataOps.Core.Features.Datasets.Testing.Offline;

/// <summary>Recognises references in a file without a schema, by the names and the values of fields.</summary>
internal sealed class FileReferences(IReadOnlyCollection<FileModel> models)
{
    /// <summary>What the user model is called where the file does not tell.</summary>
    public const string UserModel = "the user model";

    private readonly Dictionary<(FileModel, string), FileReference?> _known = [];

    /// <summary>Those that were asked for and are references.</summary>
    public IEnumerable<FileReference> Found => _known.Values.OfType<FileReference>();

    /// <summary>What a field refers to; null when it is not taken for a reference.</summary>
    public FileReference? Of(FileModel from, string field)
    {
        if (_known.TryGetValue((from, field), out FileReference? known))
            return known;
        FieldKind kinds = from.Fields.GetValueOrDefault(field);
        bool canBe = kinds != FieldKind.None && (kinds & FieldKind.Other) == 0 && !IsHistory(from);
        return _known[(from, field)] = canBe ? Recognise(from, field, (kinds & FieldKind.List) != 0) : null;
    }

    private FileReference? Recognise(FileModel from, string field, bool isList)
    {
        bool isParentLink = field.EndsWith("_ptr", StringComparison.Ordinal);
        string name =
            (isParentLink ? field[..^"_ptr".Length] : isList && field.EndsWith('s') ? field[..^1] : field).Replace(
                "_", "");
        string how = isParentLink ? "a link to the parent" : "named after it";
        if (models.FirstOrDefault(m => m.App == from.App && m.Name == name) is { } own)
            return new FileReference(from, field, own.Label, own, $"{field} is {how}, and both are of {from.App}")
            {
                NeedsHits = own == from,
            };
        if (field == "parent")
            return new FileReference(from, field, from.Label, from, "parent is a row of the same model")
            {
                NeedsHits = true,
            };
        if (field == "content_object"
            && models.FirstOrDefault(m => m.App == from.App && m.Name.Length > 0 && from.Name == m.Name +
            "tag") is { } tagged)
            return new FileReference(from, field, tagged.Label, tagged, $"{from.Name} is named after what it tags");
        // A model of the same app is likelier than one of another: the group of a tenant is a tenantgroup.
        if (!isParentLink && !IsOwn(from)
            && models.Any(m => m != from && m.App == from.App && m.Name.EndsWith(name, StringComparison.Ordinal)))
            return null;
        ModelLabel? label = KnownFields.Targets.GetValueOrDefault(field);
        if (label is not null && models.Any(m => Is(m, label)))
            return models.Count(m => Is(m, label)) == 1
                ? WellKnown(from, field, models.Single(m => Is(m, label)))
                : null;
        if (models.Where(m => m.Name == name).ToArray() is [{ } only])
            return new FileReference(
                from, field, only.Label, only, $"{field} is {how}, the only model of that name in the file")
            {
                NeedsHits = !isParentLink,
            };
        return label is null || !IsCertain(from, field)
            ? null
            : new FileReference(from, field, label == DjangoTables.User ? UserModel : label, null, KnownName(field));
    }

    // Of which a project has no other.
    private static bool IsCertain(FileModel from, string field) =>
        field is "content_type" or "base_content_type" or "page_ptr" or "user" or "user_permissions"
            || IsOwn(from);

    // The models of Django and Wagtail call their fields as KnownFields has them.
    private static bool IsOwn(FileModel model) =>
        ModelLabel.Parse(model.Label) is { } label && KnownDefaults.IsOfDjangoOrWagtail(label);

    private static FileReference WellKnown(FileModel from, string field, FileModel target) =>
        new(from, field, target.Label, target, KnownName(field));

    private static string KnownName(string field) => $"{field} is a field of that name in Django and Wagtail";

    private static bool Is(FileModel model, ModelLabel label) =>
        label == DjangoTables.User ? model.IsUser : model.Label == label;

    // Logs outlive what they tell of.
    private static bool IsHistory(FileModel model) =>
        ModelLabel.Parse(model.Label) is { } label && DjangoTables.History.Contains(label);
}
