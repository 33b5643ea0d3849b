using DataOps.Core.Django.Migrations;
using DataOps.Core.Postgres.Schemas;
using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Features.Schema;

/// <summary>The schema that a site's migrations promise, and where each part of it comes from.</summary>
internal sealed class MigratedSchema
{
    private readonly SiteMigrations _migrations;
    private readonly Dictionary<string, MigrationKey> _byFile = [];
    private readonly Dictionary<(ModelLabel Model, string Option), MigrationKey> _since = [];
    private readonly Dictionary<(string Table, string Name), SchemaOrigin> _origins = [];
    private readonly Dictionary<string, SchemaTable> _tables = [];
    private readonly List<OpaqueOperation> _opaque = [];
    private readonly List<AppliedOperation> _trace = [];

    /// <summary>Derives it.</summary>
    public MigratedSchema(SiteMigrations migrations)
    {
        _migrations = migrations;
        foreach (MigrationKey key in migrations.History.Graph.Nodes)
            _byFile[migrations.History.Graph[key].Path] = key;
        FindOptions();
        Ghosts = new GhostHistory(_trace, migrations.Files, migrations.Settings);
        ModelSchema models = new(migrations.State, migrations.Files, migrations.Settings);
        foreach (ModelState model in migrations.State.Models.Values.Where(m => m.IsKnown)
            .OrderBy(m => m.Label.ToString(), StringComparer.Ordinal))
            foreach (ModelTable table in models.Of(model))
                Add(table);
    }

    /// <summary>What PostgreSQL has dropped with columns, and the models still have.</summary>
    public GhostHistory Ghosts { get; }

    /// <summary>What is expected.</summary>
    public SchemaExpectation Expectation => new(new DatabaseSchema { Tables = _tables })
    {
        Origins = _origins,
        Sql = [.. _opaque.Select(o => o.Text)],
    };

    /// <summary>What PostgreSQL has dropped, as the files alone tell; what drops it again fails.</summary>
    public IEnumerable<SchemaDifference> GhostDifferences() =>
        Ghosts.Ghosts.Select(Of).Concat(Ghosts.Failures.Select(f => Of(f.Ghost, f.Operation)));

    /// <summary>What PostgreSQL drops with a column.</summary>
    public static SchemaDifference Of(Ghost ghost) => Of(ghost, null);

    /// <summary>What PostgreSQL drops with a column, and the operation that fails because of it.</summary>
    public static SchemaDifference Of(Ghost ghost, AppliedOperation? failing)
    {
        SchemaOrigin by = OriginOf(ghost.DroppedBy);
        string ends = failing is null
            ? "and Django still has it"
            : $"so {failing.Name} in {OriginOf(failing)} fails";
        return new()
        {
            Audit = Audit.Schema,
            Severity = ghost.IsConstraint || failing is not null ? Severity.Error : Severity.Warning,
            Class = SchemaDifferenceKind.Ghost,
            Kind = ghost.Option.Split(' ')[0] switch
            {
                "unique_together" => SchemaObjectKind.Unique,
                "constraints" when ghost.DroppedBy.Before.Models[ghost.Model] is var model => KindOf(model, ghost),
                _ => SchemaObjectKind.Index,
            },
            Model = ghost.Model,
            Table = ghost.Table,
            Name = ghost.Name,
            Column = string.Join(",", ghost.Columns),
            Problem = $"{ghost.Name} of {ghost.Table} is dropped by PostgreSQL together with the column "
                + $"{ghost.Column} in {by}, {ends}",
            Consequence = failing is not null ? "the migration fails where it is applied"
                : ghost.IsConstraint ? "rows that it keeps out come in; a migration that drops or renames it fails"
                : "queries that need it read the whole table; a migration that drops or renames it fails",
            Migration = by.Migration,
            File = by.File,
            Line = by.Line,
        };
    }

    private static SchemaObjectKind KindOf(ModelState model, Ghost ghost) =>
        model.Options.GetValueOrDefault("constraints")?.AsItems?.OfType<CallValue>().FirstOrDefault(c =>
            c.Keywords.Any(k => k.Name == "name" && $"constraints {k.Value.Text}" == ghost.Option))?.Path switch
        {
            { } path when path.EndsWith("CheckConstraint", StringComparison.Ordinal) => SchemaObjectKind.Check,
            { } path when path.EndsWith("ExclusionConstraint", StringComparison.Ordinal) => SchemaObjectKind.Exclusion,
            _ => SchemaObjectKind.Unique,
        };

    /// <summary>What is not compared, and why: models and apps that the files do not say all of.</summary>
    public IEnumerable<string> NotCompared()
    {
        foreach (UnreadMigrations unread in _migrations.Unread)
            yield return $"{unread.Subject} is not compared: {unread.Why}.";
        foreach (IGrouping<string, ModelState> app in _migrations.State.Models.Values.Where(m => !m.IsKnown)
            .GroupBy(m => m.App).OrderBy(a => a.Key, StringComparer.Ordinal))
            yield return $"{app.Count()} {(app.Count() == 1 ? "model" : "models")} of {app.Key} "
                + $"{(app.Count() == 1 ? "is" : "are")} not compared: {app.First().Doubts[0]}.";
        foreach (Doubt problem in _migrations.History.Problems)
            yield return $"{problem}.";
    }

    private void Add(ModelTable table)
    {
        _tables[table.Name] = table.Table;
        foreach ((string name, ModelPart part) in table.Parts)
            _origins[(table.Name, name)] = OriginOf(table.Model, part);
    }

    private SchemaOrigin OriginOf(ModelState model, ModelPart part)
    {
        SourcePlace? place = part.Place ?? model.Fields.Select(f => f.Field.Place).FirstOrDefault();
        MigrationKey? key = part.Option is { } option && part.Place is null
            && _since.TryGetValue((model.Label, option), out MigrationKey since) ? since
            : place is not null && _byFile.TryGetValue(place.File.Name, out MigrationKey of) ? of : null;
        bool isHere = key is { } k && place is not null && _byFile.GetValueOrDefault(place.File.Name) == k;
        string file = key is { } known ? _migrations.History.Graph[known].Path : place?.File.Name ?? "";
        return new(key?.ToString() ?? model.App, file, isHere && part.Place is not null ? place!.Line : null)
        {
            Model = model.Label,
            Key = key,
            Part = part,
            DroppedBy = part.Option is null ? null
                : Ghosts.Ghosts.FirstOrDefault(g => g.Model == model.Label && g.Option == part.Option) is { } ghost
                    ? OriginOf(ghost.DroppedBy)
                    : null,
        };
    }

    /// <summary>Where an operation stands.</summary>
    public static SchemaOrigin OriginOf(AppliedOperation operation) =>
        new(operation.Migration.ToString(), operation.Place.File.Name, operation.Place.Line);

    // The migration since which an option of a model has an item that has no place of its own.
    private void FindOptions()
    {
        ProjectState before = ProjectState.Empty;
        foreach ((MigrationKey key, ProjectState after) in
            _migrations.History.States(_migrations.Plan(), _opaque, _trace))
        {
            foreach ((ModelLabel label, ModelState model) in after.Models)
            {
                ModelState? old = before.Models.GetValueOrDefault(label);
                if (ReferenceEquals(model, old))
                    continue;
                HashSet<string> had = old is null ? [] : [.. GhostHistory.OptionsOf(old)];
                foreach (string option in GhostHistory.OptionsOf(model))
                    if (!had.Contains(option))
                        _since[(label, option)] = key;
            }
            before = after;
        }
    }
}
