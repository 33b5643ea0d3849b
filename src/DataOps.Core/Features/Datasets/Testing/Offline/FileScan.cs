using System.Diagnostics;
using System.Text;
using DataOps.Core.Django.Values;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Testing.Offline;

/// <summary>A key that occurs again in a file.</summary>
/// <param name="Model">Its model.</param>
/// <param name="Hash">Its bits.</param>
/// <param name="IsNatural">Whether it is a natural key.</param>
/// <param name="Line">The line in which it occurs again.</param>
/// <param name="Key">The key, as far as it is to be shown; null for a natural one.</param>
internal sealed record RepeatedKey(FileModel Model, ulong Hash, bool IsNatural, long Line, string? Key);

/// <summary>A value that PostgreSQL can store in no column.</summary>
/// <param name="Model">The model.</param>
/// <param name="Key">The object's key, as far as it is to be shown; null where it has none.</param>
/// <param name="Field">The field.</param>
/// <param name="Place">Where the object is.</param>
/// <param name="Problem">The value's start, and what is wrong with it.</param>
internal sealed record UnstorableValue(FileModel Model, string? Key, string Field, FilePlace Place, string Problem);

/// <summary>Reads a file to its end: what is in it, in memory for its keys alone.</summary>
internal sealed class FileScan(
    FixtureFile file, FileSelection selection, FileNaturalKeys naturalKeys, OperationContext context)
{
    private const int Listed = 100;
    private const double SecondsBetweenReports = 0.25;

    private readonly Dictionary<string, FileModel> _byLabel = [];
    private readonly List<FileModel> _models = [];
    private readonly List<RepeatedKey> _repeated = [];
    private readonly List<UnstorableValue> _unstorable = [];

    /// <summary>Its models, in the file's order.</summary>
    public IReadOnlyList<FileModel> Models => _models;

    /// <summary>Objects read.</summary>
    public long Objects { get; private set; }

    /// <summary>Keys that occur again: the first hundred.</summary>
    public IReadOnlyList<RepeatedKey> Repeated => _repeated;

    /// <summary>How many there are.</summary>
    public long RepeatedCount { get; private set; }

    /// <summary>Values that cannot be stored: the first hundred.</summary>
    public IReadOnlyList<UnstorableValue> Unstorable => _unstorable;

    /// <summary>How many there are.</summary>
    public long UnstorableCount { get; private set; }

    /// <summary>The model of an object that has been read before.</summary>
    public FileModel ModelOf(FixtureObject source) => _byLabel[source.Label];

    /// <summary>Reads all of it.</summary>
    /// <exception cref="DataOpsException">It cannot be opened, or is broken.</exception>
    public void Read() => Walk("Reading", source =>
    {
        Objects++;
        Take(source);
    });

    /// <summary>Reads it, and hands on each object.</summary>
    public void Walk(string activity, Action<FixtureObject> take)
    {
        activity += " " + Path.GetFileName(file.Name);
        using FixtureReader reader = FixtureReader.Open(file, context.Cancellation);
        long reported = Stopwatch.GetTimestamp();
        for (long done = 1; reader.Read(); done++)
        {
            if (selection.Take(reader.Current.Label))
                take(reader.Current);
            if (done % 256 != 0 || Stopwatch.GetElapsedTime(reported).TotalSeconds < SecondsBetweenReports)
                continue;
            context.Report(activity, done, Objects > done ? Objects : null);
            reported = Stopwatch.GetTimestamp();
        }
    }

    private void Take(FixtureObject source)
    {
        FileModel model = Open(source);
        model.Objects++;
        if (source.Key is { } pk)
            Check(model, source, "pk", pk);
        foreach (FixtureField field in source.Fields)
        {
            string name = source.NameOf(field);
            model.Fields[name] = model.Fields.GetValueOrDefault(name) | FieldKinds.Of(source[field.Value]);
            Check(model, source, name, field.Value);
        }
        if (source.Key is { } key)
        {
            model.WithKey++;
            ulong hash = KeyHash.Of(source[key]);
            if (!model.Keys.Add(hash))
                Repeat(new RepeatedKey(model, hash, false, source.Line, Shown(source[key])));
        }
        ulong? natural = naturalKeys.Of(model, source);
        if (natural is null)
            model.WithUntoldNaturalKey++;
        else if (!model.NaturalKeys.Add(natural.Value) && source.Key is null)
            Repeat(new RepeatedKey(model, natural.Value, true, source.Line, null));
    }

    // Django does not mind the case of a model's name.
    private FileModel Open(FixtureObject source)
    {
        if (_byLabel.TryGetValue(source.Label, out FileModel? known))
            return known;
        string label = ModelLabel.Parse(source.Label) ?? source.Label;
        if (_models.FirstOrDefault(m => m.Label == label) is not { } model)
            _models.Add(model = new FileModel(label, source.Line));
        return _byLabel[source.Label] = model;
    }

    private void Check(FileModel model, FixtureObject source, string field, FixtureSlice value)
    {
        if (JsonText.Unstorable(source[value]) is not { } problem)
            return;
        UnstorableCount++;
        if (_unstorable.Count < Listed)
            _unstorable.Add(new UnstorableValue(
                model, source.Key is { } key ? Shown(source[key]) : null, field, FilePlace.Of(source.Place),
                $"\"{Shown(source[value])}\": {problem}"));
    }

    private void Repeat(RepeatedKey key)
    {
        RepeatedCount++;
        if (_repeated.Count < Listed)
            _repeated.Add(key);
    }

    /// <summary>The start of a value, for people.</summary>
    public static string Shown(ReadOnlySpan<byte> json)
    {
        const int Most = 60;
        string text = Encoding.UTF8.GetString(json.Length > Most * 4 ? json[..(Most * 4)] : json).ReplaceLineEndings(
            " ").Trim('"');
        return text.Length > Most ? text[..Most] + "…" : text;
    }
}
