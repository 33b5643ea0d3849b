using System.Globalization;
using System.Text;

namespace DataOps.Core.Python;

/// <summary>Cuts a Python text into tokens, as CPython 3.14's tokenizer does.</summary>
/// <remarks>
/// An f-string is a start, its literal parts, the tokens of its expressions between braces, and an end (PEP 701), so
/// that nothing is read twice.
/// </remarks>
internal sealed class Lexer
{
    // CPython's own limits.
    private const int MaxIndents = 100;
    private const int MaxBrackets = 200;
    private const int TabStop = 8;

    private readonly PythonSource _source;
    private readonly string _text;
    private readonly List<Token> _tokens;
    private readonly Stack<(int Column, int TabsAsOne)> _indents = new([(0, 0)]);
    private readonly Stack<(char Open, int At)> _brackets = new();
    private int _at;

    private Lexer(PythonSource source)
    {
        (_source, _text) = (source, source.Text);
        _tokens = new List<Token>((_text.Length / 5) + 8);
    }

    /// <summary>The tokens of a text; the last one is the end of the file.</summary>
    /// <exception cref="PythonSyntaxException">It is no Python.</exception>
    public static List<Token> Read(PythonSource source)
    {
        Lexer lexer = new(source);
        lexer.ReadAll();
        return lexer._tokens;
    }

    private char Now => Peek(0);

    private char Peek(int ahead) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private PythonSyntaxException Wrong(string problem, int? at = null) => new(problem, _source.LineOf(at ?? _at));

    private void Add(TokenKind kind, int start) => _tokens.Add(new Token(kind, start, _at));

    private void ReadAll()
    {
        bool atStart = true;
        while (_at < _text.Length)
        {
            if (atStart && _brackets.Count == 0)
            {
                ReadIndentation();
                atStart = false;
                continue;
            }
            if (SkipBlank())
                continue;
            if (Now == '\n')
            {
                int start = _at++;
                if (_brackets.Count == 0)
                {
                    if (EndsStatement)
                        _tokens.Add(new Token(TokenKind.Newline, start, start));
                    atStart = true;
                }
                continue;
            }
            ReadToken();
        }
        if (_brackets.TryPeek(out var open))
            throw Wrong($"'{open.Open}' is never closed", open.At);
        if (EndsStatement)
            Add(TokenKind.Newline, _at);
        while (_indents.Count > 1)
        {
            _indents.Pop();
            Add(TokenKind.Dedent, _at);
        }
        Add(TokenKind.EndOfFile, _at);
    }

    private bool EndsStatement =>
        _tokens.Count > 0 && _tokens[^1].Kind is not (TokenKind.Newline or TokenKind.Indent or TokenKind.Dedent);

    // Blanks, a comment, or a line that goes on.
    private bool SkipBlank()
    {
        int start = _at;
        while (Now is ' ' or '\t' or '\f')
            _at++;
        if (Now == '#')
        {
            int end = _text.IndexOf('\n', _at);
            _at = end < 0 ? _text.Length : end;
        }
        else if (Now == '\\' && Peek(1) == '\n')
        {
            _at += 2;
            if (_at >= _text.Length)
                throw Wrong("the file ends within a line that goes on", start);
        }
        return _at > start;
    }

    // A line without a statement has no indentation.
    private void ReadIndentation()
    {
        while (true)
        {
            (int column, int tabsAsOne) = ReadColumn();
            if (_at >= _text.Length)
                return;
            if (Now is not ('#' or '\n'))
            {
                Indent(column, tabsAsOne);
                return;
            }
            SkipBlank();
            if (Now == '\n')
                _at++;
        }
    }

    private (int Column, int TabsAsOne) ReadColumn()
    {
        (int column, int tabsAsOne) = (0, 0);
        int? continued = null;
        for (; ; _at++)
        {
            if (Now == ' ')
                (column, tabsAsOne) = (column + 1, tabsAsOne + 1);
            else if (Now == '\t')
                (column, tabsAsOne) = (((column / TabStop) + 1) * TabStop, tabsAsOne + 1);
            else if (Now == '\f')
                (column, tabsAsOne) = (0, 0);
            else if (Now == '\\' && Peek(1) == '\n')
            {
                continued ??= column;
                _at++;
            }
            else
                break;
        }
        return continued is { } first ? (first, first) : (column, tabsAsOne);
    }

    private void Indent(int column, int tabsAsOne)
    {
        (int current, int currentTabs) = _indents.Peek();
        if (column == current)
        {
            if (tabsAsOne != currentTabs)
                throw Wrong("tabs and spaces are mixed in indentation");
            return;
        }
        if (column > current)
        {
            if (tabsAsOne <= currentTabs)
                throw Wrong("tabs and spaces are mixed in indentation");
            if (_indents.Count >= MaxIndents)
                throw Wrong($"more than {MaxIndents} levels of indentation");
            _indents.Push((column, tabsAsOne));
            Add(TokenKind.Indent, _at);
            return;
        }
        while (column < _indents.Peek().Column)
        {
            _indents.Pop();
            Add(TokenKind.Dedent, _at);
        }
        if (_indents.Peek() != (column, tabsAsOne))
            throw Wrong("unindent does not match any outer indentation level");
    }

    private void ReadToken()
    {
        char c = Now;
        if (IsNameStart(c))
            ReadNameOrString();
        else if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))))
            ReadNumber();
        else if (c is '"' or '\'')
            ReadString(_at, _at);
        else
            ReadOperator();
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || c >= '\u0080';

    private void ReadNameOrString()
    {
        int start = _at;
        while (char.IsAsciiLetterOrDigit(Now) || Now == '_')
            _at++;
        if (Now >= '\u0080')
            ReadUnicodeName(start);
        else if (Now is '"' or '\'' && IsPrefix(_text.AsSpan(start, _at - start)))
        {
            ReadString(start, _at);
            return;
        }
        Add(Keyword(_text.AsSpan(start, _at - start)), start);
    }

    private void ReadUnicodeName(int start)
    {
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(Now) || Now == '_' || Now >= '\u0080'))
        {
            if (!Rune.TryGetRuneAt(_text, _at, out Rune rune) || !IsOfName(rune, _at == start))
                throw Wrong($"invalid character {VisibleText.Of(rune.ToString())}");
            _at += rune.Utf16SequenceLength;
        }
    }

    // XID_Start and XID_Continue, but for the few characters that these add by name.
    private static bool IsOfName(Rune rune, bool isFirst) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber => true,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber
            or UnicodeCategory.ConnectorPunctuation => !isFirst || rune.Value == '_',
        // Other_ID_Start and Other_ID_Continue.
        _ => rune.Value is 0x2118 or 0x212E or 0x309B or 0x309C
            || (!isFirst && rune.Value is 0x00B7 or 0x0387 or (>= 0x1369 and <= 0x1371) or 0x19DA),
    };

    private static bool IsPrefix(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 2)
            return false;
        (char a, char b) = (char.ToLowerInvariant(text[0]), text.Length > 1 ? char.ToLowerInvariant(text[1]) : '\0');
        return (a, b) is ('r' or 'b' or 'u' or 'f' or 't', '\0') or ('r', 'b' or 'f' or 't')
            or ('b' or 'f' or 't', 'r');
    }

    private void ReadString(int start, int quoteAt)
    {
        ReadOnlySpan<char> prefix = _text.AsSpan(start, quoteAt - start);
        bool isFormatted = prefix.IndexOfAny("fFtT") >= 0;
        bool isRaw = prefix.IndexOfAny('r', 'R') >= 0;
        char quote = _text[quoteAt];
        bool isTriple = Is(quoteAt + 1, quote) && Is(quoteAt + 2, quote);
        _at = quoteAt + (isTriple ? 3 : 1);
        if (isFormatted)
        {
            Add(TokenKind.FStringStart, start);
            ReadFormatted(start, quote, isTriple, isRaw, isSpecification: false);
            return;
        }
        while (!EndsString(quote, isTriple))
        {
            if (_at >= _text.Length || (Now == '\n' && !isTriple))
                throw Wrong("unterminated string", start);
            _at += Now == '\\' && _at + 1 < _text.Length ? 2 : 1;
        }
        _at += isTriple ? 3 : 1;
        Add(TokenKind.String, start);
    }

    private bool Is(int at, char c) => at < _text.Length && _text[at] == c;

    private bool EndsString(char quote, bool isTriple) =>
        Now == quote && _at < _text.Length && (!isTriple || (Peek(1) == quote && Peek(2) == quote));

    // The literal parts and expressions of an f-string up to its end, or those of a format up to its brace.
    private void ReadFormatted(int start, char quote, bool isTriple, bool isRaw, bool isSpecification)
    {
        int part = _at;
        void EndPart()
        {
            if (_at > part)
                Add(TokenKind.FStringMiddle, part);
        }
        while (true)
        {
            if (_at >= _text.Length || (Now == '\n' && !isTriple))
                throw Wrong("unterminated f-string", start);
            if (EndsString(quote, isTriple))
            {
                if (isSpecification)
                    throw Wrong("f-string: expecting '}'");
                EndPart();
                int end = _at;
                _at += isTriple ? 3 : 1;
                Add(TokenKind.FStringEnd, end);
                return;
            }
            if (Now == '\\')
                SkipEscape(isRaw);
            else if (Now is '{' && (isSpecification || Peek(1) != '{'))
            {
                EndPart();
                ReadReplacement(start, quote, isTriple, isRaw);
                part = _at;
            }
            else if (Now is '}' && isSpecification)
            {
                EndPart();
                return;
            }
            else if (Now is '}' && Peek(1) != '}')
                throw Wrong("f-string: single '}' is not allowed");
            else
                _at += Now is '{' or '}' ? 2 : 1;
        }
    }

    private void SkipEscape(bool isRaw)
    {
        _at++;
        if (Now is '{' or '}')
            return;
        if (!isRaw && Now == 'N' && Peek(1) == '{')
        {
            int end = _text.IndexOf('}', _at);
            _at = end < 0 ? _text.Length : end + 1;
        }
        else
            _at++;
    }

    private void ReadReplacement(int start, char quote, bool isTriple, bool isRaw)
    {
        Open('{', TokenKind.LeftBrace);
        int depth = _brackets.Count;
        while (true)
        {
            if (_at >= _text.Length)
                throw Wrong("f-string: expecting '}'", start);
            if (SkipBlank())
                continue;
            bool isOuter = _brackets.Count == depth;
            if (Now == '\n')
                _at++;
            else if (isOuter && Now == '}')
            {
                Close('{', TokenKind.RightBrace);
                return;
            }
            else if (isOuter && Now == '!' && Peek(1) != '=')
            {
                _at++;
                Add(TokenKind.Exclamation, _at - 1);
            }
            else if (isOuter && Now == ':')
            {
                _at++;
                Add(TokenKind.Colon, _at - 1);
                ReadFormatted(start, quote, isTriple, isRaw, isSpecification: true);
            }
            else
                ReadToken();
        }
    }

    private void ReadNumber()
    {
        int start = _at;
        if (Now == '0' && char.ToLowerInvariant(Peek(1)) is 'x' or 'o' or 'b')
        {
            Func<char, bool> isDigit = char.ToLowerInvariant(Peek(1)) switch
            {
                'x' => char.IsAsciiHexDigit,
                'o' => c => c is >= '0' and <= '7',
                _ => c => c is '0' or '1',
            };
            _at += 2;
            if (Now == '_')
                _at++;
            ReadDigits(isDigit);
        }
        else
        {
            if (Now != '.')
                ReadDigits(char.IsAsciiDigit);
            if (Now == '.')
            {
                _at++;
                if (char.IsAsciiDigit(Now))
                    ReadDigits(char.IsAsciiDigit);
            }
            if (Now is 'e' or 'E' && (char.IsAsciiDigit(Peek(1))
                || (Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2)))))
            {
                _at += 2;
                ReadDigits(char.IsAsciiDigit, mayBeEmpty: true);
            }
            if (Now is 'j' or 'J')
                _at++;
        }
        // "1if x" is two tokens to CPython; "1x" is none.
        if (IsNameStart(Now) && !IsKeywordHere())
            throw Wrong("invalid number", start);
        Add(TokenKind.Number, start);
    }

    private bool IsKeywordHere()
    {
        int end = _at;
        while (end < _text.Length && char.IsAsciiLetter(_text[end]))
            end++;
        return Keyword(_text.AsSpan(_at, end - _at)) is TokenKind.And or TokenKind.Else or TokenKind.For
            or TokenKind.If or TokenKind.In or TokenKind.Is or TokenKind.Or or TokenKind.Not;
    }

    private void ReadDigits(Func<char, bool> isDigit, bool mayBeEmpty = false)
    {
        if (!isDigit(Now) && !mayBeEmpty)
            throw Wrong("invalid number");
        while (isDigit(Now) || (Now == '_' && isDigit(Peek(1))))
            _at++;
    }

    private void Open(char bracket, TokenKind kind)
    {
        if (_brackets.Count >= MaxBrackets)
            throw Wrong($"more than {MaxBrackets} nested brackets");
        _brackets.Push((bracket, _at));
        _at++;
        Add(kind, _at - 1);
    }

    private void Close(char open, TokenKind kind)
    {
        if (!_brackets.TryPop(out var bracket) || bracket.Open != open)
            throw Wrong($"unmatched '{Now}'");
        _at++;
        Add(kind, _at - 1);
    }

    private void ReadOperator()
    {
        switch (Now)
        {
            case '(': Open('(', TokenKind.LeftParen); return;
            case ')': Close('(', TokenKind.RightParen); return;
            case '[': Open('[', TokenKind.LeftBracket); return;
            case ']': Close('[', TokenKind.RightBracket); return;
            case '{': Open('{', TokenKind.LeftBrace); return;
            case '}': Close('{', TokenKind.RightBrace); return;
        }
        int start = _at;
        (TokenKind kind, int length) = (Now, Peek(1), Peek(2)) switch
        {
            ('.', '.', '.') => (TokenKind.Ellipsis, 3),
            ('.', _, _) => (TokenKind.Dot, 1),
            ('*', '*', '=') or ('/', '/', '=') or ('<', '<', '=') or ('>', '>', '=') => (TokenKind.AugmentedAssign, 3),
            ('+' or '-' or '*' or '/' or '%' or '&' or '|' or '^' or '@', '=', _) => (TokenKind.AugmentedAssign, 2),
            ('*', '*', _) => (TokenKind.DoubleStar, 2),
            ('/', '/', _) => (TokenKind.DoubleSlash, 2),
            ('<', '<', _) => (TokenKind.ShiftLeft, 2),
            ('>', '>', _) => (TokenKind.ShiftRight, 2),
            ('-', '>', _) => (TokenKind.Arrow, 2),
            (':', '=', _) => (TokenKind.ColonEqual, 2),
            ('=', '=', _) => (TokenKind.Equal, 2),
            ('!', '=', _) => (TokenKind.NotEqual, 2),
            ('<', '=', _) => (TokenKind.LessEqual, 2),
            ('>', '=', _) => (TokenKind.GreaterEqual, 2),
            (',', _, _) => (TokenKind.Comma, 1),
            (':', _, _) => (TokenKind.Colon, 1),
            (';', _, _) => (TokenKind.Semicolon, 1),
            ('@', _, _) => (TokenKind.At, 1),
            ('+', _, _) => (TokenKind.Plus, 1),
            ('-', _, _) => (TokenKind.Minus, 1),
            ('*', _, _) => (TokenKind.Star, 1),
            ('/', _, _) => (TokenKind.Slash, 1),
            ('%', _, _) => (TokenKind.Percent, 1),
            ('|', _, _) => (TokenKind.Bar, 1),
            ('^', _, _) => (TokenKind.Caret, 1),
            ('&', _, _) => (TokenKind.Ampersand, 1),
            ('~', _, _) => (TokenKind.Tilde, 1),
            ('<', _, _) => (TokenKind.Less, 1),
            ('>', _, _) => (TokenKind.Greater, 1),
            ('=', _, _) => (TokenKind.Assign, 1),
            _ => throw Wrong($"invalid character {VisibleText.Of(Now.ToString())}"),
        };
        _at += length;
        Add(kind, start);
    }

    private static TokenKind Keyword(ReadOnlySpan<char> name) => name switch
    {
        "and" => TokenKind.And,
        "as" => TokenKind.As,
        "assert" => TokenKind.Assert,
        "async" => TokenKind.Async,
        "await" => TokenKind.Await,
        "break" => TokenKind.Break,
        "class" => TokenKind.Class,
        "continue" => TokenKind.Continue,
        "def" => TokenKind.Def,
        "del" => TokenKind.Del,
        "elif" => TokenKind.Elif,
        "else" => TokenKind.Else,
        "except" => TokenKind.Except,
        "False" => TokenKind.False,
        "finally" => TokenKind.Finally,
        "for" => TokenKind.For,
        "from" => TokenKind.From,
        "global" => TokenKind.Global,
        "if" => TokenKind.If,
        "import" => TokenKind.Import,
        "in" => TokenKind.In,
        "is" => TokenKind.Is,
        "lambda" => TokenKind.Lambda,
        "None" => TokenKind.None,
        "nonlocal" => TokenKind.Nonlocal,
        "not" => TokenKind.Not,
        "or" => TokenKind.Or,
        "pass" => TokenKind.Pass,
        "raise" => TokenKind.Raise,
        "return" => TokenKind.Return,
        "True" => TokenKind.True,
        "try" => TokenKind.Try,
        "while" => TokenKind.While,
        "with" => TokenKind.With,
        "yield" => TokenKind.Yield,
        _ => TokenKind.Name,
    };
}
