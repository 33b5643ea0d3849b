namespace DataOps.Core.Python.Syntax;

/// <summary>A place in the text.</summary>
/// <param name="Start">Its first character, from 0.</param>
/// <param name="End">The character after its last one.</param>
internal readonly record struct TextRange(int Start, int End);

/// <summary>An expression; the kinds, their names and their parts are those of Python's module ast.</summary>
internal abstract record Expression
{
    /// <summary>Where it stands, without the parentheses around it.</summary>
    public TextRange At { get; init; }
}

/// <summary>None, True, False, a number, a text, bytes, or an ellipsis.</summary>
/// <param name="Value">null, bool, BigInteger, double, Complex, string, byte[] or Ellipsis.</param>
internal sealed record ConstantExpression(object? Value) : Expression
{
    /// <summary>Whether a text holds \N{name}, which is not resolved: .NET does not know the names.</summary>
    public bool HasNamedCharacter { get; init; }
}

/// <summary>The value of <c>...</c>.</summary>
internal sealed class Ellipsis
{
    private Ellipsis()
    {
    }

    /// <summary>The only one.</summary>
    public static Ellipsis Value { get; } = new();
}

/// <summary>A name.</summary>
internal sealed record NameExpression(string Id) : Expression;

/// <summary><c>value.name</c>.</summary>
internal sealed record AttributeExpression(Expression Value, string Name) : Expression;

/// <summary><c>value[index]</c>.</summary>
internal sealed record SubscriptExpression(Expression Value, Expression Index) : Expression;

/// <summary><c>lower:upper:step</c>.</summary>
internal sealed record SliceExpression(Expression? Lower, Expression? Upper, Expression? Step) : Expression;

/// <summary><c>*value</c>.</summary>
internal sealed record StarredExpression(Expression Value) : Expression;

/// <summary>An argument with a name, or <c>**value</c>.</summary>
internal sealed record Keyword(string? Name, Expression Value);

/// <summary><c>function(arguments, name=value)</c>.</summary>
internal sealed record CallExpression(
    Expression Function, IReadOnlyList<Expression> Arguments, IReadOnlyList<Keyword> Keywords) : Expression;

/// <summary><c>and</c>, <c>or</c>.</summary>
internal sealed record BoolExpression(TokenKind Operator, IReadOnlyList<Expression> Values) : Expression;

/// <summary><c>name := value</c>.</summary>
internal sealed record NamedExpression(NameExpression Target, Expression Value) : Expression;

/// <summary><c>left + right</c>.</summary>
internal sealed record BinaryExpression(Expression Left, TokenKind Operator, Expression Right) : Expression;

/// <summary><c>not value</c>, <c>-value</c>.</summary>
internal sealed record UnaryExpression(TokenKind Operator, Expression Value) : Expression;

/// <summary>What two sides of a comparison are asked.</summary>
internal enum Comparison
{
    Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual, Is, IsNot, In, NotIn,
}

/// <summary><c>left &lt; right &lt;= further</c>.</summary>
internal sealed record CompareExpression(
    Expression Left, IReadOnlyList<Comparison> Operators, IReadOnlyList<Expression> Comparators) : Expression;

/// <summary><c>body if test else orElse</c>.</summary>
internal sealed record ConditionalExpression(Expression Test, Expression Body, Expression OrElse) : Expression;

/// <summary><c>lambda parameters: body</c>.</summary>
internal sealed record LambdaExpression(Parameters Parameters, Expression Body) : Expression;

/// <summary><c>[a, b]</c>.</summary>
internal sealed record ListExpression(IReadOnlyList<Expression> Elements) : Expression;

/// <summary><c>a, b</c>.</summary>
internal sealed record TupleExpression(IReadOnlyList<Expression> Elements) : Expression;

/// <summary><c>{a, b}</c>.</summary>
internal sealed record SetExpression(IReadOnlyList<Expression> Elements) : Expression;

/// <summary><c>{key: value, **others}</c>: the key of others is null.</summary>
internal sealed record DictionaryExpression(IReadOnlyList<(Expression? Key, Expression Value)> Items) : Expression;

/// <summary><c>for target in iterable if condition</c>.</summary>
internal sealed record ComprehensionClause(
    Expression Target, Expression Iterable, IReadOnlyList<Expression> Conditions, bool IsAsync);

/// <summary>What a comprehension makes.</summary>
internal enum ComprehensionKind
{
    List, Set, Dictionary, Generator,
}

/// <summary><c>[element for …]</c>; the element of a dictionary has a value, too.</summary>
internal sealed record ComprehensionExpression(
    ComprehensionKind Kind, Expression Element, Expression? Value, IReadOnlyList<ComprehensionClause> Clauses)
    : Expression;

/// <summary><c>await value</c>.</summary>
internal sealed record AwaitExpression(Expression Value) : Expression;

/// <summary><c>yield value</c>.</summary>
internal sealed record YieldExpression(Expression? Value) : Expression;

/// <summary><c>yield from value</c>.</summary>
internal sealed record YieldFromExpression(Expression Value) : Expression;

/// <summary>An f-string or a template string, and texts beside it: constants and formatted values.</summary>
internal sealed record JoinedExpression(IReadOnlyList<Expression> Values, bool IsTemplate) : Expression;

/// <summary><c>{value!r:format}</c> in an f-string.</summary>
/// <param name="Value">The value.</param>
/// <param name="Conversion">r, s, a; null without.</param>
/// <param name="Format">The format; null without.</param>
/// <param name="Text">The text of the value.</param>
internal sealed record FormattedExpression(Expression Value, char? Conversion, JoinedExpression? Format, string Text)
    : Expression;

/// <summary>A parameter of a function.</summary>
internal sealed record Parameter(string Name, Expression? Annotation);

/// <summary>The parameters of a function, as ast.arguments.</summary>
/// <param name="PositionalOnly">Those before <c>/</c>.</param>
/// <param name="Positional">Those that may be given by place or by name.</param>
/// <param name="Rest"><c>*args</c>.</param>
/// <param name="NamedOnly">Those after <c>*</c>.</param>
/// <param name="NamedDefaults">Their defaults; null for one that is required.</param>
/// <param name="NamedRest"><c>**kwargs</c>.</param>
/// <param name="Defaults">Those of the last ones that may be given by place.</param>
internal sealed record Parameters(
    IReadOnlyList<Parameter> PositionalOnly, IReadOnlyList<Parameter> Positional, Parameter? Rest,
    IReadOnlyList<Parameter> NamedOnly, IReadOnlyList<Expression?> NamedDefaults, Parameter? NamedRest,
    IReadOnlyList<Expression> Defaults);
