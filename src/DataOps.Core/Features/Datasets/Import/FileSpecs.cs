using DataOps.Core.Definitions;
using DataOps.Core.Files;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>A spec, and what it is about in this database.</summary>
/// <param name="Spec">The spec.</param>
/// <param name="File">The spec as the file has it.</param>
/// <param name="Model">Its model.</param>
/// <param name="Staged">The file's objects of it; null when there are none.</param>
internal sealed record ModelSpec(DatasetSpec Spec, FileSpec File, Model Model, StagingTable? Staged);

/// <summary>The specs of a file, in its order; none in formats that have none.</summary>
/// <param name="All">The specs.</param>
/// <param name="Snapshot">The moment of which the file's rows are; null when it does not say.</param>
internal sealed record FileSpecs(IReadOnlyList<ModelSpec> All, DateTimeOffset? Snapshot)
{
    /// <summary>Tables whose rows have to be new.</summary>
    public IEnumerable<StagingTable> ForceInsert =>
        All.Where(s => s.Spec.ForceInsert).Select(s => s.Staged).OfType<StagingTable>();

    /// <summary>Many-to-many lists whose entries need no target.</summary>
    public IEnumerable<StagingList> IgnoredLists =>
        All.Where(s => s.Staged is not null).SelectMany(
            s => s.Staged!.Lists.Where(l => s.Spec.IgnoreMissingM2m.Contains(l.List.Name)));

    /// <summary>Compares specs, objects and database.</summary>
    /// <param name="file">The file, read to its end.</param>
    /// <param name="models">The models that it can name.</param>
    /// <param name="tables">Its objects.</param>
    /// <param name="isTaken">Whether a model is loaded; specs of others are none.</param>
    /// <param name="path">What messages call it.</param>
    /// <exception cref="DataOpsException">They contradict each other, or name what is not there.</exception>
    public static FileSpecs Of(
        FixtureReader file, FixtureModels models, IReadOnlyList<StagingTable> tables, Func<string, bool> isTaken,
        string path)
    {
        if (file.Specs is not { } specs)
            return new FileSpecs([], null);
        ModelSpec[] all = [.. specs.Where(s => isTaken(s.Spec.Model)).Select(s => Of(s, models, tables))];
        string[] without = [.. tables.Where(t => all.All(s => s.Staged != t)).Select(t => t.Model.Label)];
        return without.Length == 0 ? new FileSpecs(all, file.Snapshot) : throw new DataOpsException(
            ErrorIds.InvalidSpec, FailureKind.InvalidData,
            $"{Path.GetFileName(path)} holds objects of {string.Join(", ", without)}, for which it has no spec. " +
                $"Nothing was loaded.",
            "Add the specs to the dataset, and export it again.", path);
    }

    private static ModelSpec Of(FileSpec file, FixtureModels models, IReadOnlyList<StagingTable> tables)
    {
        DatasetSpec spec = file.Spec;
        Model model = models.Find(spec.Model) is { Key.Count: > 0 } known
            ? known
            : throw FileSpec.Invalid(spec.Place!, $"the model {spec.Model} is not in the database.");
        if (spec.IgnoreMissingM2m.FirstOrDefault(f => model.ManyToMany.All(l => l.Name != f)) is { } list)
            throw FileSpec.Invalid(
                spec.Place!, $"\"{list}\" in ignore_missing_m2m is no many-to-many list of {spec.Model}.");
        if (spec.DeferValues.FirstOrDefault(f => model.Fields.All(c => c.Name != f)) is { } field)
            throw FileSpec.Invalid(spec.Place!, $"\"{field}\" in defer_values is no field of {spec.Model}.");
        return new ModelSpec(spec, file, model, tables.FirstOrDefault(t => t.Model.Table == model.Table));
    }
}
