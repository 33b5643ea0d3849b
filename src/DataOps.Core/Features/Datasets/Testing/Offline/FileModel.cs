namespace DataOps.Core.Features.Datasets.Testing.Offline;

/// <summary>What a file holds of one model.</summary>
/// <param name="label">The model's label; as the file has it where it is none.</param>
/// <param name="firstLine">The line of its first object.</param>
internal sealed class FileModel(string label, long firstLine)
{
    /// <summary>The label.</summary>
    public string Label => label;

    /// <summary>Its app.</summary>
    public string App { get; } = ModelLabel.Parse(label)?.App ?? "";

    /// <summary>The model's name.</summary>
    public string Name { get; } = ModelLabel.Parse(label)?.Name ?? label;

    /// <summary>The line of its first object.</summary>
    public long FirstLine => firstLine;

    /// <summary>Objects of it.</summary>
    public long Objects { get; set; }

    /// <summary>Those that have a key.</summary>
    public long WithKey { get; set; }

    /// <summary>Those whose natural key cannot be told from the file.</summary>
    public long WithUntoldNaturalKey { get; set; }

    /// <summary>Their keys.</summary>
    public KeySet Keys { get; } = new();

    /// <summary>Their natural keys, as far as they can be told.</summary>
    public KeySet NaturalKeys { get; } = new();

    /// <summary>What its fields hold.</summary>
    public Dictionary<string, FieldKind> Fields { get; } = [];

    /// <summary>Whether its rows are users: AbstractBaseUser gives both fields.</summary>
    public bool IsUser => Fields.ContainsKey("password") && Fields.ContainsKey("last_login");

    /// <summary>Whether a key of a kind is that of one of its objects.</summary>
    public bool Has(FieldKind kind, ulong key) => (kind == FieldKind.Natural ? NaturalKeys : Keys).Contains(key);

    /// <summary>Whether all keys of a kind are known, so that one that is not among them is missing.</summary>
    public bool Knows(FieldKind kind) => kind == FieldKind.Natural ? WithUntoldNaturalKey == 0 : WithKey == Objects;
}
