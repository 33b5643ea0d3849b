using System.Collections.Immutable;
using DataOps.Core.Postgres.Schemas;
using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Django.Migrations;

/// <summary>
/// A constraint or an index that the models still have, and that PostgreSQL dropped together with a column.
/// </summary>
/// <param name="Model">The model.</param>
/// <param name="Option">What it is among the model's options, as <c>constraints uniq_a_b</c>.</param>
/// <param name="Table">The table that it was on.</param>
/// <param name="Name">Its name, as Django made it.</param>
/// <param name="Columns">The columns that it was over.</param>
/// <param name="Column">The column with which it was dropped.</param>
/// <param name="DroppedBy">The operation that dropped the column.</param>
internal sealed record Ghost(
    ModelLabel Model, string Option, string Table, string Name, IReadOnlyList<string> Columns, string Column,
    AppliedOperation DroppedBy)
{
    /// <summary>Whether it keeps rows apart or out, and does not only make queries faster.</summary>
    public bool IsConstraint => Option.StartsWith("constraints ", StringComparison.Ordinal)
        || Option.StartsWith("unique_together ", StringComparison.Ordinal);
}

/// <summary>
/// What PostgreSQL drops with a column, whatever the models say: every constraint and index that mentions it.
/// </summary>
internal sealed class GhostHistory
{
    private readonly PythonFiles _files;
    private readonly IReadOnlyDictionary<string, ModelLabel> _settings;
    private readonly List<Ghost> _ghosts = [];
    private readonly List<(Ghost Ghost, AppliedOperation Operation)> _failures = [];

    /// <summary>Follows operations from the first on.</summary>
    public GhostHistory(
        IEnumerable<AppliedOperation> operations, PythonFiles files, IReadOnlyDictionary<string, ModelLabel> settings)
    {
        (_files, _settings) = (files, settings);
        foreach (AppliedOperation operation in operations)
            Follow(operation);
    }

    /// <summary>Those that the models have after the last operation.</summary>
    public IReadOnlyList<Ghost> Ghosts => _ghosts;

    /// <summary>Operations that drop one of them by its name, and so fail.</summary>
    public IReadOnlyList<(Ghost Ghost, AppliedOperation Operation)> Failures => _failures;

    /// <summary>What of a model's options makes a constraint or an index, as <see cref="ModelPart.Option"/>.</summary>
    public static IEnumerable<string> OptionsOf(ModelState model)
    {
        foreach (string option in (string[])["unique_together", "index_together"])
        {
            IReadOnlyList<PythonValue> items = model.Options.GetValueOrDefault(option)?.AsItems ?? [];
            if (items.Count > 0 && items.All(i => i.Text is not null))
                yield return $"{option} {string.Join(',', items.Select(i => i.Text))}";
            else
                foreach (PythonValue item in items)
                    yield return $"{option} {string.Join(',', item.AsItems?.Select(f => f.Text) ?? [])}";
        }
        foreach (string option in (string[])["constraints", "indexes"])
            foreach (PythonValue item in model.Options.GetValueOrDefault(option)?.AsItems ?? [])
                if (item is CallValue call
                    && call.Keywords.FirstOrDefault(k => k.Name == "name").Value?.Text is { } name)
                    yield return $"{option} {name}";
        if (model.Options.GetValueOrDefault("order_with_respect_to") is { IsNone: false })
            yield return "order_with_respect_to";
    }

    private void Follow(AppliedOperation operation)
    {
        string app = operation.Migration.App;
        string? Argument(string name) => operation.Arguments.GetValueOrDefault(name)?.Text;
        switch (operation.Name)
        {
            case "RenameModel" when Argument("old_name") is { } old && Argument("new_name") is { } name:
                Replace(g => g.Model == new ModelLabel(app, old), g => g with { Model = new(app, name) });
                break;
            case "RenameField" when Argument("model_name") is { } model && Argument("old_name") is { } old
                && Argument("new_name") is { } name:
                Replace(
                    g => g.Model == new ModelLabel(app, model),
                    g => g with { Option = Renamed(g.Option, old, name) });
                break;
            case "RemoveField" when Argument("model_name") is { } model && Argument("name") is { } field:
                Drop(operation, new(app, model), field);
                break;
        }
        foreach (Ghost ghost in _ghosts.ToArray())
            if (!operation.After.Models.TryGetValue(ghost.Model, out ModelState? model))
                _ghosts.Remove(ghost);
            else if (!OptionsOf(model).Contains(ghost.Option))
            {
                _ghosts.Remove(ghost);
                _failures.Add((ghost, operation));
            }
    }

    private void Replace(Predicate<Ghost> which, Func<Ghost, Ghost> with)
    {
        for (int i = 0; i < _ghosts.Count; i++)
            if (which(_ghosts[i]))
                _ghosts[i] = with(_ghosts[i]);
    }

    private static string Renamed(string option, string old, string name) => option.Split(' ') switch
    {
        ["unique_together" or "index_together", var fields] =>
            $"{option.Split(' ')[0]} {string.Join(',', fields.Split(',').Select(f => f == old ? name : f))}",
        _ => option,
    };

    // The column that the removed field had, and what mentioned it and is still among the model's options.
    private void Drop(AppliedOperation operation, ModelLabel label, string field)
    {
        if (!operation.Before.Models.TryGetValue(label, out ModelState? before)
            || !operation.After.Models.TryGetValue(label, out ModelState? after)
            || before.Find(field) is not { } removed || !ColumnTypes.HasColumn(removed))
            return;
        string column = ColumnTypes.ColumnOf(field, removed);
        HashSet<string> left = [.. OptionsOf(after)];
        if (new ModelSchema(operation.Before, _files, _settings).Of(before).FirstOrDefault() is not { } table)
            return;
        foreach ((string name, ModelPart part) in table.Parts.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            IReadOnlyList<string> columns = table.Table.Constraints.GetValueOrDefault(name)?.Columns
                ?? table.Table.Indexes.GetValueOrDefault(name)?.Columns ?? [];
            IReadOnlyList<string>? more = table.Table.Constraints.GetValueOrDefault(name)?.Include
                ?? table.Table.Indexes.GetValueOrDefault(name)?.Include;
            if (part.Option is { } option && left.Contains(option)
                && (columns.Contains(column) || more?.Contains(column) == true)
                && !_ghosts.Any(g => g.Model == label && g.Option == option))
                _ghosts.Add(new(label, option, table.Name, name, columns, column, operation));
        }
    }
}
