using System.Text;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Python;

internal sealed partial class Parser
{
    private const int MaxLinks = 10_000;

    private Expression ReadStarExpressions()
    {
        int start = Current.Start;
        Expression first = ReadStarExpression();
        if (!At(TokenKind.Comma))
            return first;
        List<Expression> elements = [first];
        while (Skip(TokenKind.Comma) && StartsExpression)
            elements.Add(ReadStarExpression());
        return new TupleExpression(elements) { At = From(start) };
    }

    private bool StartsExpression => Kind is TokenKind.Name or TokenKind.Number or TokenKind.String
        or TokenKind.FStringStart or TokenKind.LeftParen or TokenKind.LeftBracket or TokenKind.LeftBrace
        or TokenKind.Ellipsis or TokenKind.Plus or TokenKind.Minus or TokenKind.Tilde or TokenKind.Star
        or TokenKind.Not or TokenKind.Lambda or TokenKind.Await or TokenKind.None or TokenKind.True
        or TokenKind.False;

    private Expression ReadStarExpression() => At(TokenKind.Star) ? ReadStarred() : ReadExpression();

    private StarredExpression ReadStarred()
    {
        int start = _tokens[_next++].Start;
        Expression value = ReadBinary(0);
        return new StarredExpression(value) { At = From(start) };
    }

    private Expression ReadNamedExpression()
    {
        if (!At(TokenKind.Name) || KindAt(1) != TokenKind.ColonEqual)
            return ReadExpression();
        Token name = _tokens[_next];
        _next += 2;
        NameExpression target = new(Name(name)) { At = new(name.Start, name.End) };
        Expression value = ReadExpression();
        return new NamedExpression(target, value) { At = From(name.Start) };
    }

    private Expression ReadStarNamedExpression() => At(TokenKind.Star) ? ReadStarred() : ReadNamedExpression();

    private Expression ReadExpression()
    {
        Enter();
        int start = Current.Start;
        Expression expression;
        if (At(TokenKind.Lambda))
            expression = ReadLambda();
        else
        {
            expression = ReadOr();
            if (Skip(TokenKind.If))
            {
                Expression test = ReadOr();
                Expect(TokenKind.Else, "'else'");
                Expression orElse = ReadExpression();
                expression = new ConditionalExpression(test, expression, orElse) { At = From(start) };
            }
        }
        Leave();
        return expression;
    }

    private LambdaExpression ReadLambda()
    {
        int start = _tokens[_next++].Start;
        Parameters parameters = ReadParameters(TokenKind.Colon, mayBeAnnotated: false);
        Expect(TokenKind.Colon, "':'");
        Expression body = ReadExpression();
        return new LambdaExpression(parameters, body) { At = From(start) };
    }

    private Expression ReadYield()
    {
        int start = _tokens[_next++].Start;
        if (Skip(TokenKind.From))
        {
            Expression from = ReadExpression();
            return new YieldFromExpression(from) { At = From(start) };
        }
        Expression? value = StartsExpression ? ReadStarExpressions() : null;
        return new YieldExpression(value) { At = From(start) };
    }

    private Expression ReadOr() => ReadBool(TokenKind.Or, () => ReadBool(TokenKind.And, ReadNot));

    private Expression ReadBool(TokenKind @operator, Func<Expression> readOne)
    {
        int start = Current.Start;
        Expression first = readOne();
        if (!At(@operator))
            return first;
        List<Expression> values = [first];
        while (Skip(@operator))
            values.Add(readOne());
        return new BoolExpression(@operator, values) { At = From(start) };
    }

    private Expression ReadNot()
    {
        if (!At(TokenKind.Not))
            return ReadComparison();
        int start = _tokens[_next++].Start;
        Enter();
        Expression value = ReadNot();
        Leave();
        return new UnaryExpression(TokenKind.Not, value) { At = From(start) };
    }

    private Expression ReadComparison()
    {
        int start = Current.Start;
        Expression left = ReadBinary(0);
        if (ReadComparisonOperator() is not { } first)
            return left;
        List<Comparison> operators = [first];
        List<Expression> comparators = [ReadBinary(0)];
        while (ReadComparisonOperator() is { } next)
        {
            operators.Add(next);
            comparators.Add(ReadBinary(0));
        }
        return new CompareExpression(left, operators, comparators) { At = From(start) };
    }

    private Comparison? ReadComparisonOperator()
    {
        (Comparison? found, int length) = (Kind, KindAt(1)) switch
        {
            (TokenKind.Equal, _) => (Comparison.Equal, 1),
            (TokenKind.NotEqual, _) => (Comparison.NotEqual, 1),
            (TokenKind.Less, _) => (Comparison.Less, 1),
            (TokenKind.LessEqual, _) => (Comparison.LessOrEqual, 1),
            (TokenKind.Greater, _) => (Comparison.Greater, 1),
            (TokenKind.GreaterEqual, _) => (Comparison.GreaterOrEqual, 1),
            (TokenKind.Is, TokenKind.Not) => (Comparison.IsNot, 2),
            (TokenKind.Is, _) => (Comparison.Is, 1),
            (TokenKind.In, _) => (Comparison.In, 1),
            (TokenKind.Not, TokenKind.In) => (Comparison.NotIn, 2),
            _ => ((Comparison?)null, 0),
        };
        _next += length;
        return found;
    }

    private static int Precedence(TokenKind @operator) => @operator switch
    {
        TokenKind.Bar => 1,
        TokenKind.Caret => 2,
        TokenKind.Ampersand => 3,
        TokenKind.ShiftLeft or TokenKind.ShiftRight => 4,
        TokenKind.Plus or TokenKind.Minus => 5,
        TokenKind.Star or TokenKind.Slash or TokenKind.DoubleSlash or TokenKind.Percent or TokenKind.At => 6,
        _ => 0,
    };

    // Operators that bind more tightly than one of a precedence.
    private Expression ReadBinary(int above)
    {
        int start = Current.Start;
        Expression left = ReadUnary();
        for (int links = 0; Precedence(Kind) is var precedence && precedence > above; links++)
        {
            Limit(links);
            TokenKind @operator = _tokens[_next++].Kind;
            Expression right = ReadBinary(precedence);
            left = new BinaryExpression(left, @operator, right) { At = From(start) };
        }
        return left;
    }

    private void Limit(int links)
    {
        if (links > MaxLinks)
            throw Wrong($"an expression of more than {MaxLinks:N0} parts", Current.Start);
    }

    private Expression ReadUnary()
    {
        if (Kind is not (TokenKind.Plus or TokenKind.Minus or TokenKind.Tilde))
            return ReadPower();
        (TokenKind @operator, int start, _) = _tokens[_next++];
        Enter();
        Expression value = ReadUnary();
        Leave();
        return new UnaryExpression(@operator, value) { At = From(start) };
    }

    private Expression ReadPower()
    {
        int start = Current.Start;
        bool isAwaited = Skip(TokenKind.Await);
        Expression value = ReadPrimary();
        if (isAwaited)
            value = new AwaitExpression(value) { At = From(start) };
        if (!Skip(TokenKind.DoubleStar))
            return value;
        Enter();
        Expression power = ReadUnary();
        Leave();
        return new BinaryExpression(value, TokenKind.DoubleStar, power) { At = From(start) };
    }

    private Expression ReadPrimary()
    {
        int start = Current.Start;
        Expression value = ReadAtom();
        for (int links = 0; ; links++)
        {
            Limit(links);
            switch (Kind)
            {
                case TokenKind.Dot:
                    _next++;
                    value = new AttributeExpression(value, ReadName()) { At = From(start) };
                    break;
                case TokenKind.LeftParen:
                    (List<Expression> arguments, List<Keyword> keywords) = ReadArguments();
                    value = new CallExpression(value, arguments, keywords) { At = From(start) };
                    break;
                case TokenKind.LeftBracket:
                    _next++;
                    Expression index = ReadIndex();
                    Expect(TokenKind.RightBracket, "']'");
                    value = new SubscriptExpression(value, index) { At = From(start) };
                    break;
                default:
                    return value;
            }
        }
    }

    private (List<Expression> Arguments, List<Keyword> Keywords) ReadArguments()
    {
        int open = _next++;
        List<Expression> arguments = [];
        List<Keyword> keywords = [];
        while (!At(TokenKind.RightParen))
        {
            int start = Current.Start;
            if (Skip(TokenKind.DoubleStar))
                keywords.Add(new Keyword(null, ReadExpression()));
            else if (At(TokenKind.Name) && KindAt(1) == TokenKind.Assign)
            {
                string name = ReadName();
                _next++;
                keywords.Add(new Keyword(name, ReadExpression()));
            }
            else if (At(TokenKind.Star))
            {
                _next++;
                Expression value = ReadExpression();
                arguments.Add(new StarredExpression(value) { At = From(start) });
            }
            else
            {
                Expression argument = ReadNamedExpression();
                if (Kind is TokenKind.For or TokenKind.Async)
                {
                    // The parentheses of a sole generator are the call's.
                    IReadOnlyList<ComprehensionClause> clauses = ReadClauses();
                    if (arguments.Count + keywords.Count > 0 || !At(TokenKind.RightParen))
                        throw Wrong("Generator expression must be parenthesized", start);
                    argument = new ComprehensionExpression(ComprehensionKind.Generator, argument, null, clauses)
                    {
                        At = new(_tokens[open].Start, Current.End),
                    };
                }
                if (keywords.Count > 0)
                    throw Wrong("positional argument follows keyword argument", start);
                arguments.Add(argument);
            }
            if (!Skip(TokenKind.Comma))
                break;
        }
        Expect(TokenKind.RightParen, "')'");
        return (arguments, keywords);
    }

    private Expression ReadIndex()
    {
        int start = Current.Start;
        Expression first = ReadSlice();
        if (!At(TokenKind.Comma) && first is not StarredExpression)
            return first;
        List<Expression> elements = [first];
        while (Skip(TokenKind.Comma) && !At(TokenKind.RightBracket))
            elements.Add(ReadSlice());
        return new TupleExpression(elements) { At = From(start) };
    }

    private Expression ReadSlice()
    {
        if (At(TokenKind.Star))
            return ReadStarred();
        int start = Current.Start;
        Expression? lower = At(TokenKind.Colon) ? null : ReadNamedExpression();
        if (!Skip(TokenKind.Colon))
            return lower!;
        bool AtEnd() => Kind is TokenKind.Colon or TokenKind.Comma or TokenKind.RightBracket;
        Expression? upper = AtEnd() ? null : ReadExpression();
        Expression? step = Skip(TokenKind.Colon) && !AtEnd() ? ReadExpression() : null;
        return new SliceExpression(lower, upper, step) { At = From(start) };
    }

    private Expression ReadAtom()
    {
        Token token = Current;
        TextRange here = new(token.Start, token.End);
        switch (token.Kind)
        {
            case TokenKind.Name:
                _next++;
                return new NameExpression(Name(token)) { At = here };
            case TokenKind.Number:
                _next++;
                return new ConstantExpression(NumberLiteral.Decode(_source, token)) { At = here };
            case TokenKind.String or TokenKind.FStringStart:
                return ReadStrings();
            case TokenKind.None or TokenKind.True or TokenKind.False:
                _next++;
                return new ConstantExpression(token.Kind switch
                {
                    TokenKind.None => null,
                    TokenKind.True => true,
                    _ => false,
                }) { At = here };
            case TokenKind.Ellipsis:
                _next++;
                return new ConstantExpression(Ellipsis.Value) { At = here };
            case TokenKind.LeftParen:
                return ReadParenthesized();
            case TokenKind.LeftBracket:
                return ReadList();
            case TokenKind.LeftBrace:
                return ReadBraces();
            default:
                throw Unexpected();
        }
    }

    private Expression ReadParenthesized()
    {
        int start = _tokens[_next++].Start;
        if (Skip(TokenKind.RightParen))
            return new TupleExpression([]) { At = From(start) };
        if (At(TokenKind.Yield))
        {
            Expression yield = ReadYield();
            Expect(TokenKind.RightParen, "')'");
            return yield;
        }
        Expression first = ReadStarNamedExpression();
        if (Kind is TokenKind.For or TokenKind.Async)
            return ReadComprehension(ComprehensionKind.Generator, start, first, null, TokenKind.RightParen, "')'");
        if (!At(TokenKind.Comma))
        {
            if (first is StarredExpression)
                throw Wrong("cannot use starred expression here", first.At.Start);
            Expect(TokenKind.RightParen, "')'");
            return first;
        }
        List<Expression> elements = ReadElements(first, TokenKind.RightParen);
        Expect(TokenKind.RightParen, "')'");
        return new TupleExpression(elements) { At = From(start) };
    }

    private List<Expression> ReadElements(Expression first, TokenKind end)
    {
        List<Expression> elements = [first];
        while (Skip(TokenKind.Comma) && !At(end))
            elements.Add(ReadStarNamedExpression());
        return elements;
    }

    private Expression ReadList()
    {
        int start = _tokens[_next++].Start;
        if (Skip(TokenKind.RightBracket))
            return new ListExpression([]) { At = From(start) };
        Expression first = ReadStarNamedExpression();
        if (Kind is TokenKind.For or TokenKind.Async)
            return ReadComprehension(ComprehensionKind.List, start, first, null, TokenKind.RightBracket, "']'");
        List<Expression> elements = ReadElements(first, TokenKind.RightBracket);
        Expect(TokenKind.RightBracket, "']'");
        return new ListExpression(elements) { At = From(start) };
    }

    private Expression ReadBraces()
    {
        int start = _tokens[_next++].Start;
        if (Skip(TokenKind.RightBrace))
            return new DictionaryExpression([]) { At = From(start) };
        if (At(TokenKind.DoubleStar))
            return ReadDictionary(start);
        Expression first = ReadStarNamedExpression();
        if (Skip(TokenKind.Colon))
        {
            Expression value = ReadExpression();
            if (Kind is TokenKind.For or TokenKind.Async)
                return ReadComprehension(
                    ComprehensionKind.Dictionary, start, first, value, TokenKind.RightBrace, "'}'");
            return ReadDictionary(start, (first, value));
        }
        if (Kind is TokenKind.For or TokenKind.Async)
            return ReadComprehension(ComprehensionKind.Set, start, first, null, TokenKind.RightBrace, "'}'");
        List<Expression> elements = ReadElements(first, TokenKind.RightBrace);
        Expect(TokenKind.RightBrace, "'}'");
        return new SetExpression(elements) { At = From(start) };
    }

    private DictionaryExpression ReadDictionary(int start, params (Expression? Key, Expression Value)[] first)
    {
        List<(Expression? Key, Expression Value)> items = [.. first];
        bool goesOn = items.Count == 0 || Skip(TokenKind.Comma);
        while (goesOn && !At(TokenKind.RightBrace))
        {
            if (Skip(TokenKind.DoubleStar))
                items.Add((null, ReadBinary(0)));
            else
            {
                Expression key = ReadExpression();
                Expect(TokenKind.Colon, "':'");
                items.Add((key, ReadExpression()));
            }
            goesOn = Skip(TokenKind.Comma);
        }
        Expect(TokenKind.RightBrace, "'}'");
        return new DictionaryExpression(items) { At = From(start) };
    }

    private ComprehensionExpression ReadComprehension(
        ComprehensionKind kind, int start, Expression element, Expression? value, TokenKind end, string bracket)
    {
        IReadOnlyList<ComprehensionClause> clauses = ReadClauses();
        Expect(end, bracket);
        return new ComprehensionExpression(kind, element, value, clauses) { At = From(start) };
    }

    private List<ComprehensionClause> ReadClauses()
    {
        List<ComprehensionClause> clauses = [];
        while (Kind is TokenKind.For or TokenKind.Async)
        {
            bool isAsync = Skip(TokenKind.Async);
            Expect(TokenKind.For, "'for'");
            Expression target = ReadTargets();
            Expect(TokenKind.In, "'in'");
            Expression iterable = ReadOr();
            List<Expression> conditions = [];
            while (Skip(TokenKind.If))
                conditions.Add(ReadOrNamed());
            clauses.Add(new(target, iterable, conditions, isAsync));
        }
        return clauses;
    }

    private Expression ReadOrNamed() =>
        At(TokenKind.Name) && KindAt(1) == TokenKind.ColonEqual ? ReadNamedExpression() : ReadOr();

    // Texts side by side are one.
    private Expression ReadStrings()
    {
        int start = Current.Start;
        if (At(TokenKind.String) && KindAt(1) is not (TokenKind.String or TokenKind.FStringStart))
        {
            (object only, bool named) = StringLiteral.Decode(_source, _tokens[_next++]);
            return new ConstantExpression(only) { At = From(start), HasNamedCharacter = named };
        }
        StringParts parts = new();
        (bool hasBytes, bool hasText, bool isJoined, bool isTemplate) = (false, false, false, false);
        List<byte> bytes = [];
        while (Kind is TokenKind.String or TokenKind.FStringStart)
        {
            if (At(TokenKind.FStringStart))
            {
                (isJoined, hasText) = (true, true);
                isTemplate |= _source.Text.AsSpan(Current.Start, 2).IndexOfAny('t', 'T') >= 0;
                ReadFormattedString(parts);
                continue;
            }
            (object value, bool hasNamed) = StringLiteral.Decode(_source, _tokens[_next++]);
            if (value is byte[] more)
            {
                hasBytes = true;
                bytes.AddRange(more);
            }
            else
            {
                hasText = true;
                parts.Add((string)value, hasNamed, From(start));
            }
        }
        if (hasBytes && hasText)
            throw Wrong("cannot mix bytes and nonbytes literals", start);
        if (hasBytes)
            return new ConstantExpression(bytes.ToArray()) { At = From(start) };
        List<Expression> all = parts.End();
        return isJoined ? new JoinedExpression(all, isTemplate) { At = From(start) }
            : all is [ConstantExpression one] ? one with { At = From(start) }
            : new ConstantExpression("") { At = From(start) };
    }

    private void ReadFormattedString(StringParts parts)
    {
        Token opening = _tokens[_next++];
        bool isRaw = _source.Text.AsSpan(opening.Start, 2).IndexOfAny('r', 'R') >= 0;
        ReadParts(parts, isRaw, isSpecification: false);
        Expect(TokenKind.FStringEnd, "the end of the f-string");
    }

    private void ReadParts(StringParts parts, bool isRaw, bool isSpecification)
    {
        while (true)
        {
            int start = Current.Start;
            if (At(TokenKind.FStringMiddle))
            {
                string text = StringLiteral.DecodePart(
                    _source, _tokens[_next++], isRaw, isSpecification, out bool hasNamed);
                parts.Add(text, hasNamed, From(start));
            }
            else if (At(TokenKind.LeftBrace))
                ReadReplacement(parts, isRaw);
            else
                return;
        }
    }

    private void ReadReplacement(StringParts parts, bool isRaw)
    {
        Enter();
        Token brace = _tokens[_next++];
        Expression value = At(TokenKind.Yield) ? ReadYield() : ReadStarExpressions();
        int endOfValue = _tokens[_next - 1].End;
        bool isShown = Skip(TokenKind.Assign);
        if (isShown)
            parts.Add(_source.Text[brace.End..Current.Start], false, From(brace.Start));
        char? conversion = null;
        if (Skip(TokenKind.Exclamation))
        {
            string name = ReadName();
            conversion = name is "r" or "s" or "a"
                ? name[0]
                : throw Wrong("f-string: a conversion is r, s or a", Current.Start);
        }
        JoinedExpression? format = null;
        if (Skip(TokenKind.Colon))
        {
            StringParts specification = new();
            int start = Current.Start;
            ReadParts(specification, isRaw, isSpecification: true);
            format = new JoinedExpression(specification.End(), false) { At = From(start) };
        }
        Expect(TokenKind.RightBrace, "'}'");
        if (isShown && conversion is null && format is null)
            conversion = 'r';
        parts.Add(new FormattedExpression(value, conversion, format, _source.Text[brace.End..endOfValue])
        {
            At = From(brace.Start),
        });
        Leave();
    }

    // Literal parts that stand side by side are one.
    private sealed class StringParts
    {
        private readonly List<Expression> _parts = [];
        private readonly StringBuilder _text = new();
        private bool _hasNamed;
        private TextRange _at;

        public void Add(string text, bool hasNamed, TextRange at)
        {
            _at = _text.Length == 0 ? at : new(_at.Start, at.End);
            _text.Append(text);
            _hasNamed |= hasNamed;
        }

        public void Add(FormattedExpression value)
        {
            EndText();
            _parts.Add(value);
        }

        public List<Expression> End()
        {
            EndText();
            return _parts;
        }

        private void EndText()
        {
            if (_text.Length == 0)
                return;
            _parts.Add(new ConstantExpression(_text.ToString()) { At = _at, HasNamedCharacter = _hasNamed });
            _text.Clear();
            _hasNamed = false;
        }
    }
}
