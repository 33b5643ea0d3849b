using System.Runtime.CompilerServices;
using System.Text;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Python;

/// <summary>
/// Reads Python, from 3.0 to 3.14, into a syntax tree, by recursive descent: one method for each rule of the grammar.
/// </summary>
internal sealed partial class Parser
{
    // Real files have some ten levels; each costs some two kilobytes of the stack.
    private const int MaxDepth = 250;

    private readonly PythonSource _source;
    private readonly List<Token> _tokens;
    private int _next;
    private int _depth;

    private Parser(PythonSource source) => (_source, _tokens) = (source, Lexer.Read(source));

    /// <summary>Reads a file.</summary>
    /// <exception cref="PythonSyntaxException">It is no Python, or nested more deeply than anything real.</exception>
    public static Module Parse(PythonSource source)
    {
        Parser parser = new(source);
        List<Statement> body = [];
        while (!parser.At(TokenKind.EndOfFile))
            parser.ReadStatement(body);
        return new Module(source, body);
    }

    private Token Current => _tokens[_next];

    private TokenKind Kind => _tokens[_next].Kind;

    private TokenKind KindAt(int ahead) => _tokens[Math.Min(_next + ahead, _tokens.Count - 1)].Kind;

    private bool At(TokenKind kind) => Kind == kind;

    private bool Skip(TokenKind kind)
    {
        if (Kind != kind)
            return false;
        _next++;
        return true;
    }

    private Token Expect(TokenKind kind, string what)
    {
        if (Kind != kind)
            throw Unexpected(what);
        return _tokens[_next++];
    }

    private string TextOf(Token token) => _source.Text[token.Start..token.End];

    private PythonSyntaxException Wrong(string problem, int at) => new(problem, _source.LineOf(at));

    private PythonSyntaxException Unexpected(string? what = null)
    {
        string found = Kind switch
        {
            TokenKind.EndOfFile => "the end of the file",
            TokenKind.Newline => "the end of the line",
            TokenKind.Indent => "an indented line",
            TokenKind.Dedent => "the end of a block",
            _ when Current.End - Current.Start <= 40 => $"'{VisibleText.Of(TextOf(Current))}'",
            _ => $"'{VisibleText.Of(_source.Text.Substring(Current.Start, 40))}…'",
        };
        return Wrong(what is null ? $"{found} is not expected here" : $"{what} is expected before {found}",
            Current.Start);
    }

    private void Enter()
    {
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Wrong("nested too deeply", Current.Start);
    }

    private void Leave() => _depth--;

    private TextRange From(int start) => new(start, _tokens[_next - 1].End);

    // Python compares names in NFKC.
    private string Name(Token token)
    {
        string name = TextOf(token);
        return Ascii.IsValid(name) ? name : name.Normalize(NormalizationForm.FormKC);
    }

    private string ReadName() => Name(Expect(TokenKind.Name, "a name"));

    private bool AtWord(string word) =>
        At(TokenKind.Name) && _source.Text.AsSpan(Current.Start, Current.End - Current.Start).SequenceEqual(word);

    private List<Statement> ReadBlock()
    {
        Expect(TokenKind.Colon, "':'");
        List<Statement> body = [];
        if (!Skip(TokenKind.Newline))
        {
            ReadSimpleStatements(body);
            return body;
        }
        Expect(TokenKind.Indent, "an indented block");
        Enter();
        while (!At(TokenKind.Dedent))
            ReadStatement(body);
        Leave();
        _next++;
        return body;
    }

    private void ReadStatement(List<Statement> into)
    {
        Statement? compound = Kind switch
        {
            TokenKind.If => ReadIf(),
            TokenKind.For => ReadFor(Current.Start, isAsync: false),
            TokenKind.While => ReadWhile(),
            TokenKind.Try => ReadTry(),
            TokenKind.With => ReadWith(Current.Start, isAsync: false),
            TokenKind.Def => ReadFunction([], Current.Start, isAsync: false),
            TokenKind.Class => ReadClass([]),
            TokenKind.At => ReadDecorated(),
            TokenKind.Async => ReadAsync([]),
            TokenKind.Name when AtWord("match") => ReadMatch(),
            _ => null,
        };
        if (compound is null)
            ReadSimpleStatements(into);
        else
            into.Add(compound);
    }

    private void ReadSimpleStatements(List<Statement> into)
    {
        do
            into.Add(ReadSimpleStatement());
        while (Skip(TokenKind.Semicolon) && !At(TokenKind.Newline));
        if (!Skip(TokenKind.Newline))
            throw Unexpected();
    }

    private Statement ReadSimpleStatement()
    {
        int start = Current.Start;
        Statement statement = Kind switch
        {
            TokenKind.Pass or TokenKind.Break or TokenKind.Continue => new WordStatement(_tokens[_next++].Kind),
            TokenKind.Import => ReadImport(),
            TokenKind.From => ReadImportFrom(),
            TokenKind.Return => ReadReturn(),
            TokenKind.Raise => ReadRaise(),
            TokenKind.Del => ReadDelete(),
            TokenKind.Assert => ReadAssert(),
            TokenKind.Global or TokenKind.Nonlocal => ReadScope(),
            TokenKind.Name when AtWord("type") && KindAt(1) == TokenKind.Name
                && KindAt(2) is TokenKind.Assign or TokenKind.LeftBracket => ReadTypeAlias(),
            _ => ReadAssignment(),
        };
        return statement with { At = From(start) };
    }

    private Statement ReadAssignment()
    {
        int start = Current.Start;
        bool isName = At(TokenKind.Name);
        Expression first = At(TokenKind.Yield) ? ReadYield() : ReadStarExpressions();
        if (Skip(TokenKind.Colon))
        {
            if (first is not (NameExpression or AttributeExpression or SubscriptExpression))
                throw Wrong("only a single name, attribute or subscript can be annotated", start);
            Expression annotation = ReadExpression();
            Expression? value = Skip(TokenKind.Assign) ? ReadValue() : null;
            return new AnnotatedAssignStatement(first, annotation, value, first is NameExpression && isName);
        }
        if (At(TokenKind.AugmentedAssign))
        {
            if (first is not (NameExpression or AttributeExpression or SubscriptExpression))
                throw Wrong("this cannot be assigned to", start);
            string @operator = TextOf(_tokens[_next++])[..^1];
            return new AugmentedAssignStatement(first, @operator, ReadValue());
        }
        if (!At(TokenKind.Assign))
            return new ExpressionStatement(first);
        List<Expression> targets = [];
        Expression last = first;
        while (Skip(TokenKind.Assign))
        {
            targets.Add(Target(last));
            last = ReadValue();
        }
        return new AssignStatement(targets, last);
    }

    private Expression ReadValue() => At(TokenKind.Yield) ? ReadYield() : ReadStarExpressions();

    // What may stand to the left of an equals sign.
    private Expression Target(Expression expression)
    {
        switch (expression)
        {
            case NameExpression or AttributeExpression or SubscriptExpression:
                return expression;
            case StarredExpression starred:
                Target(starred.Value);
                return expression;
            case ListExpression { Elements: var elements }:
                return All(elements);
            case TupleExpression { Elements: var elements }:
                return All(elements);
            default:
                throw Wrong("this cannot be assigned to", expression.At.Start);
        }
        Expression All(IReadOnlyList<Expression> elements)
        {
            foreach (Expression element in elements)
                Target(element);
            return expression;
        }
    }

    private ReturnStatement ReadReturn()
    {
        _next++;
        return new(AtEndOfStatement ? null : ReadStarExpressions());
    }

    private bool AtEndOfStatement => Kind is TokenKind.Newline or TokenKind.Semicolon or TokenKind.EndOfFile;

    private RaiseStatement ReadRaise()
    {
        _next++;
        Expression? exception = AtEndOfStatement ? null : ReadExpression();
        return new(exception, exception is not null && Skip(TokenKind.From) ? ReadExpression() : null);
    }

    private DeleteStatement ReadDelete()
    {
        _next++;
        List<Expression> targets = [];
        do
            targets.Add(Target(ReadExpression()));
        while (Skip(TokenKind.Comma) && !AtEndOfStatement);
        return new(targets);
    }

    private AssertStatement ReadAssert()
    {
        _next++;
        Expression test = ReadExpression();
        return new(test, Skip(TokenKind.Comma) ? ReadExpression() : null);
    }

    private ScopeStatement ReadScope()
    {
        TokenKind word = _tokens[_next++].Kind;
        List<string> names = [];
        do
            names.Add(ReadName());
        while (Skip(TokenKind.Comma));
        return new(word, names);
    }

    private string ReadDottedName()
    {
        string name = ReadName();
        while (Skip(TokenKind.Dot))
            name = $"{name}.{ReadName()}";
        return name;
    }

    private ImportStatement ReadImport()
    {
        _next++;
        List<ImportedName> names = [];
        do
        {
            string name = ReadDottedName();
            names.Add(new ImportedName(name, Skip(TokenKind.As) ? ReadName() : null));
        }
        while (Skip(TokenKind.Comma));
        return new(names);
    }

    private ImportFromStatement ReadImportFrom()
    {
        _next++;
        int level = 0;
        while (Kind is TokenKind.Dot or TokenKind.Ellipsis)
            level += _tokens[_next++].Kind == TokenKind.Dot ? 1 : 3;
        string? module = level > 0 && At(TokenKind.Import) ? null : ReadDottedName();
        Expect(TokenKind.Import, "'import'");
        if (Skip(TokenKind.Star))
            return new(module, [new ImportedName("*", null)], level);
        bool isGroup = Skip(TokenKind.LeftParen);
        List<ImportedName> names = [];
        do
        {
            string name = ReadName();
            names.Add(new ImportedName(name, Skip(TokenKind.As) ? ReadName() : null));
        }
        while (Skip(TokenKind.Comma) && !(isGroup && At(TokenKind.RightParen)));
        if (isGroup)
            Expect(TokenKind.RightParen, "')'");
        return new(module, names, level);
    }

    private TypeAliasStatement ReadTypeAlias()
    {
        _next++;
        Token name = Expect(TokenKind.Name, "a name");
        List<TypeParameter> parameters = ReadTypeParameters();
        Expect(TokenKind.Assign, "'='");
        return new(
            new NameExpression(Name(name)) { At = new(name.Start, name.End) }, parameters, ReadExpression());
    }

    private List<TypeParameter> ReadTypeParameters()
    {
        if (!Skip(TokenKind.LeftBracket))
            return [];
        List<TypeParameter> parameters = [];
        do
        {
            string stars = Skip(TokenKind.Star) ? "*" : Skip(TokenKind.DoubleStar) ? "**" : "";
            string name = ReadName();
            Expression? bound = stars.Length == 0 && Skip(TokenKind.Colon) ? ReadExpression() : null;
            Expression? @default = Skip(TokenKind.Assign) ? ReadStarExpression() : null;
            parameters.Add(new(stars, name, bound, @default));
        }
        while (Skip(TokenKind.Comma) && !At(TokenKind.RightBracket));
        Expect(TokenKind.RightBracket, "']'");
        return parameters;
    }

    // Any number of elif is no depth.
    private IfStatement ReadIf()
    {
        List<(int Start, Expression Test, List<Statement> Body)> branches = [];
        List<Statement> orElse = [];
        do
        {
            int start = _tokens[_next++].Start;
            Expression test = ReadNamedExpression();
            branches.Add((start, test, ReadBlock()));
        }
        while (At(TokenKind.Elif));
        if (Skip(TokenKind.Else))
            orElse = ReadBlock();
        IfStatement? statement = null;
        for (int i = branches.Count - 1; i >= 0; i--)
        {
            (int start, Expression test, List<Statement> body) = branches[i];
            statement = new IfStatement(test, body, statement is null ? orElse : [statement]) { At = From(start) };
        }
        return statement!;
    }

    private List<Statement> ReadElse() => Skip(TokenKind.Else) ? ReadBlock() : [];

    private WhileStatement ReadWhile()
    {
        int start = _tokens[_next++].Start;
        Expression test = ReadNamedExpression();
        List<Statement> body = ReadBlock();
        return new WhileStatement(test, body, ReadElse()) { At = From(start) };
    }

    private ForStatement ReadFor(int start, bool isAsync)
    {
        _next++;
        Expression target = ReadTargets();
        Expect(TokenKind.In, "'in'");
        Expression iterable = ReadStarExpressions();
        List<Statement> body = ReadBlock();
        return new ForStatement(target, iterable, body, ReadElse(), isAsync) { At = From(start) };
    }

    // Names up to "in", which is no comparison there.
    private Expression ReadTargets()
    {
        int start = Current.Start;
        Expression ReadOne() => At(TokenKind.Star) ? ReadStarred() : ReadBinary(0);
        Expression first = Target(ReadOne());
        if (!At(TokenKind.Comma))
            return first is StarredExpression ? throw Unexpected("','") : first;
        List<Expression> targets = [first];
        while (Skip(TokenKind.Comma) && !At(TokenKind.In))
            targets.Add(Target(ReadOne()));
        return new TupleExpression(targets) { At = From(start) };
    }

    private TryStatement ReadTry()
    {
        int start = _tokens[_next++].Start;
        List<Statement> body = ReadBlock();
        List<ExceptHandler> handlers = [];
        bool isGroup = false;
        while (Skip(TokenKind.Except))
        {
            isGroup |= Skip(TokenKind.Star);
            Expression? type = At(TokenKind.Colon) ? null : ReadExceptType();
            string? name = type is not null && Skip(TokenKind.As) ? ReadName() : null;
            handlers.Add(new(type, name, ReadBlock()));
        }
        List<Statement> orElse = handlers.Count > 0 ? ReadElse() : [];
        List<Statement> last = Skip(TokenKind.Finally) ? ReadBlock() : [];
        return handlers.Count == 0 && last.Count == 0
            ? throw Unexpected("'except' or 'finally'")
            : new TryStatement(body, handlers, orElse, last, isGroup) { At = From(start) };
    }

    // Several types without parentheses: 3.14.
    private Expression ReadExceptType()
    {
        int start = Current.Start;
        Expression first = ReadExpression();
        if (!At(TokenKind.Comma))
            return first;
        List<Expression> types = [first];
        while (Skip(TokenKind.Comma))
            types.Add(ReadExpression());
        return At(TokenKind.Colon)
            ? new TupleExpression(types) { At = From(start) }
            : throw Wrong("multiple exception types must be parenthesized when using 'as'", start);
    }

    private WithStatement ReadWith(int start, bool isAsync)
    {
        _next++;
        List<WithItem> items = ReadItemsInParentheses() ?? [];
        if (items.Count == 0)
            do
                items.Add(ReadWithItem());
            while (Skip(TokenKind.Comma));
        return new WithStatement(items, ReadBlock(), isAsync) { At = From(start) };
    }

    private WithItem ReadWithItem()
    {
        Expression context = ReadExpression();
        return new(context, Skip(TokenKind.As) ? Target(At(TokenKind.Star) ? ReadStarred() : ReadBinary(0)) : null);
    }

    // "with (a as b, c):", but not "with (a, b) as c:" nor "with (yield):".
    private List<WithItem>? ReadItemsInParentheses()
    {
        if (!At(TokenKind.LeftParen) || KindAfterBracket() != TokenKind.Colon)
            return null;
        (int start, int depth) = (_next, _depth);
        List<WithItem> items = [];
        try
        {
            _next++;
            do
                items.Add(ReadWithItem());
            while (Skip(TokenKind.Comma) && !At(TokenKind.RightParen));
            if (Skip(TokenKind.RightParen) && At(TokenKind.Colon))
                return items;
        }
        catch (PythonSyntaxException)
        {
            // It is an expression in parentheses, then; what is wrong with that, it says itself.
        }
        (_next, _depth) = (start, depth);
        return null;
    }

    private TokenKind KindAfterBracket()
    {
        int depth = 0;
        for (int i = _next; i < _tokens.Count - 1; i++)
        {
            if (_tokens[i].Kind is TokenKind.LeftParen or TokenKind.LeftBracket or TokenKind.LeftBrace)
                depth++;
            else if (_tokens[i].Kind is TokenKind.RightParen or TokenKind.RightBracket or TokenKind.RightBrace
                && --depth == 0)
                return _tokens[i + 1].Kind;
        }
        return TokenKind.EndOfFile;
    }

    private Statement ReadDecorated()
    {
        List<Expression> decorators = [];
        while (Skip(TokenKind.At))
        {
            decorators.Add(ReadNamedExpression());
            Expect(TokenKind.Newline, "the end of the line");
        }
        return Kind switch
        {
            TokenKind.Def => ReadFunction(decorators, Current.Start, isAsync: false),
            TokenKind.Class => ReadClass(decorators),
            TokenKind.Async when KindAt(1) == TokenKind.Def => ReadAsync(decorators),
            _ => throw Unexpected("a function or a class"),
        };
    }

    private Statement ReadAsync(List<Expression> decorators)
    {
        int start = _tokens[_next++].Start;
        return Kind switch
        {
            TokenKind.Def => ReadFunction(decorators, start, isAsync: true),
            TokenKind.For => ReadFor(start, isAsync: true),
            TokenKind.With => ReadWith(start, isAsync: true),
            _ => throw Unexpected("'def', 'for' or 'with'"),
        };
    }

    private FunctionStatement ReadFunction(List<Expression> decorators, int start, bool isAsync)
    {
        _next++;
        string name = ReadName();
        List<TypeParameter> types = ReadTypeParameters();
        Expect(TokenKind.LeftParen, "'('");
        Parameters parameters = ReadParameters(TokenKind.RightParen, mayBeAnnotated: true);
        Expect(TokenKind.RightParen, "')'");
        Expression? returns = Skip(TokenKind.Arrow) ? ReadExpression() : null;
        List<Statement> body = ReadBlock();
        return new FunctionStatement(name, types, parameters, returns, body, decorators, isAsync) { At = From(start) };
    }

    private ClassStatement ReadClass(List<Expression> decorators)
    {
        int start = _tokens[_next++].Start;
        string name = ReadName();
        List<TypeParameter> types = ReadTypeParameters();
        (List<Expression> bases, List<Keyword> keywords) = At(TokenKind.LeftParen) ? ReadArguments() : ([], []);
        return new ClassStatement(name, types, bases, keywords, ReadBlock(), decorators) { At = From(start) };
    }

    private Parameters ReadParameters(TokenKind end, bool mayBeAnnotated)
    {
        List<Parameter> positionalOnly = [];
        List<Parameter> positional = [];
        List<Parameter> named = [];
        List<Expression?> namedDefaults = [];
        List<Expression> defaults = [];
        Parameter? rest = null;
        Parameter? namedRest = null;
        bool isNamed = false;
        Parameter ReadOne(bool mayBeStarred = false) => new(
            ReadName(),
            mayBeAnnotated && Skip(TokenKind.Colon) ? mayBeStarred ? ReadStarExpression() : ReadExpression() : null);
        while (!At(end))
        {
            if (Skip(TokenKind.DoubleStar))
                namedRest = ReadOne();
            else if (!isNamed && Skip(TokenKind.Star))
            {
                isNamed = true;
                rest = At(TokenKind.Comma) ? null : ReadOne(mayBeStarred: true);
            }
            else if (!isNamed && positionalOnly.Count == 0 && positional.Count > 0 && Skip(TokenKind.Slash))
                (positionalOnly, positional) = (positional, []);
            else
            {
                Parameter parameter = ReadOne();
                Expression? @default = Skip(TokenKind.Assign) ? ReadExpression() : null;
                (isNamed ? named : positional).Add(parameter);
                if (isNamed)
                    namedDefaults.Add(@default);
                else if (@default is not null)
                    defaults.Add(@default);
                else if (defaults.Count > 0)
                    throw Unexpected("a default");
            }
            if (!Skip(TokenKind.Comma) || namedRest is not null)
                break;
        }
        return isNamed && rest is null && named.Count == 0
            ? throw Unexpected("a parameter after '*'")
            : new(positionalOnly, positional, rest, named, namedDefaults, namedRest, defaults);
    }
}
