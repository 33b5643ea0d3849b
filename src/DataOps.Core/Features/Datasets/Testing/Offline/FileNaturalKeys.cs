using System.Text.Json;
using DataOps.Core.Django.Values;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Testing.Offline;

/// <summary>The natural keys of a file's objects, as far as an object's own fields tell them.</summary>
internal sealed class FileNaturalKeys
{
    private readonly Dictionary<string, Part[]> _parts =
        KnownNaturalKeys.Columns.ToDictionary(
            c => c.Key.ToString(), c => c.Value.Select(f => new Part(f, false)).ToArray());

    private readonly Dictionary<string, FixtureSlice> _values = [];

    // Where a field is a reference by natural key, that key's values stand in its place.
    private sealed record Part(string Field, bool IsReference);

    /// <summary>Takes the operator's own.</summary>
    /// <param name="own">As <c>blog.author=slug</c> or <c>auth.permission=codename+content_type.app_label</c>.</param>
    /// <exception cref="DataOpsException">One is not of that form.</exception>
    public FileNaturalKeys(IReadOnlyList<string> own)
    {
        _parts[DjangoTables.Permission] = [new Part("codename", false), new Part("content_type", true)];
        foreach (string text in own)
        {
            if (text.Split('=') is not [string label, string parts] || label.Length == 0)
                throw new DataOpsException(
                    ErrorIds.InvalidNaturalKey, FailureKind.InvalidArgument,
                    $"\"{text}\" is not of the form app.model=field.",
                    "Write app.model=field, several fields joined by +, as " +
                        "auth.permission=codename+content_type.app_label.", text);
            string[] fields = parts.Split('+', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            _parts[ModelLabel.Parse(label.Trim()) ?? label.Trim()] =
                [.. fields.Select(f => new Part(f.Split('.')[0], f.Contains('.'))).Distinct()];
        }
    }

    /// <summary>The natural key of an object; null when it cannot be told.</summary>
    public ulong? Of(FileModel model, FixtureObject source)
    {
        _values.Clear();
        foreach (FixtureField field in source.Fields)
            _values[source.NameOf(field)] = field.Value;
        Part[] parts = _parts.TryGetValue(model.Label, out Part[]? known) ? known : Inherited(source) ?? UserName();
        if (parts.Length == 0)
            return null;
        KeyHash hash = new();
        foreach (Part part in parts)
        {
            // Another row's key in its place says nothing of that row's natural key.
            if (!_values.TryGetValue(part.Field, out FixtureSlice value)
                || (part.IsReference && !StartsList(source[value])))
                return null;
            hash.Add(source[value]);
        }
        return hash.Value;
    }

    // A model that inherits another one has its natural key.
    private Part[]? Inherited(FixtureObject source)
    {
        string[] links = [.. _values.Keys.Where(n => n.EndsWith("_ptr", StringComparison.Ordinal))];
        return links.Length == 1 && StartsList(source[_values[links[0]]]) ? [new Part(links[0], true)] : null;
    }

    private static bool StartsList(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = JsonText.Reader(json);
        return reader.Read() && reader.TokenType == JsonTokenType.StartArray;
    }

    // AbstractBaseUser, whatever the project calls its user model.
    private Part[] UserName() => !_values.ContainsKey("password") || !_values.ContainsKey("last_login") ? []
        : _values.ContainsKey("username") ? [new Part("username", false)]
        : _values.ContainsKey("email") ? [new Part("email", false)]
        : [];
}
