using System.Diagnostics.CodeAnalysis;

namespace DataOps.Core.Features.Backups.Archives;

/// <summary>Where the members of an archive are, once their names are such as no harm comes from.</summary>
/// <param name="invalid">What is thrown, and why.</param>
internal sealed class MemberPlaces(Func<string, DataOpsException> invalid)
{
    private const int Most = 10_000_000;

    private readonly Dictionary<string, MemberPlace> _places = [];
    private readonly HashSet<string> _folded = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names.</summary>
    public IEnumerable<string> Keys => _places.Keys;

    /// <summary>The places.</summary>
    public IEnumerable<MemberPlace> Values => _places.Values;

    /// <summary>The place of a member.</summary>
    public MemberPlace this[string name] => _places[name];

    /// <summary>Adds a member.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: its name is refused, or there already.</exception>
    public void Add(string name, MemberPlace place)
    {
        if (MemberName.WhyNot(name) is { } why)
            throw invalid($"the name {VisibleText.Of(name)} is refused: {why}");
        // On some systems the second would overwrite the first.
        if (!_folded.Add(name))
            throw invalid($"{name} is there twice, or differs from another name in case alone");
        if (_places.Count == Most)
            throw invalid($"it has more than {Most} members");
        _places.Add(name, place);
    }

    /// <summary>The place of a member, if there is one.</summary>
    public bool TryGetValue(string name, [NotNullWhen(true)] out MemberPlace? place) =>
        _places.TryGetValue(name, out place);

    /// <summary>Whether there is a member.</summary>
    public bool ContainsKey(string name) => _places.ContainsKey(name);
}

/// <summary>Where the content of a member is.</summary>
/// <param name="File">The file that holds it: of a tar all the same one.</param>
/// <param name="Offset">Where it begins there.</param>
/// <param name="Bytes">How long it is.</param>
/// <param name="Mode">The mode of the file that it is.</param>
internal sealed record MemberPlace(string File, long Offset, long Bytes, UnixFileMode Mode)
{
    /// <summary>The bits of a mode that an archive keeps: no file of one runs as another account.</summary>
    public const UnixFileMode Plain = (UnixFileMode)0b111_111_111;

    /// <summary>Opens it at its content.</summary>
    public FileStream Open()
    {
        FileStream file = System.IO.File.OpenRead(File);
        file.Position = Offset;
        return file;
    }
}
