namespace DataOps.Core.Python;

/// <summary>What a token is.</summary>
internal enum TokenKind : byte
{
    EndOfFile, Newline, Indent, Dedent,
    Name, Number, String, FStringStart, FStringMiddle, FStringEnd,

    // Brackets and marks.
    LeftParen, RightParen, LeftBracket, RightBracket, LeftBrace, RightBrace,
    Comma, Colon, Semicolon, Dot, Ellipsis, Arrow, ColonEqual, Exclamation, At,

    // Operators.
    Plus, Minus, Star, DoubleStar, Slash, DoubleSlash, Percent, Bar, Caret, Ampersand, ShiftLeft, ShiftRight, Tilde,
    Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual,

    // Assignments.
    Assign, AugmentedAssign,

    // Keywords.
    And, As, Assert, Async, Await, Break, Class, Continue, Def, Del, Elif, Else, Except, False, Finally, For, From,
    Global, If, Import, In, Is, Lambda, None, Nonlocal, Not, Or, Pass, Raise, Return, True, Try, While, With, Yield,
}

/// <summary>A token and its place in the text.</summary>
internal readonly record struct Token(TokenKind Kind, int Start, int End);
