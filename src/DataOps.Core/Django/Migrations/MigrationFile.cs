using DataOps.Core.Python;
using DataOps.Core.Python.Evaluation;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Django.Migrations;

/// <summary>The name of a migration: its app's label and the name of its file.</summary>
internal readonly record struct MigrationKey(string App, string Name) : IComparable<MigrationKey>
{
    /// <inheritdoc/>
    public int CompareTo(MigrationKey other) =>
        string.CompareOrdinal(App, other.App) is not 0 and var app ? app : string.CompareOrdinal(Name, other.Name);

    /// <inheritdoc/>
    public override string ToString() => $"{App}.{Name}";
}

/// <summary>Operations of which one branch is applied, and nobody knows which.</summary>
/// <param name="Branches">The operations of each.</param>
/// <param name="Source">Where the condition stands.</param>
internal sealed record ChoiceOfOperations(
    IReadOnlyList<IReadOnlyList<PythonValue>> Branches, SourcePlace Source) : PythonValue;

/// <summary>What one file of migrations says.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Path">Its file.</param>
/// <param name="Dependencies">The migrations before it; a name may be __first__ or __latest__.</param>
/// <param name="Settings">The settings whose model's app has to be there first (swappable_dependency).</param>
/// <param name="RunBefore">The migrations after it, of other apps.</param>
/// <param name="Replaces">The migrations that it squashes.</param>
/// <param name="Operations">Its operations.</param>
/// <param name="Doubts">What is not understood of it as a whole: then its operations are not known.</param>
/// <param name="OrderDoubts">What is not understood of its place in the order.</param>
internal sealed record MigrationFile(
    MigrationKey Key, string Path, IReadOnlyList<MigrationKey> Dependencies, IReadOnlyList<string> Settings,
    IReadOnlyList<MigrationKey> RunBefore, IReadOnlyList<MigrationKey> Replaces,
    IReadOnlyList<PythonValue> Operations, IReadOnlyList<Doubt> Doubts, IReadOnlyList<Doubt> OrderDoubts)
{
    /// <summary>Whether it has a class Migration, or cannot be read.</summary>
    public bool IsMigration { get; private init; } = true;

    private static readonly string[] s_bases =
        ["django.db.migrations.Migration", "django.db.migrations.migration.Migration"];

    /// <summary>Reads a file; what is wrong with it is among its doubts.</summary>
    public static MigrationFile Read(PythonFiles files, MigrationKey key, string path)
    {
        List<Doubt> doubts = [];
        MigrationFile Empty(bool isMigration) =>
            new(key, path, [], [], [], [], [], doubts, []) { IsMigration = isMigration };
        ModuleScope scope;
        try
        {
            PythonSource source = PythonSource.Decode(path, files.Read(path)!);
            scope = new ModuleScope(files, files.ModuleOf(path), false, Parser.Parse(source));
        }
        catch (PythonSyntaxException e)
        {
            doubts.Add(new(path, e.Line, e.Problem));
            return Empty(isMigration: true);
        }
        if (scope.Find("Migration") is not ClassBinding { Class: var @class })
        {
            doubts.Add(new(path, 0, "it has no class Migration"));
            return Empty(isMigration: false);
        }
        if (@class.Bases.Count == 0)
            return Empty(isMigration: false);
        if (!@class.Bases.Select(b => new Evaluator(scope).Evaluate(b)).Any(IsBase))
            doubts.Add(new(path, scope.Source.LineOf(@class.At.Start),
                "its class Migration does not derive from django.db.migrations.Migration alone"));
        return new ClassBody(scope, key, path, doubts).Read(@class);
    }

    private static bool IsBase(PythonValue value) => value is NamedValue { Path: var p } && s_bases.Contains(p);

    // The statements of the class one after the other, each with the names that those before it bound.
    private sealed class ClassBody(ModuleScope scope, MigrationKey key, string path, List<Doubt> doubts)
    {
        private const string Operations = "operations";

        private readonly Dictionary<string, PythonValue> _names = [];
        private readonly List<string> _settings = [];
        private readonly List<Doubt> _order = [];
        private readonly Evaluator _evaluator = new(scope);

        public MigrationFile Read(ClassStatement @class)
        {
            _evaluator.With(_names);
            foreach (Statement statement in @class.Body)
                Take(statement);
            MigrationKey[] dependencies = [.. Keys("dependencies", _order)];
            MigrationKey[] before = [.. Keys("run_before", _order)];
            MigrationKey[] replaced = [.. Keys("replaces", doubts)];
            return new(
                key, path, dependencies, _settings, before, replaced, Items(Operations, doubts), doubts, _order);
        }

        private void Take(Statement statement)
        {
            switch (statement)
            {
                case AssignStatement { Targets: [NameExpression name], Value: var value }:
                    _names[name.Id] = _evaluator.Evaluate(value);
                    break;
                case AnnotatedAssignStatement { Target: NameExpression name, Value: { } value }:
                    _names[name.Id] = _evaluator.Evaluate(value);
                    break;
                case AugmentedAssignStatement { Target: NameExpression name, Operator: "+", Value: var more }:
                    Append(name.Id, _evaluator.Evaluate(more).AsItems, statement);
                    break;
                case ExpressionStatement
                {
                    Value: CallExpression
                    {
                        Function: AttributeExpression { Value: NameExpression name, Name: "append" or "extend" } method,
                        Arguments: [var argument],
                    },
                }:
                    PythonValue added = _evaluator.Evaluate(argument);
                    Append(name.Id, method.Name == "append" ? [added] : added.AsItems, statement);
                    break;
                case IfStatement choice:
                    if (_evaluator.Evaluate(choice.Test).AsCondition is { } truth)
                        foreach (Statement inner in truth ? choice.Body : choice.OrElse)
                            Take(inner);
                    else
                        TakeEither(choice);
                    break;
                case ImportStatement import:
                    foreach (ImportedName name in import.Names)
                        _names[name.As ?? name.Name.Split('.')[0]] =
                            new NamedValue(name.As is null ? name.Name.Split('.')[0] : name.Name);
                    break;
                case ImportFromStatement from when scope.Absolute(from.Module, from.Level) is { } module:
                    foreach (ImportedName name in from.Names)
                        _names[name.As ?? name.Name] = new NamedValue($"{module}.{name.Name}");
                    break;
                case FunctionStatement { Name: "__init__" or "apply" or "mutate_state" } function:
                    NotKnown(statement, $"it has its own {function.Name}");
                    break;
                case FunctionStatement or ClassStatement or WordStatement
                    or ExpressionStatement { Value: ConstantExpression } or AnnotatedAssignStatement:
                    break;
                default:
                    NotKnown(statement, "it is a statement that is known only where the file runs");
                    break;
            }
        }

        // What both branches leave as it was is known; operations of either are a choice.
        private void TakeEither(IfStatement choice)
        {
            SourcePlace place = new(scope.Source, choice.Test.At);
            Dictionary<string, PythonValue> before = new(_names);
            List<Dictionary<string, PythonValue>> after = [];
            foreach (IReadOnlyList<Statement> branch in (IReadOnlyList<Statement>[])[choice.Body, choice.OrElse])
            {
                foreach (Statement statement in branch)
                    Take(statement);
                after.Add(new(_names));
                Restore(before);
            }
            foreach (string name in after.SelectMany(a => a.Keys).Distinct().ToArray())
            {
                PythonValue?[] values = [.. after.Select(a => a.GetValueOrDefault(name))];
                if (values.All(v => ReferenceEquals(v, values[0])))
                    _names[name] = values[0]!;
                else if (name == Operations && values.All(v => v is null or SequenceValue))
                    _names[name] = Either(before.GetValueOrDefault(name), values, place);
                else
                    _names[name] = new UnknownValue(place, "its condition is known only where the file runs");
            }
        }

        private void Restore(Dictionary<string, PythonValue> names)
        {
            _names.Clear();
            foreach ((string name, PythonValue value) in names)
                _names[name] = value;
        }

        private static SequenceValue Either(PythonValue? before, PythonValue?[] values, SourcePlace place)
        {
            IReadOnlyList<PythonValue> first = before?.AsItems ?? [];
            IReadOnlyList<PythonValue>[] all = [.. values.Select(v => v?.AsItems ?? [])];
            bool goesOn = all.All(v => v.Take(first.Count).SequenceEqual(first, ReferenceEqualityComparer.Instance));
            return goesOn
                ? new(SequenceKind.List,
                    [.. first, new ChoiceOfOperations([.. all.Select(v => v.Skip(first.Count).ToArray())], place)])
                : new(SequenceKind.List, [new ChoiceOfOperations(all, place)]);
        }

        private void Append(string name, IReadOnlyList<PythonValue>? more, Statement statement)
        {
            if (more is not null && _names.GetValueOrDefault(name) is SequenceValue list)
                _names[name] = list with { Items = [.. list.Items, .. more] };
            else
                NotKnown(statement, $"what is added to {name} is not known");
        }

        private void NotKnown(Statement statement, string why) =>
            doubts.Add(new(path, scope.Source.LineOf(statement.At.Start), why));

        private IReadOnlyList<PythonValue> Items(string name, List<Doubt> into)
        {
            PythonValue? value = _names.GetValueOrDefault(name);
            if (value is NamedValue named)
                value = scope.Files.Follow(named.Path);
            if (value is null)
                return [];
            if (value.AsItems is { } items)
                return items;
            int line = value is UnknownValue unknown ? unknown.Source.Line : 0;
            into.Add(new(path, line,
                $"{name} is not a list that the file says: {(value as UnknownValue)?.Why ?? "it is not literal"}"));
            return [];
        }

        private IEnumerable<MigrationKey> Keys(string name, List<Doubt> into)
        {
            foreach (PythonValue item in Items(name, into))
                if (item.AsItems is [{ Text: { } app }, { Text: { } migration }, ..])
                    yield return new(app, migration);
                else if (item is CallValue { Function: NamedValue { Name: "swappable_dependency" } } call
                    && call.Arguments.Concat(call.Keywords.Select(k => k.Value)).FirstOrDefault() is { } setting
                    && ModelTarget.Of(setting, new(key.App, "")) is { } target)
                {
                    if (target.Setting is { } swappable)
                        _settings.Add(swappable);
                    else if (target.Label is { } label)
                        yield return new(label.App, "__first__");
                }
                else
                    into.Add(new(path, (item as UnknownValue)?.Source.Line ?? 0,
                        $"an item of {name} is not known"));
        }
    }
}
