using System.Text;
using System.Text.RegularExpressions;

namespace DataOps.Core.Postgres.Sql;

/// <summary>A statement of a script.</summary>
/// <param name="Text">Its text, without the semicolon.</param>
/// <param name="Line">The line on which it begins, from 1.</param>
internal sealed record SqlStatement(string Text, int Line);

/// <summary>
/// Splits the text of a script, as pg_dump and sqlmigrate write it, into statements as psql does; commands of psql's
/// are refused, never run.
/// </summary>
internal sealed partial class SqlScript
{
    private const int Largest = 1 << 28;

    // pg_dump writes these around a plain dump, so that psql runs no other command in between.
    private static readonly string[] s_harmless = ["restrict", "unrestrict"];

    private readonly string _path;
    private readonly ScriptLines _lines;
    // What was read and not taken: the statement at hand, up to the end of a line.
    private char[] _text = new char[1 << 12];
    private int _at;
    private int _end;

    /// <summary>Begins to read a script.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="lines">Its lines.</param>
    public SqlScript(string path, ScriptLines lines) => (_path, _lines) = (path, lines);

    /// <summary>Hears each comment to the end of a line.</summary>
    public Action<string>? OnComment { get; init; }

    /// <summary>The statements.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="DataOpsException"><c>InvalidSqlScript</c>: a command of psql's, rows of a table, or a text that
    /// does not end.</exception>
    public static IReadOnlyList<SqlStatement> Split(string path, string text)
    {
        using ScriptLines lines = new(new MemoryStream(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"))));
        SqlScript script = new(path, lines);
        List<SqlStatement> statements = [];
        while (script.Next() is { } statement)
            statements.Add(HasRows(statement)
                ? throw script.Invalid(
                    statement.Line, "holds rows", "pg_dump --schema-only writes the schema alone.")
                : statement);
        return statements;
    }

    /// <summary>Whether rows follow a statement, up to a line of their own that ends them.</summary>
    public static bool HasRows(SqlStatement statement) => CopyIn().IsMatch(statement.Text);

    /// <summary>The next statement; null when there is none.</summary>
    /// <exception cref="DataOpsException"><c>InvalidSqlScript</c>.</exception>
    public SqlStatement? Next()
    {
        try
        {
            return Read() is not { } statement ? null
                : statement.Text.Contains('\0')
                    ? throw Invalid(statement.Line, "has a NUL character", "The file may have been damaged.")
                : statement;
        }
        catch (InvalidDataException e)
        {
            throw Invalid(_lines.Count, $"cannot be read: {e.Message}", "The file may have been cut off.");
        }
    }

    private int Line => Math.Max(1, _lines.Count);

    private char Current => _text[_at];

    private bool Is(string part) => _text.AsSpan(_at, _end - _at).StartsWith(part);

    // Whether there is a character at the place of reading.
    private bool IsMore() => _at < _end || More();

    private bool More()
    {
        if (_lines.Next() is not { } line)
            return false;
        if (_end > Largest)
            throw Invalid(Line, "has a statement that is longer than any", "The file may have been damaged.");
        if (_text.Length - _end < line.Length)
            Array.Resize(ref _text, Math.Max(2 * _text.Length, _end + line.Length));
        line.CopyTo(_text.AsSpan(_end));
        _end += line.Length;
        return true;
    }

    private string Text(int from, int to) => new(_text, from, to - from);

    private SqlStatement? Read()
    {
        _text.AsSpan(_at, _end - _at).CopyTo(_text);
        (_at, _end) = (0, _end - _at);
        int? start = null;
        int line = 0;
        int parentheses = 0;
        // Bodies of functions in SQL hold statements of their own: BEGIN ATOMIC … END.
        int blocks = 0;
        List<string> words = [];
        while (IsMore())
        {
            if (Is("--") || Is("/*"))
            {
                SkipComment();
                continue;
            }
            if (Current == '\\')
            {
                SkipCommand(start is null);
                continue;
            }
            if (Current == ';' && parentheses == 0 && blocks == 0)
            {
                string text = start is { } from ? Text(from, _at).Trim() : "";
                _at++;
                if (text.Length > 0)
                    return new(text, line);
                start = null;
                continue;
            }
            if (!char.IsWhiteSpace(Current) && start is null)
                (start, line) = (_at, Line);
            switch (Current)
            {
                case '(':
                    parentheses++;
                    _at++;
                    break;
                case ')':
                    parentheses = Math.Max(0, parentheses - 1);
                    _at++;
                    break;
                case '\'' or '"':
                    SkipQuoted(isEscaped: false);
                    break;
                case '$' when TagHere() is { } tag:
                    SkipTo(tag, line);
                    break;
                case var c when char.IsLetter(c) || c == '_':
                    string word = Word();
                    if (_at < _end && Current == '\'' && word.Equals("E", StringComparison.OrdinalIgnoreCase))
                        SkipQuoted(isEscaped: true);
                    blocks = BlocksAfter(word.ToUpperInvariant(), words, blocks, parentheses);
                    break;
                default:
                    _at++;
                    break;
            }
        }
        return start is { } rest && Text(rest, _end).Trim() is { Length: > 0 } last ? new(last, line) : null;
    }

    // As psql counts them: only in the definition of a function or a procedure.
    private static int BlocksAfter(string word, List<string> words, int blocks, int parentheses)
    {
        const int Most = 4;
        if (words.Count < Most)
            words.Add(word);
        bool isRoutine = words is ["CREATE", "FUNCTION" or "PROCEDURE", ..]
            or ["CREATE", "OR", "REPLACE", "FUNCTION" or "PROCEDURE"];
        return !isRoutine || parentheses > 0 ? blocks : word switch
        {
            "BEGIN" => blocks + 1,
            "CASE" when blocks > 0 => blocks + 1,
            "END" when blocks > 0 => blocks - 1,
            _ => blocks,
        };
    }

    private string Word()
    {
        int start = _at;
        while (_at < _end && (char.IsLetterOrDigit(Current) || Current is '_' or '$'))
            _at++;
        return Text(start, _at);
    }

    private string? TagHere()
    {
        foreach (ValueMatch tag in Tag().EnumerateMatches(_text.AsSpan(_at, _end - _at)))
            return Text(_at, _at + tag.Length);
        return null;
    }

    private void SkipQuoted(bool isEscaped)
    {
        (char quote, int line) = (Current, Line);
        for (_at++; IsMore(); _at++)
            if (isEscaped && Current == '\\')
                _at++;
            else if (Current == quote && !(_at + 1 < _end && _text[_at + 1] == quote))
            {
                _at++;
                return;
            }
            else if (Current == quote)
                _at++;
        throw Invalid(line, "has a text that does not end", "The file may have been cut off.");
    }

    private void SkipTo(string end, int line)
    {
        _at += end.Length;
        int found;
        while ((found = _text.AsSpan(_at, _end - _at).IndexOf(end)) < 0)
        {
            // A tag has no newline: none is cut by the end of a line.
            _at = _end;
            if (!More())
                throw Invalid(line, "has a text that does not end", "The file may have been cut off.");
        }
        _at += found + end.Length;
    }

    private void SkipComment()
    {
        if (Is("--"))
        {
            OnComment?.Invoke(Text(_at, _end).Trim());
            _at = _end;
            return;
        }
        int line = Line;
        int depth = 0;
        do
        {
            depth += Is("/*") ? 1 : Is("*/") ? -1 : 0;
            _at += Is("/*") || Is("*/") ? 2 : 1;
        }
        while (depth > 0 && IsMore());
        if (depth > 0)
            throw Invalid(line, "has a comment that does not end", "The file may have been cut off.");
    }

    private void SkipCommand(bool isAlone)
    {
        string command = Text(_at + 1, _end).Trim().Split(' ')[0];
        if (!isAlone || !s_harmless.Contains(command))
            throw Invalid(Line, $"has the command \\{command} of psql, which is not run",
                "pg_dump --schema-only, without --create, writes none.");
        _at = _end;
    }

    private DataOpsException Invalid(int line, string what, string advice) => new(
        ErrorIds.InvalidSqlScript, FailureKind.InvalidData, $"{_path}, line {line}: it {what}.", advice, _path);

    [GeneratedRegex(@"\ACOPY\s.*\sFROM\s+STDIN\b", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex CopyIn();

    [GeneratedRegex(@"\A\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$")]
    private static partial Regex Tag();
}
