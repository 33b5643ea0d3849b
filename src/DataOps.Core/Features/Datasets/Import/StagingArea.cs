using System.Diagnostics;
using DataOps.Core.Django.Values;
using DataOps.Core.Files;
using Npgsql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>A file in staging tables, under its own ids.</summary>
/// <param name="Tables">A table for each model that occurred, in the file's order.</param>
/// <param name="Objects">Objects read.</param>
/// <param name="Specs">What the file says about the rows of its models.</param>
internal sealed record StagedFile(IReadOnlyList<StagingTable> Tables, long Objects, FileSpecs Specs)
{
    /// <summary>Objects that are in no table, as the user asked for.</summary>
    public long Ignored { get; init; }

    /// <summary>The tables of the database that the rows are for, those of many-to-many lists included.</summary>
    public IEnumerable<Table> Targets => Tables.Select(t => t.Model.Table)
        .Concat(Tables.SelectMany(t => t.Lists).Where(l => l.Buffer.Rows > 0).Select(l => l.List.Table));

    /// <summary>Models and fields that the database lacks and that were left out; null when there are none.</summary>
    public string? Unknown { get; init; }
}

/// <summary>
/// Brings a dataset file into staging tables, one a model and one a many-to-many list, in constant memory.
/// </summary>
/// <remarks>The tables are temporary and last until <see cref="Drop"/>.</remarks>
internal sealed class StagingArea(
    Session session, ReferenceCatalog catalog, FixtureModels models, NaturalKeys keys, LoadOptions options,
    string path, OperationContext context)
{
    private const int SendAt = 1 << 18;
    private const long MostWaiting = 1 << 23;
    private const double SecondsBetweenReports = 0.25;
    private const int LongestMessage = 200;

    private readonly Dictionary<string, StagingTable?> _byLabel = [];
    private readonly List<StagingTable> _tables = [];
    private readonly Dictionary<string, long> _unknown = [];
    private readonly FileSelection _selection = new(options.Model, options.Exclude);
    private readonly ImportProblems _problems = new(session, path, context.Cancellation);
    private readonly JsonFields _jsonFields = JsonFields.Of(
        options.StreamField, options.JsonField, catalog.Models, catalog.Site, context);

    private readonly TimeZoneInfo? _zone = NaiveTimes.Zone(options.TimeZone ?? catalog.Site.TimeZone);
    private long _waiting;

    /// <summary>A table for each model that occurred, in the file's order.</summary>
    public IReadOnlyList<StagingTable> Tables => _tables;

    /// <summary>Objects read.</summary>
    public long Objects { get; private set; }

    /// <summary>Objects left out, as the user asked for other models, or as the database lacks theirs.</summary>
    public long Ignored { get; private set; }

    /// <summary>Models, and fields as app.model.field, that the database lacks, each with the objects that have
    /// it.</summary>
    public IReadOnlyDictionary<string, long> Unknown => _unknown;

    /// <summary>Reads all objects of a file.</summary>
    /// <exception cref="DataOpsException">
    /// The file is broken, or names what the database does not have, or holds what it cannot store: all of it, with
    /// lines. Or its specs contradict it.
    /// </exception>
    public StagedFile Fill(FixtureReader reader)
    {
        string activity = "Reading " + Path.GetFileName(path);
        long reported = Stopwatch.GetTimestamp();
        while (reader.Read())
        {
            Objects++;
            if (_selection.Take(reader.Current.Label))
                Take(reader.Current);
            if (Objects % 256 == 0 && Stopwatch.GetElapsedTime(reported).TotalSeconds > SecondsBetweenReports)
            {
                context.Report(activity, Objects, null);
                reported = Stopwatch.GetTimestamp();
            }
        }
        foreach (StagingTable table in _tables)
            foreach (StagingBuffer buffer in table.Buffers)
                Flush(table, buffer);
        _selection.ReportUnmatched(catalog.Models.Select(m => m.Label), path, context);
        _problems.ThrowIfAny();
        Ignored += _selection.LeftOut;
        if (_unknown.Count > 0)
            context.Warning?.Invoke($"Left out, as the database lacks them: {UnknownText}.");
        if (options.TimeZone is null)
            WarnOfNaiveTimes();
        foreach (StagingTable table in _tables)
            foreach (StagingColumn column in table.Columns.Where(c => c.Emptied > 0))
                context.Warning?.Invoke(
                    $"{column.Field} of {table.Model.Label} is NULL where the file has an empty text: in "
                        + $"{column.Emptied} {(column.Emptied == 1 ? "object" : "objects")}.");
        foreach (StagingTable table in _tables.Where(t => t.InheritedFields.Count > 0))
            context.Warning?.Invoke(
                $"{string.Join(", ", table.InheritedFields)} in objects of {table.Model.Label}: fields of its parent "
                    + $"{models.LabelOf(table.Model.Parent!)}, which only objects of that model can change; they are "
                    + "left out, as loaddata does.");
        // What is not in the file is asked by its key, of as many rows as there are.
        foreach (StagingTable table in _tables.Where(t => t.HasIndex))
            session.Run(
                $"create index on {table.Buffer.Table} ({table.Keys.Select(k => k.Sql)})", context.Cancellation);
        foreach (StagingBuffer buffer in _tables.SelectMany(t => t.Buffers))
            session.Run($"analyze {buffer.Table}", context.Cancellation);
        bool IsTaken(string label) =>
            _selection.Includes(label) && (!options.IgnoreUnknown || models.Find(label) is not null);
        return new StagedFile(_tables, Objects, FileSpecs.Of(reader, models, _tables, IsTaken, path))
        {
            Ignored = Ignored, Unknown = _unknown.Count == 0 ? null : UnknownText,
        };
    }

    private string UnknownText => string.Join(
        ", ", _unknown.Select(u => $"{u.Key} ({u.Value} {(u.Value == 1 ? "object" : "objects")})"));

    /// <summary>Drops the tables; in no transaction, unless it was begun before them.</summary>
    public void Drop() =>
        TemporaryTable.Drop(session, _tables.SelectMany(t => t.Buffers).Select(b => b.Table));

    private void Take(FixtureObject source)
    {
        if (!_byLabel.TryGetValue(source.Label, out StagingTable? table))
            _byLabel[source.Label] = table = Open(source);
        if (table is null)
        {
            Ignored++;
            if (options.IgnoreUnknown)
                _unknown[source.Label] = _unknown.GetValueOrDefault(source.Label) + 1;
            return;
        }
        long before = table.Buffers.Sum(b => (long)b.Waiting);
        table.Take(source, Objects, _problems, field => AddUnknownField(source, field));
        _waiting -= before;
        foreach (StagingBuffer buffer in table.Buffers)
        {
            if (buffer.Waiting >= SendAt)
                Flush(table, buffer);
            _waiting += buffer.Waiting;
        }
        if (_waiting > MostWaiting)
            FlushLargest();
    }

    private StagingTable? Open(FixtureObject source)
    {
        Model? model = models.Find(source.Label);
        if (model is null && options.IgnoreUnknown)
            return null;
        if (model is null || model.Key.Count == 0)
        {
            _problems.Add(source.Place, UnknownModel(source.Label, model));
            return null;
        }
        // Two spellings of one model share a table.
        if (_tables.FirstOrDefault(t => t.Model.Table == model.Table) is { } known)
            return known;
        StagingTable table = new(session, model, catalog, keys);
        foreach (StagingColumn column in table.Keys.Concat(table.Columns))
        {
            column.Form = new ValueForm
            {
                StreamField = _jsonFields.UseOf(model, column.Field), NaiveTimes = new NaiveTimes(_zone),
            };
            column.EmptyIsNull = options.EmptyAsNull && column.IsUniqueText;
        }
        if (options.MissingField == MissingField.Default)
            foreach (StagingColumn column in table.Columns)
                column.Default = FieldDefault.Of(session, catalog, model, column.Column, context.Cancellation);
        _tables.Add(table);
        return table;
    }

    private ImportProblem UnknownModel(string label, Model? model)
    {
        const string WithoutThem = "or load with -IgnoreUnknown, without those models.";
        (ImportSentence sentence, string what, string advice) = model is not null
            ? (new ImportSentence("model", "cannot be loaded", "cannot be loaded"), "a table without a primary key",
                $"load the rest with -Exclude {label}.")
            : models.IsWithoutTable(label)
                ? (new ImportSentence("model", "has no table that is known", "have no table that is known"),
                    "its content type is there, but no table of that name: a proxy, or a model with a table of "
                        + "another name",
                    $$"""
                    Say which it is with -SiteDescription '{ "proxies": { "{{label}}": "app.model" } }' or
                    '{ "tables": { "{{label}}": "table" } }';
                    """.ReplaceLineEndings(" ") + $" {WithoutThem}")
                : (new ImportSentence("model", "is not in the database", "are not in the database"),
                    "neither a content type nor a table of that name",
                    $"Run the application's migrations first; {WithoutThem}");
        return new(
            ErrorIds.UnknownModel, sentence, char.ToUpperInvariant(advice[0]) + advice[1..], label, "", "", what);
    }

    private void AddUnknownField(FixtureObject source, string field)
    {
        string name = $"{source.Label}.{field}";
        _unknown[name] = _unknown.GetValueOrDefault(name) + 1;
        if (!options.IgnoreUnknown && _unknown[name] == 1)
            _problems.Add(source.Place, new(
                ErrorIds.UnknownField, new("field", "is not in the database", "are not in the database"),
                "Bring the application that wrote the file and this database to the same migrations; or load with "
                    + "-IgnoreUnknown, without those fields.",
                source.Label, "", field, "no such column or many-to-many list"));
    }

    private void WarnOfNaiveTimes()
    {
        var fields =
            (from table in _tables
             from column in table.Columns.Prepend(table.Keys[0])
             where column.FirstNaive is not null
             orderby column.FirstNaive!.Value.Place
             select (table.Model.Label, column.Field, column.Naive!.Count, First: column.FirstNaive!.Value)).ToArray();
        if (fields.Length == 0)
            return;
        (ModelLabel model, string field, _, (string key, long place)) = fields[0];
        long count = fields.Sum(f => f.Count);
        string zone = catalog.Site.TimeZone is { } told ? $"{told}, as the site's description says" : "UTC";
        string times = count == 1 ? "1 time has" : $"{count} times have";
        context.Warning?.Invoke(
            $"{times} no zone and will be {zone}, in {fields.Length} {(fields.Length == 1 ? "field" : "fields")} of "
                + $"{Path.GetFileName(path)}, first {field} of {model} {key} in {FilePlace.Of(place)}. "
                + $"If the site that wrote the file has another TIME_ZONE, load with -TimeZone.");
    }

    private void FlushLargest()
    {
        (StagingTable table, StagingBuffer buffer) = _tables.SelectMany(t => t.Buffers.Select(b => (t, b))).MaxBy(
            x => x.b.Waiting);
        _waiting -= buffer.Waiting;
        Flush(table, buffer);
    }

    private void Flush(StagingTable table, StagingBuffer buffer)
    {
        // Nothing will be loaded any more: the rest is only looked through.
        if (_problems.Count > 0)
        {
            buffer.Clear();
            return;
        }
        try
        {
            buffer.Flush(session, context.Cancellation);
        }
        catch (StagingException e)
        {
            throw Refused(table, e);
        }
    }

    private DatasetException Refused(StagingTable table, StagingException e)
    {
        PostgresException cause = e.Cause;
        string column = cause.Where is { } where
            && where.IndexOf(", column ", StringComparison.Ordinal) is var at and >= 0 ? where[(at + 9)..] : "";
        string field = table.Columns.FirstOrDefault(
            c => column.StartsWith(c.Column.Name + ":", StringComparison.Ordinal))?.Field ?? column.Split(':')[0];
        string value = column.Contains(": ", StringComparison.Ordinal)
            ? column[(column.IndexOf(": ", StringComparison.Ordinal) + 2)..] + " "
            : "";
        // PostgreSQL repeats all of a value that it refuses.
        string said = cause.MessageText.Length > LongestMessage
            ? cause.MessageText[..LongestMessage] + "…"
            : cause.MessageText;
        FilePlace? known = e.Place is { } number ? FilePlace.Of(number) : null;
        string place = known?.ToString() ?? "a line that PostgreSQL did not name";
        const string Advice = "Correct it in the file, or where it was exported.";
        return new DatasetException(
            ErrorIds.InvalidValue,
            $"PostgreSQL refuses a value of {Path.GetFileName(path)}, so nothing was loaded."
                + $"\n  {place}  {table.Model.Label}  {field}  {value}{said}",
            Advice,
            path,
            [new DatasetProblem(
                ErrorIds.InvalidValue, known?.Line ?? 0, Advice,
                [table.Model.Label, "", field, value + said]) { Object = known?.Object ?? 1 }],
            1,
            cause);
    }
}
