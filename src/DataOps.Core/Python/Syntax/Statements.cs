namespace DataOps.Core.Python.Syntax;

/// <summary>A statement; the kinds and their parts are those of Python's module ast.</summary>
internal abstract record Statement
{
    /// <summary>Where it stands; a function or a class from <c>def</c> or <c>class</c> on.</summary>
    public TextRange At { get; init; }
}

/// <summary>A file.</summary>
internal sealed record Module(PythonSource Source, IReadOnlyList<Statement> Body);

/// <summary>An expression by itself.</summary>
internal sealed record ExpressionStatement(Expression Value) : Statement;

/// <summary><c>a = b = value</c>.</summary>
internal sealed record AssignStatement(IReadOnlyList<Expression> Targets, Expression Value) : Statement;

/// <summary><c>target += value</c>.</summary>
/// <param name="Target">What is changed.</param>
/// <param name="Operator">Without the equals sign.</param>
/// <param name="Value">The value.</param>
internal sealed record AugmentedAssignStatement(Expression Target, string Operator, Expression Value) : Statement;

/// <summary><c>target: annotation = value</c>.</summary>
internal sealed record AnnotatedAssignStatement(
    Expression Target, Expression Annotation, Expression? Value, bool IsSimple) : Statement;

/// <summary><c>return value</c>.</summary>
internal sealed record ReturnStatement(Expression? Value) : Statement;

/// <summary><c>del targets</c>.</summary>
internal sealed record DeleteStatement(IReadOnlyList<Expression> Targets) : Statement;

/// <summary><c>raise exception from cause</c>.</summary>
internal sealed record RaiseStatement(Expression? Exception, Expression? Cause) : Statement;

/// <summary><c>assert test, message</c>.</summary>
internal sealed record AssertStatement(Expression Test, Expression? Message) : Statement;

/// <summary><c>pass</c>, <c>break</c>, <c>continue</c>.</summary>
internal sealed record WordStatement(TokenKind Word) : Statement;

/// <summary><c>global names</c>, <c>nonlocal names</c>.</summary>
internal sealed record ScopeStatement(TokenKind Word, IReadOnlyList<string> Names) : Statement;

/// <summary>A name that is imported, and what it is called here.</summary>
internal sealed record ImportedName(string Name, string? As);

/// <summary><c>import names</c>.</summary>
internal sealed record ImportStatement(IReadOnlyList<ImportedName> Names) : Statement;

/// <summary><c>from module import names</c>.</summary>
/// <param name="Module">The module; null in <c>from . import</c>.</param>
/// <param name="Names">What is imported; <c>*</c> for all.</param>
/// <param name="Level">The number of dots.</param>
internal sealed record ImportFromStatement(string? Module, IReadOnlyList<ImportedName> Names, int Level) : Statement;

/// <summary><c>type Name[parameters] = value</c>.</summary>
internal sealed record TypeAliasStatement(
    NameExpression Name, IReadOnlyList<TypeParameter> TypeParameters, Expression Value) : Statement;

/// <summary><c>T: bound = default</c>, <c>*T</c>, <c>**T</c>.</summary>
internal sealed record TypeParameter(string Stars, string Name, Expression? Bound, Expression? Default);

/// <summary><c>if test:</c>; an <c>elif</c> is an if as the only statement of the else.</summary>
internal sealed record IfStatement(Expression Test, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> OrElse)
    : Statement;

/// <summary><c>while test:</c>.</summary>
internal sealed record WhileStatement(
    Expression Test, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> OrElse) : Statement;

/// <summary><c>for target in iterable:</c>.</summary>
internal sealed record ForStatement(
    Expression Target, Expression Iterable, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> OrElse,
    bool IsAsync) : Statement;

/// <summary><c>context as target</c>.</summary>
internal sealed record WithItem(Expression Context, Expression? Target);

/// <summary><c>with items:</c>.</summary>
internal sealed record WithStatement(IReadOnlyList<WithItem> Items, IReadOnlyList<Statement> Body, bool IsAsync)
    : Statement;

/// <summary><c>except type as name:</c>.</summary>
internal sealed record ExceptHandler(Expression? Type, string? Name, IReadOnlyList<Statement> Body);

/// <summary><c>try:</c>.</summary>
/// <param name="Body">What is tried.</param>
/// <param name="Handlers">Its handlers.</param>
/// <param name="OrElse">What follows if it succeeds.</param>
/// <param name="Finally">What follows in any case.</param>
/// <param name="IsGroup">Whether handlers are <c>except*</c>.</param>
internal sealed record TryStatement(
    IReadOnlyList<Statement> Body, IReadOnlyList<ExceptHandler> Handlers, IReadOnlyList<Statement> OrElse,
    IReadOnlyList<Statement> Finally, bool IsGroup) : Statement;

/// <summary><c>def name(parameters):</c>.</summary>
internal sealed record FunctionStatement(
    string Name, IReadOnlyList<TypeParameter> TypeParameters, Parameters Parameters, Expression? Returns,
    IReadOnlyList<Statement> Body, IReadOnlyList<Expression> Decorators, bool IsAsync) : Statement;

/// <summary><c>class name(bases, metaclass=value):</c>.</summary>
internal sealed record ClassStatement(
    string Name, IReadOnlyList<TypeParameter> TypeParameters, IReadOnlyList<Expression> Bases,
    IReadOnlyList<Keyword> Keywords, IReadOnlyList<Statement> Body, IReadOnlyList<Expression> Decorators) : Statement
{
    /// <summary>What its body assigns to a name last; null where it does not.</summary>
    public Expression? Find(string name) => Body.OfType<AssignStatement>()
        .LastOrDefault(a => a.Targets is [NameExpression target] && target.Id == name)?.Value;
}

/// <summary><c>case pattern if guard:</c>.</summary>
internal sealed record MatchCase(Pattern Pattern, Expression? Guard, IReadOnlyList<Statement> Body);

/// <summary><c>match subject:</c>.</summary>
internal sealed record MatchStatement(Expression Subject, IReadOnlyList<MatchCase> Cases) : Statement;

/// <summary>A pattern of a match statement.</summary>
internal abstract record Pattern;

/// <summary>A value: a number, a text, a dotted name.</summary>
internal sealed record ValuePattern(Expression Value) : Pattern;

/// <summary>None, True or False.</summary>
internal sealed record SingletonPattern(ConstantExpression Value) : Pattern;

/// <summary><c>[a, b]</c>.</summary>
internal sealed record SequencePattern(IReadOnlyList<Pattern> Patterns) : Pattern;

/// <summary><c>{key: pattern, **rest}</c>.</summary>
internal sealed record MappingPattern(
    IReadOnlyList<Expression> Keys, IReadOnlyList<Pattern> Patterns, string? Rest) : Pattern;

/// <summary><c>Class(pattern, name=pattern)</c>.</summary>
internal sealed record ClassPattern(
    Expression Class, IReadOnlyList<Pattern> Patterns, IReadOnlyList<(string Name, Pattern Pattern)> Named) : Pattern;

/// <summary><c>*name</c>; null for <c>*_</c>.</summary>
internal sealed record StarPattern(string? Name) : Pattern;

/// <summary><c>pattern as name</c>, a name alone, or <c>_</c>, which has neither.</summary>
internal sealed record AsPattern(Pattern? Pattern, string? Name) : Pattern;

/// <summary><c>a | b</c>.</summary>
internal sealed record OrPattern(IReadOnlyList<Pattern> Patterns) : Pattern;
