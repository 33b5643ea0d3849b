using DataOps.Core.Django.Migrations;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Storages;

/// <summary>What says which columns hold the paths of files, and where these are.</summary>
/// <param name="Storages">The folders; the first is that of Django's default storage.</param>
/// <param name="Field">Fields that the user names, as app.model.field or app.model.field=storage.</param>
/// <param name="MigrationPath">Where the migrations are.</param>
/// <param name="Setting">Settings that they need.</param>
internal sealed record FileFieldSources(
    IReadOnlyList<StorageFolder> Storages, IReadOnlyList<string> Field, IReadOnlyList<string> MigrationPath,
    IReadOnlyList<string> Setting);

/// <summary>
/// The file fields of a site: those that the user names, those of its description, of its migrations, of Wagtail; and
/// columns whose values are paths of files that are there.
/// </summary>
internal sealed class FileFields(
    Session session, ReferenceCatalog catalog, FileFieldSources sources, OperationContext context)
{
    // What most paths look like, and few other texts do.
    private const string LooksLikePath = @"^[^/:?*<>|\n][^:?*<>|\n]*\.[A-Za-z0-9]{1,8}$";
    private const int Samples = 20;

    private readonly Dictionary<(uint, short), FileField> _fields = [];
    private readonly HashSet<(uint, short)> _elsewhere = [];

    /// <summary>Finds them.</summary>
    /// <exception cref="DataOpsException">A field or a storage is not there, or migrations cannot be read.</exception>
    public IReadOnlyList<FileField> Find()
    {
        foreach (string text in sources.Field)
            AddNamed(text);
        foreach (((ModelLabel label, string field), string uploadTo) in catalog.Site.FileFields)
            Add(label, field, uploadTo, catalog.Site.Storages.GetValueOrDefault((label, field)));
        if (sources.MigrationPath.Count > 0)
            AddMigrated();
        foreach (Model model in catalog.Models)
            foreach (Field field in model.Fields.Where(
                f => IsText(f.Column) && KnownFileFields.Of(model.Label, model.Table, f.Column.Name) is not null))
                Add(model, field.Column, "", null);
        foreach (Model model in catalog.Models.Where(m => m.Table.IsReadable))
            AddImplied(model);
        return [.. _fields.Values.OrderBy(f => f.Name, StringComparer.Ordinal)];
    }

    private void AddNamed(string text)
    {
        int equals = text.IndexOf('=');
        string name = equals < 0 ? text : text[..equals].Trim();
        NameFilter names = new([name]);
        (Model, Column)[] named = [.. from model in catalog.Models
                                      from field in model.Fields
                                      where IsText(field.Column)
                                          && names.Matches($"{model.Label}.{field.Name}",
                                              $"{model.Label}.{field.Column.Name}")
                                      select (model, field.Column)];
        if (named.Length == 0)
            throw new DataOpsException(
                ErrorIds.UnknownField, FailureKind.NotFound, $"There is no field of texts \"{name}\".",
                "Use app.model.field; Get-Model lists fields, and * stands for any characters.", name);
        string? storage = equals < 0 ? null : text[(equals + 1)..].Trim();
        if (storage is not null && !sources.Storages.Any(s => s.Name == storage))
            throw OptionText.Wrong("FileField", $"\"{text}\"",
                $"-Storage names {string.Join(", ", sources.Storages.Select(s => s.Name))}.");
        foreach ((Model model, Column column) in named)
            Add(model, column, "", storage);
    }

    private void AddMigrated()
    {
        using MigrationSources files = new(sources.MigrationPath);
        SiteMigrations migrations = SiteMigrations.Read(
            files.Files, sources.MigrationPath, sources.Setting,
            AppliedMigrations.Read(session, catalog.Database, context.Cancellation), catalog);
        foreach (ModelState model in migrations.State.Models.Values.Where(m => m.IsKnown))
            foreach ((string name, FieldState field) in model.Fields.Where(f => f.Field.Kind == FieldKind.File))
                Add(model.Label, name, field["upload_to"]?.Text ?? "", field.Storage);
    }

    private void Add(ModelLabel label, string field, string uploadTo, string? storage)
    {
        if (catalog.Models.FirstOrDefault(m => m.Label == label) is { } model
            && catalog.Site.ColumnsOf(label, field).Select(model.Table.Find).FirstOrDefault(IsText) is { } column)
            Add(model, column, uploadTo, storage);
    }

    // Who comes first, decides.
    private void Add(Model model, Column column, string uploadTo, string? storage)
    {
        (uint, short) place = (model.Table.Oid, column.Number);
        if (_fields.ContainsKey(place) || _elsewhere.Contains(place))
            return;
        if ((storage is null ? sources.Storages[0] : sources.Storages.FirstOrDefault(s => s.Name == storage))
            is not { } folder)
        {
            _elsewhere.Add(place);
            context.Warning?.Invoke($"{model.Label}.{model.FieldOf(column)} is not looked at: its files are in another "
                + $"storage, {(storage!.Length == 0 ? "which nothing names" : storage)}. -FileField "
                + $"{model.Label}.{model.FieldOf(column)}=NAME says which -Storage NAME=FOLDER that is.");
            return;
        }
        string known = KnownFileFields.Of(model.Label, model.Table, column.Name)?.Folder ?? "";
        string told = FileField.FolderOf(uploadTo);
        _fields[place] = new(model, column, folder, told.Length > 0 ? told : known);
    }

    private void AddImplied(Model model)
    {
        Column[] columns = [.. model.Fields.Select(f => f.Column).Where(c => c.Type.Underlying.Name == "varchar"
            && !_fields.ContainsKey((model.Table.Oid, c.Number)))];
        if (columns.Length == 0)
            return;
        SqlText OfColumn(Column column, int i) => $"""
            (select {SqlText.Literal(i)} as at, {column}::text as value from {model.Table}
             where {column}::text ~ {SqlText.Literal(LooksLikePath)} limit {Samples})
            """;
        foreach ((int at, string value) in session.Query<(int, string)>(
            SqlText.Join(" union all ", columns.Select(OfColumn)), context.Cancellation))
            if (sources.Storages.FirstOrDefault(s => IsThere(s, value)) is { } storage)
                _fields.TryAdd((model.Table.Oid, columns[at].Number), new(model, columns[at], storage, "")
                {
                    IsImplied = true,
                });
    }

    private static bool IsThere(StorageFolder storage, string value) =>
        !StoragePath.LeadsOut(value) && File.Exists(Path.Join(storage.Path, value));

    private static bool IsText(Column? column) => column is { Type.Underlying.Name: "varchar" or "text" };
}
