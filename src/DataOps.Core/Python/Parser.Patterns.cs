using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Python;

internal sealed partial class Parser
{
    // "match" is a word like others, unless a subject, a colon and a case follow.
    private MatchStatement? ReadMatch()
    {
        (int first, int depth) = (_next, _depth);
        if (!ReadSubject(out Expression? subject))
        {
            (_next, _depth) = (first, depth);
            return null;
        }
        List<MatchCase> cases = [];
        while (AtWord("case"))
        {
            _next++;
            Pattern pattern = ReadPatterns();
            Expression? guard = Skip(TokenKind.If) ? ReadNamedExpression() : null;
            cases.Add(new(pattern, guard, ReadBlock()));
        }
        Expect(TokenKind.Dedent, "'case'");
        return new MatchStatement(subject!, cases) { At = From(_tokens[first].Start) };
    }

    private bool ReadSubject(out Expression? subject)
    {
        _next++;
        subject = null;
        if (!StartsExpression)
            return false;
        try
        {
            int start = Current.Start;
            Expression one = ReadStarNamedExpression();
            subject = At(TokenKind.Comma)
                ? new TupleExpression(ReadElements(one, TokenKind.Colon)) { At = From(start) }
                : one;
            return Skip(TokenKind.Colon) && Skip(TokenKind.Newline) && Skip(TokenKind.Indent) && AtWord("case");
        }
        catch (PythonSyntaxException)
        {
            // It is a statement of another kind, then; what is wrong with that, it says itself.
            return false;
        }
    }

    private Pattern ReadPatterns()
    {
        Pattern first = ReadStarPattern();
        if (!At(TokenKind.Comma))
            return first is StarPattern ? new SequencePattern([first]) : first;
        List<Pattern> patterns = [first];
        while (Skip(TokenKind.Comma) && Kind is not (TokenKind.Colon or TokenKind.If))
            patterns.Add(ReadStarPattern());
        return new SequencePattern(patterns);
    }

    private Pattern ReadStarPattern()
    {
        if (!Skip(TokenKind.Star))
            return ReadPattern();
        string name = ReadName();
        return new StarPattern(name == "_" ? null : name);
    }

    private Pattern ReadPattern()
    {
        Enter();
        List<Pattern> patterns = [ReadClosedPattern()];
        while (Skip(TokenKind.Bar))
            patterns.Add(ReadClosedPattern());
        Pattern pattern = patterns.Count == 1 ? patterns[0] : new OrPattern(patterns);
        if (Skip(TokenKind.As))
            pattern = new AsPattern(pattern, ReadName());
        Leave();
        return pattern;
    }

    private Pattern ReadClosedPattern()
    {
        Token token = Current;
        switch (Kind)
        {
            case TokenKind.None or TokenKind.True or TokenKind.False:
                return new SingletonPattern((ConstantExpression)ReadAtom());
            case TokenKind.Minus or TokenKind.Number or TokenKind.String or TokenKind.FStringStart:
                return new ValuePattern(ReadBinary(Precedence(TokenKind.ShiftLeft)));
            case TokenKind.Name when KindAt(1) is TokenKind.Dot or TokenKind.LeftParen:
                return ReadValueOrClass();
            case TokenKind.Name:
                _next++;
                string name = Name(token);
                return new AsPattern(null, name == "_" ? null : name);
            case TokenKind.LeftParen or TokenKind.LeftBracket:
                return ReadSequencePattern();
            case TokenKind.LeftBrace:
                return ReadMappingPattern();
            default:
                throw Unexpected("a pattern");
        }
    }

    private Expression ReadDotted()
    {
        Token token = Expect(TokenKind.Name, "a name");
        Expression value = new NameExpression(Name(token)) { At = new(token.Start, token.End) };
        while (Skip(TokenKind.Dot))
            value = new AttributeExpression(value, ReadName()) { At = From(token.Start) };
        return value;
    }

    private Pattern ReadValueOrClass()
    {
        Expression value = ReadDotted();
        if (!Skip(TokenKind.LeftParen))
            return new ValuePattern(value);
        List<Pattern> patterns = [];
        List<(string, Pattern)> named = [];
        while (!At(TokenKind.RightParen))
        {
            if (At(TokenKind.Name) && KindAt(1) == TokenKind.Assign)
            {
                string name = ReadName();
                _next++;
                named.Add((name, ReadPattern()));
            }
            else if (named.Count > 0)
                throw Unexpected("a name");
            else
                patterns.Add(ReadPattern());
            if (!Skip(TokenKind.Comma))
                break;
        }
        Expect(TokenKind.RightParen, "')'");
        return new ClassPattern(value, patterns, named);
    }

    private Pattern ReadSequencePattern()
    {
        bool isGroup = _tokens[_next++].Kind == TokenKind.LeftParen;
        TokenKind end = isGroup ? TokenKind.RightParen : TokenKind.RightBracket;
        List<Pattern> patterns = [];
        bool hasComma = false;
        while (!At(end))
        {
            patterns.Add(ReadStarPattern());
            if (!Skip(TokenKind.Comma))
                break;
            hasComma = true;
        }
        Expect(end, isGroup ? "')'" : "']'");
        return isGroup && !hasComma && patterns is [not StarPattern] ? patterns[0] : new SequencePattern(patterns);
    }

    private MappingPattern ReadMappingPattern()
    {
        _next++;
        List<Expression> keys = [];
        List<Pattern> patterns = [];
        string? rest = null;
        while (!At(TokenKind.RightBrace))
        {
            if (Skip(TokenKind.DoubleStar))
                rest = ReadName();
            else
            {
                keys.Add(At(TokenKind.Name) ? ReadDotted() : ReadBinary(Precedence(TokenKind.ShiftLeft)));
                Expect(TokenKind.Colon, "':'");
                patterns.Add(ReadPattern());
            }
            if (!Skip(TokenKind.Comma))
                break;
        }
        Expect(TokenKind.RightBrace, "'}'");
        return new MappingPattern(keys, patterns, rest);
    }
}
