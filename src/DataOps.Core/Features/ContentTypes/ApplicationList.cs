using System.Text.Json;
using System.Text.RegularExpressions;

namespace DataOps.Core.Features.ContentTypes;

/// <summary>What the operator says is installed: apps, models and permissions, as labels or as files of them.</summary>
/// <remarks>
/// A whole list names contenttypes.contenttype, as every project that has content types does. A list of models without
/// it only speaks for the models that it names; with it, it also speaks against those that it does not.
/// </remarks>
internal sealed partial class ApplicationList
{
    private readonly HashSet<string> _apps = new(StringComparer.Ordinal);
    private readonly HashSet<string> _models = new(StringComparer.Ordinal);
    private readonly HashSet<string> _permissions = new(StringComparer.Ordinal);

    private ApplicationList()
    {
    }

    /// <summary>Whether all installed apps are known.</summary>
    public bool KnowsApps => _apps.Count > 0;

    /// <summary>Whether all models are known.</summary>
    public bool KnowsModels => HasModel(DjangoTables.ContentType);

    /// <summary>Whether all permissions are known.</summary>
    public bool KnowsPermissions => _permissions.Count > 0;

    /// <summary>Whether it decides anything.</summary>
    public bool IsEmpty => !KnowsApps && _models.Count == 0;

    /// <summary>How many models it names.</summary>
    public int Models => _models.Count;

    /// <summary>Whether the app is installed.</summary>
    public bool HasApp(string label) => _apps.Contains(label);

    /// <summary>Whether the model is there.</summary>
    public bool HasModel(ModelLabel label) => _models.Contains(ModelLabel.Parse(label)!);

    /// <summary>Whether the permission is there, as app.model.codename.</summary>
    public bool HasPermission(string permission) => _permissions.Contains(permission);

    /// <summary>Reads both options.</summary>
    /// <exception cref="DataOpsException">A file cannot be read, a label is none, or the list cannot be the whole
    /// one.</exception>
    public static ApplicationList Read(IReadOnlyList<string> installedApp, IReadOnlyList<string> liveModel)
    {
        ApplicationList list = new();
        foreach (string entry in installedApp)
            list.Take(entry, list._apps, "apps", "InstalledApp", AppLabel());
        foreach (string entry in liveModel)
            list.Take(entry, list._models, "models", "LiveModel", AnyModel());
        if (list.KnowsApps && !list.HasApp("contenttypes"))
            throw new DataOpsException(
                ErrorIds.IncompleteList, FailureKind.InvalidArgument,
                "-InstalledApp lacks contenttypes: the list of apps is incomplete.",
                $"Name every installed app by its label. {FileAdvice.SiteList}", "InstalledApp");
        return list;
    }

    private void Take(string entry, HashSet<string> into, string name, string option, Regex label)
    {
        if (!OptionText.IsFile(entry))
        {
            Add(into, entry, option, label);
            return;
        }
        string text = ReadFile(entry);
        if (text.AsSpan().TrimStart() is not ['{' or '[', ..])
        {
            foreach (string line in text.Split(
                '\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#'))
                Add(into, line, entry, label);
        }
        else
        {
            TakeJson(text, entry, into, name, label);
        }
        // A file is meant to be whole: one that is cut must not condemn what it lost.
        if (option == "LiveModel" && !KnowsModels)
            throw new DataOpsException(
                ErrorIds.IncompleteList, FailureKind.InvalidData,
                $"{entry} lacks contenttypes.contenttype: the list of models is incomplete.",
                FileAdvice.SiteList, entry);
    }

    private void TakeJson(string text, string file, HashSet<string> into, string name, Regex label)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            JsonElement root = json.RootElement;
            if (root.ValueKind == JsonValueKind.Array)
            {
                AddAll(root, into, file, label);
                return;
            }
            if (!root.TryGetProperty(name, out JsonElement own))
                throw new DataOpsException(
                    ErrorIds.InvalidList, FailureKind.InvalidData, $"{file} has no \"{name}\".",
                    FileAdvice.SiteList, file);
            AddAll(own, into, file, label);
            if (name == "models" && root.TryGetProperty("permissions", out JsonElement permissions))
                AddAll(permissions, _permissions, file, PermissionName());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DataOpsException(ErrorIds.InvalidList, FailureKind.InvalidData,
                $"{file} is not JSON with lists of names: {e.Message}", FileAdvice.SiteList, file, e);
        }
    }

    private static void AddAll(JsonElement names, HashSet<string> into, string file, Regex label)
    {
        foreach (JsonElement item in names.EnumerateArray())
            Add(into, item.GetString() ?? "", file, label);
    }

    private static void Add(HashSet<string> into, string entry, string from, Regex label)
    {
        string what = label == AppLabel()
            ? "the label of an app"
            : label == AnyModel() ? "a model as app.model" : "a permission as app.model.codename";
        if (!label.IsMatch(entry))
            throw new DataOpsException(
                ErrorIds.InvalidLabel, FailureKind.InvalidArgument, $"{from}: \"{entry}\" is not {what}.",
                label == AppLabel()
                    ? "A label has no dot: that of django.contrib.auth is auth, that of wagtail.admin wagtailadmin."
                    : FileAdvice.SiteList, entry);
        into.Add(label == AnyModel() ? ModelLabel.Parse(entry)! : entry);
    }

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string id = e is FileNotFoundException or DirectoryNotFoundException
                ? ErrorIds.FileNotFound
                : ErrorIds.ReadFailed;
            throw new DataOpsException(
                id, FailureKind.NotFound, $"{path} cannot be read: {e.Message}", FileAdvice.SiteList, path, e);
        }
    }

    [GeneratedRegex(@"^\w+$")]
    private static partial Regex AppLabel();

    [GeneratedRegex(@"^\w+\.\w+$")]
    private static partial Regex AnyModel();

    [GeneratedRegex(@"^\w+\.\w+\..+$")]
    private static partial Regex PermissionName();
}
