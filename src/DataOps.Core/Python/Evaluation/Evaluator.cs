using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Python.Evaluation;

/// <summary>Says what an expression is, as far as the text says it; nothing is run.</summary>
/// <remarks>
/// Literals, names, constants of the module and of modules beside it, functions that only return an expression,
/// comprehensions, operators on texts, numbers and lists. What it costs is limited: steps, depth, sizes.
/// </remarks>
internal sealed class Evaluator(ModuleScope scope)
{
    private const int MaxDepth = 300;
    private const int MaxItems = 100_000;
    private const int MaxText = 1 << 20;
    private const int MaxWeight = 1_000_000;

    private static readonly HashSet<string> s_builtins =
    [
        "dict", "list", "tuple", "set", "frozenset", "str", "int", "float", "bool", "bytes", "len", "range", "sorted",
        "enumerate", "zip", "object", "type", "super", "min", "max", "sum", "map", "filter", "any", "all", "print",
        "reversed", "round", "abs", "isinstance", "getattr", "hasattr", "property", "staticmethod", "classmethod",
        "Exception", "ImportError", "ValueError", "KeyError", "NotImplementedError",
    ];

    private Stack<Dictionary<string, PythonValue>> _locals = new();
    private int _depth;

    /// <summary>Adds names that an expression may use besides those of the module.</summary>
    public Evaluator With(Dictionary<string, PythonValue> names)
    {
        _locals.Push(names);
        return this;
    }

    /// <summary>What an expression is.</summary>
    public PythonValue Evaluate(Expression expression)
    {
        if (!scope.TryStep())
            return Unknown(expression, "the file takes too many steps");
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            _depth--;
            return Unknown(expression, "it is nested too deeply");
        }
        PythonValue value = expression switch
        {
            ConstantExpression { HasNamedCharacter: true } => Unknown(expression, "it has a character by its name"),
            ConstantExpression c => new LiteralValue(c.Value),
            NameExpression n => OfName(n),
            AttributeExpression a => OfAttribute(a),
            CallExpression c => OfCall(c),
            ListExpression l => OfSequence(SequenceKind.List, l.Elements, l),
            TupleExpression t => OfSequence(SequenceKind.Tuple, t.Elements, t),
            SetExpression s => OfSequence(SequenceKind.Set, s.Elements, s),
            DictionaryExpression d => OfDictionary(d),
            UnaryExpression u => OfUnary(u),
            BinaryExpression b => OfBinary(b),
            BoolExpression b => OfBool(b),
            CompareExpression c => OfComparison(c),
            ConditionalExpression c => Evaluate(c.Test).AsCondition is { } truth
                ? Evaluate(truth ? c.Body : c.OrElse)
                : Unknown(c, "its condition is not known"),
            SubscriptExpression s => OfSubscript(s),
            JoinedExpression { IsTemplate: false } j => OfJoined(j),
            ComprehensionExpression c => OfComprehension(c),
            NamedExpression n => OfNamed(n),
            LambdaExpression l => Unknown(l, "it is a lambda"),
            _ => Unknown(expression, "it is not literal"),
        };
        _depth--;
        return value.Weight > MaxWeight ? Unknown(expression, "it is too large") : value;
    }

    private UnknownValue Unknown(Expression expression, string why) => new(new(scope.Source, expression.At), why);

    private PythonValue OfName(NameExpression name)
    {
        foreach (Dictionary<string, PythonValue> locals in _locals)
            if (locals.TryGetValue(name.Id, out PythonValue? local))
                return local;
        return scope.Find(name.Id) is { } binding ? Of(binding, name)
            : s_builtins.Contains(name.Id) ? new NamedValue($"builtins.{name.Id}")
            : Unknown(name, "the name is not known");
    }

    private PythonValue Of(Binding binding, NameExpression name) => binding switch
    {
        ImportedBinding import => new NamedValue(import.Path),
        ValueBinding value => scope.Evaluate(value),
        FunctionBinding or ClassBinding => new NamedValue($"{scope.Name}.{name.Id}"),
        ChoiceBinding choice => OfChoice([.. choice.Choices.Select(c => Of(c, name))], name),
        _ => Unknown(name, "it is changed where the file runs"),
    };

    // Of imports that are tried one after the other, the first whose module is there.
    private PythonValue OfChoice(PythonValue[] choices, NameExpression name)
    {
        if (choices.Skip(1).All(c => PythonValue.AreSame(c, choices[0])))
            return choices[0];
        if (choices.Any(c => c is not (NamedValue or LiteralValue { Value: null })))
            return Unknown(name, "it depends on where the file runs");
        NamedValue[] named = [.. choices.OfType<NamedValue>()];
        return named.FirstOrDefault(n => HasModule(n.Path)) ?? named[0];
    }

    private bool HasModule(string path)
    {
        for (int dot = path.LastIndexOf('.'); dot > 0; dot = path.LastIndexOf('.', dot - 1))
            if (scope.Files.PathOf(path[..dot]) is not null)
                return true;
        return false;
    }

    private PythonValue OfAttribute(AttributeExpression attribute) => Evaluate(attribute.Value) switch
    {
        NamedValue named => scope.Files.Known.GetValueOrDefault($"{named.Path}.{attribute.Name}")
            ?? new NamedValue($"{named.Path}.{attribute.Name}"),
        _ => Unknown(attribute, "it is an attribute of what is not known"),
    };

    private PythonValue OfSequence(SequenceKind kind, IReadOnlyList<Expression> elements, Expression whole)
    {
        List<PythonValue> items = new(elements.Count);
        foreach (Expression element in elements)
        {
            if (element is not StarredExpression star)
                items.Add(Evaluate(element));
            else if (ItemsOf(Follow(Evaluate(star.Value))) is { } more && items.Count + more.Count <= MaxItems)
                items.AddRange(more);
            else
                return Unknown(whole, $"*{Text(star.Value)} is not known");
        }
        return new SequenceValue(kind, items);
    }

    // Constants of other modules are followed where their items are asked for.
    private PythonValue Follow(PythonValue value) =>
        value is NamedValue named && !named.Path.StartsWith("django.", StringComparison.Ordinal)
            ? scope.Files.Follow(named.Path)
            : value;

    private static IReadOnlyList<PythonValue>? ItemsOf(PythonValue value) => value switch
    {
        SequenceValue s => s.Items,
        MappingValue m => [.. m.Items.Select(i => i.Key)],
        LiteralValue { Value: string { Length: <= 1000 } text } =>
            [.. text.EnumerateRunes().Select(r => new LiteralValue(r.ToString()))],
        _ => null,
    };

    private string Text(Expression expression) => scope.Source.Text[expression.At.Start..expression.At.End] is var text
        && text.Length <= 60 ? text : $"{text[..60]}…";

    private PythonValue OfDictionary(DictionaryExpression dictionary)
    {
        List<(PythonValue Key, PythonValue Value)> items = new(dictionary.Items.Count);
        foreach ((Expression? key, Expression value) in dictionary.Items)
        {
            if (key is not null)
                Put(items, Evaluate(key), Evaluate(value));
            else if (Follow(Evaluate(value)) is MappingValue more && items.Count + more.Items.Count <= MaxItems)
                foreach ((PythonValue k, PythonValue v) in more.Items)
                    Put(items, k, v);
            else
                return Unknown(dictionary, $"**{Text(value)} is not known");
        }
        return new MappingValue(items);
    }

    private static void Put(List<(PythonValue Key, PythonValue Value)> items, PythonValue key, PythonValue value)
    {
        // Twice the same key is rare, and only short dictionaries are searched.
        int at = items.Count <= 200 ? items.FindIndex(i => PythonValue.AreSame(i.Key, key)) : -1;
        if (at >= 0)
            items[at] = (items[at].Key, value);
        else
            items.Add((key, value));
    }

    private PythonValue OfUnary(UnaryExpression unary)
    {
        PythonValue value = Evaluate(unary.Value);
        return (unary.Operator, value) switch
        {
            (TokenKind.Minus, LiteralValue { Value: BigInteger i }) => new LiteralValue(-i),
            (TokenKind.Minus, LiteralValue { Value: double d }) => new LiteralValue(-d),
            (TokenKind.Minus, LiteralValue { Value: Complex c }) => new LiteralValue(-c),
            (TokenKind.Plus, LiteralValue { Value: BigInteger or double or Complex }) => value,
            (TokenKind.Not, _) when value.AsCondition is { } truth => new LiteralValue(!truth),
            (TokenKind.Tilde, CallValue or CombinedValue) => new CombinedValue(TokenKind.Tilde, null, value),
            (TokenKind.Minus, CallValue or CombinedValue) => new CombinedValue(TokenKind.Minus, null, value),
            _ => Unknown(unary, "it is not literal"),
        };
    }

    private PythonValue OfBool(BoolExpression expression)
    {
        PythonValue last = PythonValue.None;
        foreach (Expression part in expression.Values)
        {
            last = Evaluate(part);
            if (last.AsCondition is not { } truth)
                return Unknown(expression, "its condition is not known");
            if (truth == (expression.Operator == TokenKind.Or))
                return last;
        }
        return last;
    }

    private PythonValue OfComparison(CompareExpression comparison)
    {
        PythonValue left = Evaluate(comparison.Left);
        foreach ((Comparison @operator, Expression right) in comparison.Operators.Zip(comparison.Comparators))
        {
            PythonValue other = Evaluate(right);
            if (Compare(left, @operator, other) is not { } holds)
                return Unknown(comparison, "its sides are not known");
            if (!holds)
                return new LiteralValue(false);
            left = other;
        }
        return new LiteralValue(true);
    }

    private static bool? Compare(PythonValue left, Comparison @operator, PythonValue right) => @operator switch
    {
        Comparison.Is or Comparison.Equal when IsLiteral(left) && IsLiteral(right) => PythonValue.AreSame(left, right),
        Comparison.IsNot or Comparison.NotEqual when IsLiteral(left) && IsLiteral(right) =>
            !PythonValue.AreSame(left, right),
        Comparison.In or Comparison.NotIn when IsLiteral(left) && right is SequenceValue items
            && items.Items.All(IsLiteral) =>
            items.Items.Any(i => PythonValue.AreSame(i, left)) == (@operator == Comparison.In),
        _ when left is LiteralValue { Value: BigInteger a } && right is LiteralValue { Value: BigInteger b } =>
            @operator switch
            {
                Comparison.Less => a < b,
                Comparison.LessOrEqual => a <= b,
                Comparison.Greater => a > b,
                Comparison.GreaterOrEqual => a >= b,
                _ => null,
            },
        _ => null,
    };

    private static bool IsLiteral(PythonValue value) => value is LiteralValue;

    // a + b + c + … is as deep as it is long: its left side is gone down without recursion.
    private PythonValue OfBinary(BinaryExpression binary)
    {
        Stack<BinaryExpression> spine = new();
        Expression first = binary;
        while (first is BinaryExpression inner)
        {
            spine.Push(inner);
            first = inner.Left;
        }
        PythonValue left = Evaluate(first);
        while (spine.TryPop(out BinaryExpression? next))
            left = Combine(next, left, Evaluate(next.Right));
        return left;
    }

    private PythonValue Combine(BinaryExpression binary, PythonValue left, PythonValue right)
    {
        switch (left, binary.Operator, right)
        {
            case (LiteralValue { Value: string a }, TokenKind.Plus, LiteralValue { Value: string b })
                when a.Length + b.Length <= MaxText:
                return new LiteralValue(a + b);
            case (LiteralValue { Value: string a }, TokenKind.Star, LiteralValue { Value: BigInteger n })
                when n >= 0 && n * a.Length <= MaxText:
                return new LiteralValue(string.Concat(Enumerable.Repeat(a, (int)n)));
            case (LiteralValue { Value: string format }, TokenKind.Percent, _):
                return Format(format, right) is { } text ? new LiteralValue(text) : Unknown(binary, "it is formatted");
            case (LiteralValue { Value: BigInteger a }, _, LiteralValue { Value: BigInteger b }):
                return Calculate(a, binary.Operator, b) is { } number
                    ? new LiteralValue(number)
                    : Unknown(binary, "it is not calculated");
            case (SequenceValue a, TokenKind.Plus, _)
                when Follow(right) is SequenceValue b && a.Kind == b.Kind && a.Items.Count + b.Items.Count <= MaxItems:
                return new SequenceValue(a.Kind, [.. a.Items, .. b.Items]);
            case (NamedValue, TokenKind.Plus, _)
                when Follow(left) is SequenceValue a && Follow(right) is SequenceValue b && a.Kind == b.Kind
                    && a.Items.Count + b.Items.Count <= MaxItems:
                return new SequenceValue(a.Kind, [.. a.Items, .. b.Items]);
            case (CallValue or CombinedValue, _, _):
                return new CombinedValue(binary.Operator, left, right);
            default:
                return Unknown(binary, "it is not calculated");
        }
    }

    private static BigInteger? Calculate(BigInteger left, TokenKind @operator, BigInteger right) => @operator switch
    {
        TokenKind.Plus => left + right,
        TokenKind.Minus => left - right,
        TokenKind.Star when Bits(left) + Bits(right) < 10_000 => left * right,
        TokenKind.DoubleStar when right >= 0 && right <= 1000 && Bits(left) * (int)right < 10_000 =>
            BigInteger.Pow(left, (int)right),
        TokenKind.DoubleSlash when !right.IsZero => Floor(left, right),
        TokenKind.Percent when !right.IsZero => left - (Floor(left, right) * right),
        TokenKind.ShiftLeft when right >= 0 && right <= 1000 && Bits(left) < 10_000 => left << (int)right,
        _ => null,
    };

    private static long Bits(BigInteger value) => value.GetBitLength();

    private static BigInteger Floor(BigInteger left, BigInteger right)
    {
        BigInteger quotient = BigInteger.DivRem(left, right, out BigInteger rest);
        return !rest.IsZero && rest.Sign != right.Sign ? quotient - 1 : quotient;
    }

    // %s and %d of texts and whole numbers.
    private static string? Format(string format, PythonValue values)
    {
        Queue<PythonValue> rest = new(values is SequenceValue { Kind: SequenceKind.Tuple } t ? t.Items : [values]);
        StringBuilder text = new();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }
            if (++i >= format.Length)
                return null;
            if (format[i] == '%')
                text.Append('%');
            else if (format[i] is 's' or 'd' && rest.TryDequeue(out PythonValue? value) && Plain(value) is { } plain)
                text.Append(plain);
            else
                return null;
        }
        return rest.Count == 0 && text.Length <= MaxText ? text.ToString() : null;
    }

    private static string? Plain(PythonValue value) => value switch
    {
        LiteralValue { Value: string text } => text,
        LiteralValue { Value: BigInteger number } => number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private PythonValue OfJoined(JoinedExpression joined)
    {
        StringBuilder text = new();
        foreach (Expression part in joined.Values)
        {
            string? plain = part switch
            {
                FormattedExpression { Conversion: null or 's', Format: null } f => Plain(Evaluate(f.Value)),
                FormattedExpression => null,
                _ => Plain(Evaluate(part)),
            };
            if (plain is null || text.Length + plain.Length > MaxText)
                return Unknown(joined, "it is formatted");
            text.Append(plain);
        }
        return new LiteralValue(text.ToString());
    }

    private PythonValue OfNamed(NamedExpression named)
    {
        PythonValue value = Evaluate(named.Value);
        if (_locals.TryPeek(out Dictionary<string, PythonValue>? locals))
            locals[named.Target.Id] = value;
        return value;
    }

    private PythonValue OfSubscript(SubscriptExpression subscript)
    {
        PythonValue index = Evaluate(subscript.Index);
        switch (Follow(Evaluate(subscript.Value)), index)
        {
            case (SequenceValue { Kind: not SequenceKind.Set } s, LiteralValue { Value: BigInteger i })
                when i < s.Items.Count && i >= -s.Items.Count:
                return s.Items[(int)(i < 0 ? i + s.Items.Count : i)];
            case (MappingValue m, LiteralValue)
                when m.Items.LastOrDefault(i => PythonValue.AreSame(i.Key, index)).Value is { } found:
                return found;
            default:
                return Unknown(subscript, "its part is not known");
        }
    }

    private PythonValue OfComprehension(ComprehensionExpression comprehension)
    {
        List<(PythonValue Key, PythonValue Value)> made = [];
        _locals.Push([]);
        string? why = Loop(comprehension, 0, made);
        _locals.Pop();
        return why is not null ? Unknown(comprehension, why)
            : comprehension.Kind == ComprehensionKind.Dictionary ? new MappingValue(made)
            : new SequenceValue(comprehension.Kind switch
            {
                ComprehensionKind.Set => SequenceKind.Set,
                // What is made of a generator, a list, says no more than a list does.
                _ => SequenceKind.List,
            }, [.. made.Select(m => m.Key)]);
    }

    // Null where all is known.
    private string? Loop(
        ComprehensionExpression comprehension, int clause, List<(PythonValue Key, PythonValue Value)> made)
    {
        if (clause == comprehension.Clauses.Count)
        {
            if (made.Count >= MaxItems)
                return "it is too long";
            made.Add((Evaluate(comprehension.Element),
                comprehension.Value is { } value ? Evaluate(value) : PythonValue.None));
            return null;
        }
        ComprehensionClause loop = comprehension.Clauses[clause];
        if (ItemsOf(Follow(Evaluate(loop.Iterable))) is not { } items)
            return $"{Text(loop.Iterable)} is not known";
        foreach (PythonValue item in items)
        {
            if (!Assign(loop.Target, item))
                return $"{Text(loop.Target)} is not known";
            bool isTaken = true;
            foreach (Expression condition in loop.Conditions)
            {
                if (Evaluate(condition).AsCondition is not { } truth)
                    return $"{Text(condition)} is not known";
                isTaken &= truth;
            }
            if (isTaken && Loop(comprehension, clause + 1, made) is { } why)
                return why;
        }
        return null;
    }

    private bool Assign(Expression target, PythonValue value)
    {
        switch (target)
        {
            case NameExpression name:
                _locals.Peek()[name.Id] = value;
                return true;
            case TupleExpression tuple:
                return ItemsOf(value) is { } items && items.Count == tuple.Elements.Count
                    && tuple.Elements.Zip(items).All(p => Assign(p.First, p.Second));
            default:
                return false;
        }
    }

    private PythonValue OfCall(CallExpression call)
    {
        List<PythonValue> arguments = [];
        foreach (Expression argument in call.Arguments)
        {
            if (argument is not StarredExpression star)
                arguments.Add(Evaluate(argument));
            else if (ItemsOf(Follow(Evaluate(star.Value))) is { } more)
                arguments.AddRange(more);
            else
                return Unknown(call, $"*{Text(star.Value)} is not known");
        }
        List<(string Name, PythonValue Value)> keywords = [];
        foreach (Keyword keyword in call.Keywords)
        {
            PythonValue value = Evaluate(keyword.Value);
            if (keyword.Name is { } name)
                keywords.Add((name, value));
            else if (Follow(value) is MappingValue more && more.Items.All(i => i.Key.Text is not null))
                keywords.AddRange(more.Items.Select(i => (i.Key.Text!, i.Value)));
            else
                return Unknown(call, $"**{Text(keyword.Value)} is not known");
        }
        if (call.Function is AttributeExpression { Value: var owner, Name: var method }
            && Evaluate(owner) is not NamedValue and var known)
            return OfMethod(call, known, method, arguments);
        PythonValue function = Evaluate(call.Function);
        if (function is not NamedValue named)
            return Unknown(call, "what is called is not known");
        return (named.Path.StartsWith("builtins.", StringComparison.Ordinal)
                ? OfBuiltin(named.Name, arguments, keywords)
                : OfFunction(named, call, arguments, keywords))
            ?? new CallValue(named, arguments, keywords, new(scope.Source, call.At));
    }

    private PythonValue OfMethod(
        CallExpression call, PythonValue owner, string method, List<PythonValue> arguments) =>
        (owner, method, arguments) switch
        {
            (LiteralValue { Value: string t }, "lower", []) => new LiteralValue(t.ToLowerInvariant()),
            (LiteralValue { Value: string t }, "upper", []) => new LiteralValue(t.ToUpperInvariant()),
            (LiteralValue { Value: string t }, "strip", []) => new LiteralValue(t.Trim()),
            (LiteralValue { Value: string t }, "join", [var items])
                when ItemsOf(items) is { } all && all.All(i => i.Text is not null)
                    && all.Sum(i => i.Text!.Length + t.Length) <= MaxText =>
                new LiteralValue(string.Join(t, all.Select(i => i.Text))),
            (LiteralValue { Value: string t }, "split", []) => new SequenceValue(SequenceKind.List,
                [.. t.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(p => new LiteralValue(p))]),
            (MappingValue m, "items", []) => new SequenceValue(SequenceKind.List,
                [.. m.Items.Select(i => new SequenceValue(SequenceKind.Tuple, [i.Key, i.Value]))]),
            (MappingValue m, "keys", []) => new SequenceValue(SequenceKind.List, [.. m.Items.Select(i => i.Key)]),
            (MappingValue m, "values", []) => new SequenceValue(SequenceKind.List, [.. m.Items.Select(i => i.Value)]),
            _ => Unknown(call, "it is a method's result"),
        };

    // Null for one that is left as a call.
    private static PythonValue? OfBuiltin(
        string name, List<PythonValue> arguments, List<(string Name, PythonValue Value)> keywords) =>
        (name, arguments) switch
        {
            ("dict", []) => new MappingValue(
                [.. keywords.Select(k => ((PythonValue)new LiteralValue(k.Name), k.Value))]),
            ("dict", [MappingValue m]) => new MappingValue(
                [.. m.Items, .. keywords.Select(k => ((PythonValue)new LiteralValue(k.Name), k.Value))]),
            ("dict", [SequenceValue s]) when s.Items.All(i => i is SequenceValue { Items.Count: 2 }) =>
                new MappingValue([.. s.Items.Cast<SequenceValue>().Select(i => (i.Items[0], i.Items[1])),
                    .. keywords.Select(k => ((PythonValue)new LiteralValue(k.Name), k.Value))]),
            ("list", []) => new SequenceValue(SequenceKind.List, []),
            ("tuple", []) => new SequenceValue(SequenceKind.Tuple, []),
            ("set" or "frozenset", []) => new SequenceValue(SequenceKind.Set, []),
            ("list", [var of]) when ItemsOf(of) is { } items => new SequenceValue(SequenceKind.List, items),
            ("tuple", [var of]) when ItemsOf(of) is { } items => new SequenceValue(SequenceKind.Tuple, items),
            ("set" or "frozenset", [var of]) when ItemsOf(of) is { } items =>
                new SequenceValue(SequenceKind.Set, items),
            ("str", [var of]) when Plain(of) is { } text => new LiteralValue(text),
            ("len", [var of]) when ItemsOf(of) is { } items => new LiteralValue(new BigInteger(items.Count)),
            ("range", [LiteralValue { Value: BigInteger end }]) => Range(0, end),
            ("range", [LiteralValue { Value: BigInteger start }, LiteralValue { Value: BigInteger end }]) =>
                Range(start, end),
            ("sorted", [var of]) when keywords.Count == 0 && ItemsOf(of) is { } items
                && items.All(i => i.Text is not null) =>
                new SequenceValue(SequenceKind.List, [.. items.OrderBy(i => i.Text, StringComparer.Ordinal)]),
            ("enumerate", [var of]) when keywords.Count == 0 && ItemsOf(of) is { } items =>
                new SequenceValue(SequenceKind.List, [.. items.Select((item, i) => new SequenceValue(
                    SequenceKind.Tuple, [new LiteralValue(new BigInteger(i)), item]))]),
            ("zip", [var one, var two]) when ItemsOf(one) is { } a && ItemsOf(two) is { } b =>
                new SequenceValue(SequenceKind.List,
                    [.. a.Zip(b).Select(p => new SequenceValue(SequenceKind.Tuple, [p.First, p.Second]))]),
            _ => null,
        };

    private static SequenceValue? Range(BigInteger start, BigInteger end) => end - start is var count
        && count <= MaxItems
        ? new(SequenceKind.List, count <= 0 ? [] : [.. Enumerable.Range(0, (int)count)
            .Select(i => new LiteralValue(start + i))])
        : null;

    // A function of this module that binds names and returns an expression, or only returns one; else null.
    private PythonValue? OfFunction(
        NamedValue named, CallExpression call, List<PythonValue> arguments,
        List<(string Name, PythonValue Value)> keywords)
    {
        if (call.Function is not NameExpression || scope.Find(named.Name) is not FunctionBinding
            { Function: { IsAsync: false, Decorators.Count: 0 } function }
            || Bind(function.Parameters, arguments, keywords) is not { } locals)
            return null;
        Stack<Dictionary<string, PythonValue>> outer = _locals;
        _locals = new([locals]);
        PythonValue? result = null;
        foreach (Statement statement in function.Body)
        {
            if (statement is ReturnStatement { Value: { } value })
                result = Evaluate(value);
            else if (statement is AssignStatement { Targets: [var target], Value: var assigned }
                && Assign(target, Evaluate(assigned)))
                continue;
            else if (statement is ExpressionStatement { Value: ConstantExpression })
                continue;
            break;
        }
        _locals = outer;
        return result is UnknownValue ? null : result;
    }

    private Dictionary<string, PythonValue>? Bind(
        Parameters parameters, List<PythonValue> arguments, List<(string Name, PythonValue Value)> keywords)
    {
        Parameter[] placed = [.. parameters.PositionalOnly, .. parameters.Positional];
        if (parameters.Rest is not null || parameters.NamedRest is not null || arguments.Count > placed.Length)
            return null;
        Dictionary<string, PythonValue> bound = [];
        foreach ((Parameter parameter, PythonValue value) in placed.Zip(arguments))
            bound[parameter.Name] = value;
        foreach ((string name, PythonValue value) in keywords)
            if (!bound.TryAdd(name, value))
                return null;
        foreach ((Parameter parameter, Expression value) in placed[^parameters.Defaults.Count..].Zip(
            parameters.Defaults))
            if (!bound.ContainsKey(parameter.Name))
                bound[parameter.Name] = Evaluate(value);
        foreach ((Parameter parameter, Expression? value) in parameters.NamedOnly.Zip(parameters.NamedDefaults))
            if (value is not null && !bound.ContainsKey(parameter.Name))
                bound[parameter.Name] = Evaluate(value);
        return placed.Concat(parameters.NamedOnly).All(p => bound.ContainsKey(p.Name)) ? bound : null;
    }
}
