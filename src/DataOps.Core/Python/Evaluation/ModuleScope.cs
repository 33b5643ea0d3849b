using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Python.Evaluation;

/// <summary>What a name of a module is.</summary>
internal abstract record Binding;

/// <summary>A thing of another module, or a module.</summary>
internal sealed record ImportedBinding(string Path) : Binding;

/// <summary>A value.</summary>
internal sealed record ValueBinding(Expression Value) : Binding;

/// <summary>A function.</summary>
internal sealed record FunctionBinding(FunctionStatement Function) : Binding;

/// <summary>A class.</summary>
internal sealed record ClassBinding(ClassStatement Class) : Binding;

/// <summary>One of several things: which one depends on what is known only where the file runs.</summary>
internal sealed record ChoiceBinding(IReadOnlyList<Binding> Choices) : Binding;

/// <summary>A thing that the text does not say.</summary>
internal sealed record OpaqueBinding(TextRange At) : Binding;

/// <summary>The names of a module, without running it.</summary>
internal sealed class ModuleScope
{
    // None of 3,000 real migrations needs as many.
    private const int MaxSteps = 200_000;

    private readonly Dictionary<string, Binding> _names = [];
    private readonly Dictionary<ValueBinding, PythonValue> _values = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<ValueBinding> _open = new(ReferenceEqualityComparer.Instance);
    private readonly bool _isPackage;
    private int _steps;

    /// <summary>Reads the names that the statements of a module bind.</summary>
    public ModuleScope(PythonFiles files, string name, bool isPackage, Module module)
    {
        (Files, Name, _isPackage, Source) = (files, name, isPackage, module.Source);
        Module = module;
        foreach (Statement statement in module.Body)
            Bind(statement, _names);
    }

    /// <summary>The files that it is one of.</summary>
    public PythonFiles Files { get; }

    /// <summary>Its dotted name.</summary>
    public string Name { get; }

    /// <summary>Its text.</summary>
    public PythonSource Source { get; }

    /// <summary>Its syntax tree.</summary>
    public Module Module { get; }

    /// <summary>Counts an expression that is evaluated; whether the module may take another one.</summary>
    public bool TryStep() => ++_steps <= MaxSteps;

    /// <summary>What a name is; null where the module does not bind it.</summary>
    public Binding? Find(string name)
    {
        Binding? found = _names.GetValueOrDefault(name);
        if (found is not null || !_names.TryGetValue("*", out Binding? stars))
            return found;
        // The last star that has it.
        return (stars as ChoiceBinding)?.Choices.OfType<ImportedBinding>().Reverse()
            .Where(s => Files.Module(s.Path)?.Find(name) is not null)
            .Select(s => new ImportedBinding($"{s.Path}.{name}")).FirstOrDefault();
    }

    /// <summary>The value of a name.</summary>
    public PythonValue Evaluate(ValueBinding binding)
    {
        if (_values.TryGetValue(binding, out PythonValue? known))
            return known;
        if (!_open.Add(binding))
            return new UnknownValue(new(Source, binding.Value.At), "it is made of itself");
        PythonValue value = new Evaluator(this).Evaluate(binding.Value);
        _open.Remove(binding);
        return _values[binding] = value;
    }

    /// <summary>The dotted path of a module that this one names relatively.</summary>
    public string? Absolute(string? module, int level)
    {
        if (level == 0)
            return module;
        string[] parts = Name.Split('.');
        int kept = parts.Length - level + (_isPackage ? 1 : 0);
        return kept < 0 ? null : string.Join('.', parts.Take(kept).Concat(module is null ? [] : [module]));
    }

    private void Bind(Statement statement, Dictionary<string, Binding> names)
    {
        switch (statement)
        {
            case ImportStatement import:
                foreach (ImportedName name in import.Names)
                    names[name.As ?? name.Name.Split('.')[0]] =
                        new ImportedBinding(name.As is null ? name.Name.Split('.')[0] : name.Name);
                break;
            case ImportFromStatement from when Absolute(from.Module, from.Level) is { } module:
                foreach (ImportedName name in from.Names)
                    BindImported(names, module, name);
                break;
            case AssignStatement assign:
                foreach (Expression target in assign.Targets)
                    BindTarget(target, assign.Value, names);
                break;
            case AnnotatedAssignStatement { Value: { } value } assign:
                BindTarget(assign.Target, value, names);
                break;
            case AugmentedAssignStatement { Target: NameExpression target }:
                names[target.Id] = new OpaqueBinding(statement.At);
                break;
            case FunctionStatement function:
                names[function.Name] = new FunctionBinding(function);
                break;
            case ClassStatement @class:
                names[@class.Name] = new ClassBinding(@class);
                break;
            case IfStatement choice:
                BindChoice(names, [choice.Body, choice.OrElse]);
                break;
            case TryStatement attempt:
                BindChoice(names, [[.. attempt.Body, .. attempt.OrElse], .. attempt.Handlers.Select(h => h.Body)]);
                foreach (Statement last in attempt.Finally)
                    Bind(last, names);
                break;
            case WithStatement with:
                foreach (Statement inner in with.Body)
                    Bind(inner, names);
                break;
            // A value that a loop or a method changes is not said here: mark what the loop binds.
            case ForStatement loop:
                BindOpaque([.. loop.Body, .. loop.OrElse], names);
                break;
            case WhileStatement loop:
                BindOpaque([.. loop.Body, .. loop.OrElse], names);
                break;
            // LIST.append(x), DICT.update(…)
            case ExpressionStatement
            {
                Value: CallExpression { Function: AttributeExpression { Value: NameExpression changed } },
            } when names.GetValueOrDefault(changed.Id) is ValueBinding:
                names[changed.Id] = new OpaqueBinding(statement.At);
                break;
        }
    }

    private static void BindImported(Dictionary<string, Binding> names, string module, ImportedName name)
    {
        if (name.Name != "*")
            names[name.As ?? name.Name] = new ImportedBinding($"{module}.{name.Name}");
        else
            names["*"] = new ChoiceBinding(
                [.. (names.GetValueOrDefault("*") as ChoiceBinding)?.Choices ?? [], new ImportedBinding(module)]);
    }

    private static void BindTarget(Expression target, Expression value, Dictionary<string, Binding> names)
    {
        switch (target)
        {
            case NameExpression name:
                names[name.Id] = new ValueBinding(value);
                break;
            case TupleExpression { Elements: var elements }:
                BindAll(elements);
                break;
            case ListExpression { Elements: var elements }:
                BindAll(elements);
                break;
            // NAMES[key] = value
            case SubscriptExpression { Value: NameExpression changed }:
                names[changed.Id] = new OpaqueBinding(target.At);
                break;
        }
        void BindAll(IReadOnlyList<Expression> elements)
        {
            IReadOnlyList<Expression>? values = value switch
            {
                TupleExpression tuple when tuple.Elements.Count == elements.Count => tuple.Elements,
                ListExpression list when list.Elements.Count == elements.Count => list.Elements,
                _ => null,
            };
            for (int i = 0; i < elements.Count; i++)
                if (values is not null)
                    BindTarget(elements[i], values[i], names);
                else if (elements[i] is NameExpression name)
                    names[name.Id] = new OpaqueBinding(target.At);
        }
    }

    private void BindChoice(Dictionary<string, Binding> names, IEnumerable<IReadOnlyList<Statement>> branches)
    {
        List<Dictionary<string, Binding>> all = [];
        foreach (IReadOnlyList<Statement> branch in branches)
        {
            Dictionary<string, Binding> bound = new(names);
            foreach (Statement statement in branch)
                Bind(statement, bound);
            all.Add(bound);
        }
        foreach (string name in all.SelectMany(b => b.Keys).Distinct().ToArray())
        {
            Binding[] choices = [.. all.Select(b => b.GetValueOrDefault(name)).OfType<Binding>()
                .Distinct(ReferenceEqualityComparer.Instance).Cast<Binding>()];
            names[name] = choices.Length == 1 ? choices[0] : new ChoiceBinding(choices);
        }
    }

    private void BindOpaque(IReadOnlyList<Statement> body, Dictionary<string, Binding> names)
    {
        Dictionary<string, Binding> bound = new(names);
        foreach (Statement statement in body)
            Bind(statement, bound);
        foreach ((string name, Binding binding) in bound)
            if (!ReferenceEquals(names.GetValueOrDefault(name), binding))
                names[name] = binding is ValueBinding value ? new OpaqueBinding(value.Value.At) : binding;
    }
}
