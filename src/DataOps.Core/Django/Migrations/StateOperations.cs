using System.Collections.Immutable;
using DataOps.Core.Python.Evaluation;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Django.Migrations;

/// <summary>A RunPython or RunSQL, whose effect no state holds.</summary>
/// <param name="Migration">Its migration.</param>
/// <param name="Operation">RunPython, RunSQL, or the class of a project's own.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Text">The SQL, or the name of the function.</param>
internal sealed record OpaqueOperation(MigrationKey Migration, string Operation, SourcePlace Place, string Text);

/// <summary>An operation that changes the database, and the models before and after it.</summary>
/// <param name="Migration">Its migration.</param>
/// <param name="Name">Its name, as RemoveField.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Before">The models before it.</param>
/// <param name="After">The models after it.</param>
internal sealed record AppliedOperation(
    MigrationKey Migration, string Name, IReadOnlyDictionary<string, PythonValue> Arguments, SourcePlace Place,
    ProjectState Before, ProjectState After);

/// <summary>Applies operations to the state, as their state_forwards does.</summary>
/// <param name="files">The files.</param>
/// <param name="migration">The migration.</param>
/// <param name="opaque">Takes operations whose effect no state holds.</param>
/// <param name="trace">
/// Takes the operations that change the database, those of database_operations among them, and not those that change
/// the state alone; null where nobody asks.
/// </param>
internal sealed class StateOperations(
    PythonFiles files, MigrationFile migration, List<OpaqueOperation> opaque, List<AppliedOperation>? trace = null)
{
    private List<AppliedOperation>? _trace = trace;

    private const string Migrations = "django.db.migrations.";
    private const string Postgres = "django.contrib.postgres.operations.";

    // What it is called with, in order.
    private static readonly Dictionary<string, string[]> s_parameters = new()
    {
        ["CreateModel"] = ["name", "fields", "options", "bases", "managers"],
        ["DeleteModel"] = ["name"],
        ["RenameModel"] = ["old_name", "new_name"],
        ["AlterModelTable"] = ["name", "table"],
        ["AlterModelTableComment"] = ["name", "table_comment"],
        ["AlterUniqueTogether"] = ["name", "unique_together"],
        ["AlterIndexTogether"] = ["name", "index_together"],
        ["AlterOrderWithRespectTo"] = ["name", "order_with_respect_to"],
        ["AlterModelOptions"] = ["name", "options"],
        ["AlterModelManagers"] = ["name", "managers"],
        ["AddIndex"] = ["model_name", "index"],
        ["RemoveIndex"] = ["model_name", "name"],
        ["RenameIndex"] = ["model_name", "new_name", "old_name", "old_fields"],
        ["AddConstraint"] = ["model_name", "constraint"],
        ["RemoveConstraint"] = ["model_name", "name"],
        ["AlterConstraint"] = ["model_name", "name", "constraint"],
        ["AddField"] = ["model_name", "name", "field", "preserve_default"],
        ["RemoveField"] = ["model_name", "name"],
        ["AlterField"] = ["model_name", "name", "field", "preserve_default"],
        ["RenameField"] = ["model_name", "old_name", "new_name"],
        ["SeparateDatabaseAndState"] = ["database_operations", "state_operations"],
        ["RunSQL"] = ["sql", "reverse_sql", "state_operations", "hints", "elidable"],
        ["RunPython"] = ["code", "reverse_code", "atomic", "hints", "elidable"],
    };

    private static readonly Dictionary<string, string> s_postgres = new()
    {
        ["AddIndexConcurrently"] = "AddIndex",
        ["RemoveIndexConcurrently"] = "RemoveIndex",
        ["AddConstraintNotValid"] = "AddConstraint",
    };

    // They change the database, or its rows, and no model.
    private static readonly HashSet<string> s_stateless =
    [
        $"{Postgres}ValidateConstraint", $"{Postgres}CreateExtension", $"{Postgres}BloomExtension",
        $"{Postgres}BtreeGinExtension", $"{Postgres}BtreeGistExtension", $"{Postgres}CITextExtension",
        $"{Postgres}CryptoExtension", $"{Postgres}HStoreExtension", $"{Postgres}TrigramExtension",
        $"{Postgres}UnaccentExtension", $"{Postgres}CreateCollation", $"{Postgres}RemoveCollation",
        "wagtail.blocks.migrations.migrate_operation.MigrateStreamData",
        "pgtrigger.migrations.AddTrigger", "pgtrigger.migrations.RemoveTrigger",
        "wagtail.models.BootstrapTranslatableModel", "wagtail.core.models.BootstrapTranslatableModel",
    ];

    private static readonly string[] s_alterable =
    [
        "base_manager_name", "default_manager_name", "default_related_name", "get_latest_by", "managed", "ordering",
        "permissions", "default_permissions", "select_on_save", "verbose_name", "verbose_name_plural",
    ];

    private string App => migration.Key.App;

    private PythonFiles Files => files;

    /// <summary>The state after all operations of the migration.</summary>
    public ProjectState Apply(ProjectState state)
    {
        foreach (Doubt doubt in migration.Doubts)
            state = state.Doubting(App, doubt);
        return Apply(state, migration.Operations);
    }

    private ProjectState Apply(ProjectState state, IEnumerable<PythonValue> operations)
    {
        foreach (PythonValue operation in operations)
            state = operation switch
            {
                CallValue { Path: { } path } call => Apply(state, path, call),
                ChoiceOfOperations choice => Apply(state, choice),
                UnknownValue unknown => state.Doubting(
                    App, Doubt.At(unknown.Source, $"an operation is not known: {unknown.Why}")),
                _ => state.Doubting(App, new(migration.Path, 0, "an operation is not known")),
            };
        return state;
    }

    // Models that all branches leave the same are known.
    private ProjectState Apply(ProjectState state, ChoiceOfOperations choice)
    {
        ProjectState[] after = [.. choice.Branches.Select(b => Untraced(() => Apply(state, b)))];
        Doubt doubt = Doubt.At(choice.Source, "its condition is known only where the file runs");
        ProjectState result = after[0];
        foreach (ModelLabel label in after.SelectMany(s => s.Models.Keys).Distinct().ToArray())
        {
            ModelState?[] models = [.. after.Select(s => s.Models.GetValueOrDefault(label))];
            if (models.All(m => ReferenceEquals(m, models[0])))
                continue;
            ModelState some = models.First(m => m is not null)!;
            result = result.With(some with { Doubts = some.Doubts.Add(doubt) });
        }
        foreach ((string app, ImmutableList<Doubt> doubts) in after.SelectMany(s => s.AppDoubts))
            if (!result.AppDoubts.ContainsKey(app))
                result = doubts.Aggregate(result, (s, d) => s.Doubting(app, d));
        return result;
    }

    private ProjectState Apply(ProjectState state, string path, CallValue call)
    {
        string? name = NameOf(path, 0);
        if (name is null)
            return state.Doubting(App, Doubt.At(call.Source, $"the operation {path} is not known"));
        if (name.Length == 0)
        {
            Note(path[(path.LastIndexOf('.') + 1)..], call, path);
            return state;
        }
        string[] parameters = s_parameters[name];
        Dictionary<string, PythonValue> given = [];
        foreach ((string parameter, PythonValue value) in parameters.Zip(call.Arguments))
            given[parameter] = value;
        if (call.Arguments.Count > parameters.Length || !call.Keywords.All(k => given.TryAdd(k.Name, k.Value)))
            return state.Doubting(App, Doubt.At(call.Source, $"{name} has arguments that it does not take"));
        ProjectState after = new Step(this, state, call.Source, given).Apply(name);
        if (name != "SeparateDatabaseAndState")
            _trace?.Add(new(migration.Key, name, given, call.Source, state, after));
        return after;
    }

    // Operations of which the database knows nothing, or nobody knows whether it does.
    private ProjectState Untraced(Func<ProjectState> apply)
    {
        (List<AppliedOperation>? trace, _trace) = (_trace, null);
        ProjectState after = apply();
        _trace = trace;
        return after;
    }

    // The operation whose state_forwards a class has; empty for one that changes no model, null where nobody knows.
    private string? NameOf(string path, int depth)
    {
        if (path.StartsWith(Migrations, StringComparison.Ordinal))
            return s_parameters.ContainsKey(path[(path.LastIndexOf('.') + 1)..])
                ? path[(path.LastIndexOf('.') + 1)..]
                : null;
        if (s_stateless.Contains(path))
            return "";
        if (path.StartsWith(Postgres, StringComparison.Ordinal))
            return s_postgres.GetValueOrDefault(path[Postgres.Length..]);
        if (depth > 8 || Files.Follow(path) is not NamedValue { Path: var own })
            return null;
        if (own != path)
            return NameOf(own, depth + 1);
        int dot = own.LastIndexOf('.');
        if (dot < 0 || Files.Module(own[..dot])?.Find(own[(dot + 1)..]) is not ClassBinding { Class: var @class }
            || FieldClasses.BasesOf(own, Files) is not [var first])
            return null;
        HashSet<string> methods = [.. @class.Body.OfType<FunctionStatement>().Select(f => f.Name)];
        string? inherited = first is $"{Migrations}operations.base.Operation" or $"{Migrations}Operation"
            ? null
            : NameOf(first, depth + 1);
        return methods.Contains("state_forwards")
                ? IsEmpty(@class.Body.OfType<FunctionStatement>().First(f => f.Name == "state_forwards")) ? "" : null
            : inherited is "RunPython" or "RunSQL" && methods.Contains("__init__") ? ""
            : methods.Contains("__init__") ? null
            : inherited;
    }

    private static bool IsEmpty(FunctionStatement function) => function.Body.All(s =>
        s is WordStatement { Word: Python.TokenKind.Pass } or ExpressionStatement { Value: ConstantExpression });

    private void Note(string operation, CallValue call, string text) =>
        opaque.Add(new(migration.Key, operation, call.Source, text));

    // One operation on one state.
    private sealed class Step(
        StateOperations owner, ProjectState state, SourcePlace place, Dictionary<string, PythonValue> given)
    {
        private string App => owner.App;

        private PythonValue? Get(string name) => given.GetValueOrDefault(name);

        private ProjectState Doubting(string what) => state.Doubting(App, Doubt.At(place, what));

        public ProjectState Apply(string name) => name switch
        {
            "CreateModel" => CreateModel(),
            "DeleteModel" => OnModel("name", m => state with { Models = state.Models.Remove(m.Label) }),
            "RenameModel" => RenameModel(),
            "AlterModelTable" => Option("db_table", "table"),
            "AlterModelTableComment" => Option("db_table_comment", "table_comment"),
            "AlterUniqueTogether" => Option("unique_together", "unique_together"),
            "AlterIndexTogether" => Option("index_together", "index_together"),
            "AlterOrderWithRespectTo" => Option("order_with_respect_to", "order_with_respect_to"),
            "AlterModelOptions" => AlterModelOptions(),
            "AlterModelManagers" => OnModel("name", m => state.With(m with { Managers = ManagersOf("managers") })),
            "AddIndex" => AddItem("indexes", "index"),
            "AddConstraint" => AddItem("constraints", "constraint"),
            "RemoveIndex" => ChangeItems("indexes", (items, wanted) => [.. items.Where(i => NameOf(i) != wanted)]),
            "RemoveConstraint" =>
                ChangeItems("constraints", (items, wanted) => [.. items.Where(i => NameOf(i) != wanted)]),
            "AlterConstraint" => ChangeItems("constraints", (items, wanted) =>
                [.. items.Select(i => NameOf(i) == wanted && Get("constraint") is { } c ? c : i)]),
            "RenameIndex" => RenameIndex(),
            "AddField" or "AlterField" => PutField(),
            "RemoveField" => OnField("name", (m, i) => state.With(m with { Fields = m.Fields.RemoveAt(i) })),
            "RenameField" => RenameField(),
            "SeparateDatabaseAndState" => Separate(),
            "RunSQL" => RunSql(),
            _ => RunPython(),
        };

        private ProjectState OnModel(string argument, Func<ModelState, ProjectState> change) =>
            Get(argument)?.Text is not { } name ? Doubting("the model's name is not known")
            : state.Models.TryGetValue(new(App, name.ToLowerInvariant()), out ModelState? model) ? change(model)
            : state.AppDoubts.ContainsKey(App) ? state
            : Doubting($"there is no model {App}.{name} at this point of the history");

        private ProjectState OnField(string argument, Func<ModelState, int, ProjectState> change) =>
            OnModel("model_name", model =>
            {
                string? name = Get(argument)?.Text;
                int at = model.Fields.FindIndex(f => f.Name == name);
                return at >= 0 ? change(model, at)
                    : model.IsKnown ? Doubted(model, $"{model.Label} has no field {name} at this point of the history")
                    : state;
            });

        private ProjectState Doubted(ModelState model, string what) =>
            state.With(model with { Doubts = model.Doubts.Add(Doubt.At(place, what)) });

        private ProjectState CreateModel()
        {
            if (Get("name")?.Text is not { } name)
                return Doubting("the model's name is not known");
            List<Doubt> doubts = [];
            ImmutableList<(string, FieldState)>.Builder fields =
                ImmutableList.CreateBuilder<(string, FieldState)>();
            if (ItemsOf("fields") is not { } items)
            {
                doubts.Add(Doubt.At(place, $"the fields of {App}.{name} are not known"));
                items = [];
            }
            foreach (PythonValue item in items)
                if (item.AsItems is [{ Text: { } field }, var value]
                    && FieldState.Of(value, owner.Files,
                        why => doubts.Add(Doubt.At(place, $"{App}.{name}.{field}: {why}"))) is { } known)
                    fields.Add((field, known));
                else if (doubts.Count == 0)
                    doubts.Add(Doubt.At(place, $"a field of {App}.{name} is not known"));
            var options = ImmutableSortedDictionary<string, PythonValue>.Empty;
            if (Get("options") is { IsNone: false } given && !TryOptions(given, out options))
                doubts.Add(Doubt.At(place, $"the options of {App}.{name} are not known"));
            IReadOnlyList<PythonValue> bases = Get("bases") is { IsNone: false } b
                ? b.AsItems ?? [b]
                : [new NamedValue("django.db.models.Model")];
            return state.With(
                new ModelState(App, name, fields.ToImmutable(), options, bases, ManagersOf("managers"), [.. doubts]));
        }

        private IReadOnlyList<PythonValue>? ItemsOf(string argument) => Get(argument) switch
        {
            NamedValue named => owner.Files.Follow(named.Path).AsItems,
            { } value => value.AsItems,
            null => null,
        };

        private string[] ManagersOf(string argument) =>
            [.. (ItemsOf(argument) ?? []).Select(m => m.AsItems is [{ Text: { } name }, _] ? name : "")];

        private static bool TryOptions(PythonValue value, out ImmutableSortedDictionary<string, PythonValue> options)
        {
            options = ImmutableSortedDictionary<string, PythonValue>.Empty;
            if (value is not MappingValue mapping || !mapping.Items.All(i => i.Key.Text is not null))
                return false;
            options = options.SetItems(mapping.Items.Select(i => KeyValuePair.Create(i.Key.Text!, i.Value)));
            return true;
        }

        private ProjectState Option(string option, string argument) => OnModel("name",
            m => state.With(m with { Options = m.Options.SetItem(option, Get(argument) ?? PythonValue.None) }));

        private ProjectState AlterModelOptions() => OnModel("name", model =>
            TryOptions(Get("options") ?? PythonValue.None, out var options)
                ? state.With(model with
                {
                    Options = model.Options.RemoveRange(s_alterable.Where(o => !options.ContainsKey(o)))
                        .SetItems(options),
                })
                : Doubted(model, $"the options of {model.Label} are not known"));

        private static IReadOnlyList<PythonValue> Items(ModelState model, string option) =>
            model.Options.GetValueOrDefault(option)?.AsItems ?? [];

        private static ModelState WithItems(ModelState model, string option, IReadOnlyList<PythonValue> items) =>
            model with { Options = model.Options.SetItem(option, new SequenceValue(SequenceKind.List, items)) };

        private ProjectState AddItem(string option, string argument) => OnModel("model_name", model =>
            state.With(WithItems(model, option, [.. Items(model, option), Get(argument) ?? PythonValue.None])));

        private ProjectState ChangeItems(
            string option, Func<IReadOnlyList<PythonValue>, string?, IReadOnlyList<PythonValue>> change) =>
            OnModel("model_name", model =>
                state.With(WithItems(model, option, change(Items(model, option), Get("name")?.Text))));

        private static string? NameOf(PythonValue item) =>
            (item as CallValue)?.Keywords.FirstOrDefault(k => k.Name == "name").Value?.Text;

        // An index_together becomes an index of this name.
        private ProjectState RenameIndex() => OnModel("model_name", model =>
        {
            if (Get("new_name") is not { Text: { } newName } name)
                return Doubted(model, "the new name of an index is not known");
            if (Get("old_fields")?.AsItems is { } fields)
            {
                CallValue index = new(new NamedValue("django.db.models.Index"), [],
                    [("fields", new SequenceValue(SequenceKind.List, fields)), ("name", name)], place);
                bool IsOld(PythonValue together) => together.AsItems is { } items
                    && items.Select(i => i.Text).SequenceEqual(fields.Select(f => f.Text));
                PythonValue[] rest = [.. Items(model, "index_together").Where(t => !IsOld(t))];
                model = model with
                {
                    Options = model.Options.SetItem("index_together", new SequenceValue(SequenceKind.Set, rest)),
                };
                return state.With(WithItems(model, "indexes", [.. Items(model, "indexes"), index]));
            }
            return state.With(WithItems(model, "indexes", [.. Items(model, "indexes").Select(i =>
                i is CallValue call && NameOf(i) == Get("old_name")?.Text
                    ? call with
                    {
                        Keywords = [.. call.Keywords.Select(k => k.Name == "name" ? ("name", name) : k)],
                    }
                    : i)]));
        });

        private ProjectState PutField() => OnModel("model_name", model =>
        {
            string? why = null;
            if (Get("name")?.Text is not { } name || Get("field") is not { } value
                || FieldState.Of(value, owner.Files, w => why = w) is not { } field)
                return Doubted(model, $"a field of {model.Label} is not known: {why ?? "it has no name"}");
            // A default for the rows that are there is no default of the field.
            if (Get("preserve_default") is { AsCondition: false })
                field = field.Without("default");
            int at = model.Fields.FindIndex(f => f.Name == name);
            return state.With(model with
            {
                Fields = at < 0 ? model.Fields.Add((name, field)) : model.Fields.SetItem(at, (name, field)),
            });
        });

        private ProjectState RenameField() => OnField("old_name", (model, at) =>
        {
            string oldName = model.Fields[at].Name;
            if (Get("new_name") is not { Text: { } newName } name)
                return Doubted(model, $"the new name of {model.Label}.{oldName} is not known");
            FieldState found = model.Fields[at].Field;
            PythonValue Renamed(PythonValue value) => value.Text == oldName ? name : value;
            PythonValue All(PythonValue value) => value is SequenceValue s
                ? s with { Items = [.. s.Items.Select(i => i is SequenceValue ? All(i) : Renamed(i))] }
                : value;
            ImmutableSortedDictionary<string, PythonValue> options = model.Options;
            foreach (string option in (string[])["index_together", "unique_together"])
                if (options.TryGetValue(option, out PythonValue? together))
                    options = options.SetItem(option, All(together));
            ProjectState renamed = state.With(model with
            {
                Fields = model.Fields.RemoveAt(at).Add((newName, found)), Options = options,
            });
            // Whoever refers to the field refers to it by its new name.
            foreach (ModelState other in renamed.Models.Values)
                for (int i = 0; i < other.Fields.Count; i++)
                {
                    (string field, FieldState reference) = other.Fields[i];
                    if (!reference.IsRelation || !IsTo(reference["to"], other, model.Label))
                    {
                        if (reference["through_fields"] is { } fields
                            && IsTo(reference["through"], other, model.Label))
                            renamed = Put(
                                renamed, other.Label, i, field, reference.With("through_fields", All(fields)));
                        continue;
                    }
                    if (reference["to_field"]?.Text == oldName)
                        renamed = Put(renamed, other.Label, i, field, reference.With("to_field", name));
                }
            return renamed;
        });

        private static ProjectState Put(ProjectState into, ModelLabel model, int at, string name, FieldState field)
        {
            ModelState changed = into.Models[model];
            return into.With(changed with { Fields = changed.Fields.SetItem(at, (name, field)) });
        }

        private static bool IsTo(PythonValue? value, ModelState from, ModelLabel label) =>
            ModelTarget.Of(value, from.Label)?.Label is { } target && target == label;

        private ProjectState RenameModel() => OnModel("old_name", model =>
        {
            if (Get("new_name")?.Text is not { } newName)
                return Doubting($"the new name of {model.Label} is not known");
            LiteralValue to = new($"{App}.{newName}");
            ModelState renamed = model with { Name = newName };
            ProjectState result = state with
            {
                Models = state.Models.Remove(model.Label).SetItem(renamed.Label, renamed),
            };
            foreach (ModelState other in result.Models.Values)
                for (int i = 0; i < other.Fields.Count; i++)
                {
                    (string name, FieldState field) = other.Fields[i];
                    // What the model's own fields call it was read under its old name.
                    ModelState from = other.Label == renamed.Label ? model : other;
                    FieldState changed = field;
                    if (field.IsRelation && IsTo(field["to"], from, model.Label))
                        changed = changed.With("to", to);
                    if (field.IsRelation && IsTo(field["through"], from, model.Label))
                        changed = changed.With("through", to);
                    if (!ReferenceEquals(changed, field))
                        result = Put(result, other.Label, i, name, changed);
                }
            return result;
        });

        private ProjectState Separate()
        {
            // What the database does with them is seen; what they would do to the state is not.
            if (owner._trace is not null && Get("database_operations")?.AsItems is { } done)
                owner.Apply(state, done);
            return Get("state_operations") is not { IsNone: false } operations ? state
                : operations.AsItems is { } items ? owner.Untraced(() => owner.Apply(state, items))
                : Doubting("the state_operations are not known");
        }

        private ProjectState RunSql()
        {
            owner.Note("RunSQL", new(PythonValue.None, [], [], place), SqlOf(Get("sql")));
            return Separate();
        }

        private static string SqlOf(PythonValue? sql) => sql switch
        {
            { Text: { } text } => text,
            SequenceValue list => string.Join(
                ";\n", list.Items.Select(i => SqlOf(i.AsItems is [var first, ..] ? first : i))),
            UnknownValue unknown => unknown.Source.Text,
            _ => "",
        };

        private ProjectState RunPython()
        {
            owner.Note("RunPython", new(PythonValue.None, [], [], place), Get("code") switch
            {
                NamedValue named => named.Name,
                UnknownValue unknown => unknown.Source.Text,
                _ => "",
            });
            return state;
        }
    }
}
