using System.Text.Json;
using DataOps.Core.Django.Values;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Testing.Offline;

/// <summary>A reference of a file's object that leads to no object of the file.</summary>
/// <param name="Reference">The reference.</param>
/// <param name="Line">The line.</param>
/// <param name="Key">The object's key.</param>
/// <param name="Value">What stands there.</param>
internal sealed record FileDangling(FileReference Reference, long Line, string? Key, string Value);

/// <summary>
/// Reads a file again, when all its keys are known: where do references lead, and where did keys occur first.
/// </summary>
internal sealed class ReferenceScan(FileScan scan, FileNaturalKeys naturalKeys)
{
    private const int Listed = 100;

    private readonly FileReferences _references = new(scan.Models);
    private readonly List<FileDangling> _dangling = [];
    private readonly Dictionary<(FileModel, ulong, bool), long> _first = [];
    private readonly HashSet<(FileModel, ulong, bool)> _repeated =
        [.. scan.Repeated.Select(r => (r.Model, r.Hash, r.IsNatural))];

    /// <summary>
    /// References that lead nowhere: the first hundred of those whose target has objects in the file.
    /// </summary>
    public IEnumerable<FileDangling> Dangling => _dangling.Where(d => d.Reference.IsSupported).Take(Listed);

    /// <summary>The references of which some lead nowhere.</summary>
    public IEnumerable<FileReference> Broken => _references.Found.Where(
        r => r is { Missing: > 0, IsSupported: true });

    /// <summary>The line in which a key occurs first; null when that is not known.</summary>
    public long? FirstLine(RepeatedKey key) =>
        _first.TryGetValue((key.Model, key.Hash, key.IsNatural), out long line) ? line : null;

    /// <summary>Reads all of it.</summary>
    public void Read() => scan.Walk("Following references in", Take);

    private void Take(FixtureObject source)
    {
        FileModel model = scan.ModelOf(source);
        if (_repeated.Count > 0)
            TakeKeys(model, source);
        foreach (FixtureField field in source.Fields)
            if (_references.Of(model, source.NameOf(field)) is { } reference)
                Follow(reference, source, field.Value);
    }

    private void TakeKeys(FileModel model, FixtureObject source)
    {
        if (source.Key is { } key)
            TakeKey((model, KeyHash.Of(source[key]), false), source.Line);
        if (naturalKeys.Of(model, source) is { } natural)
            TakeKey((model, natural, true), source.Line);
    }

    private void TakeKey((FileModel, ulong, bool) key, long line)
    {
        if (_repeated.Contains(key))
            _first.TryAdd(key, line);
    }

    private void Follow(FileReference reference, FixtureObject source, FixtureSlice value)
    {
        ReadOnlySpan<byte> json = source[value];
        FieldKind kind = FieldKinds.Of(json);
        if (kind is FieldKind.Key or FieldKind.Natural)
            Check(reference, source, kind, json, source.LineOf(value));
        // A natural key whose first value looks like a key looks like a list of keys.
        if (kind != FieldKind.List || reference.Target?.NaturalKeys.Contains(KeyHash.Of(json)) == true)
            return;
        Utf8JsonReader reader = JsonText.Reader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            ReadOnlySpan<byte> item = json[start..(int)reader.BytesConsumed];
            Check(reference, source, FieldKinds.Of(item), item,
                source.LineOf(new FixtureSlice(value.Start + start, item.Length)));
        }
    }

    private void Check(
        FileReference reference, FixtureObject source, FieldKind kind, ReadOnlySpan<byte> json, long line)
    {
        if (reference.Target is { } target && (!target.Knows(kind) || target.Has(kind, KeyHash.Of(json))))
        {
            reference.Hits++;
            return;
        }
        reference.Missing++;
        if (reference.Target is not null && reference.Missing <= Listed)
            _dangling.Add(new FileDangling(
                reference, line, source.Key is { } key ? FileScan.Shown(source[key]) : null, FileScan.Shown(json)));
    }
}
