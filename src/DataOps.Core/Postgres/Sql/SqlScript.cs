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
    // pg_dump writes these around a plain dump, so that psql runs no other command in between.
    private static readonly string[] s_harmless = ["restrict", "unrestrict"];

    private readonly string _path;
    private readonly string _text;
    private int _at;
    private int _line = 1;

    private SqlScript(string path, string text) => (_path, _text) = (path, text);

    /// <summary>The statements.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="DataOpsException"><c>InvalidSqlScript</c>: a command of psql's, rows of a table, or a text that
    /// does not end.</exception>
    public static IReadOnlyList<SqlStatement> Split(string path, string text) =>
        [.. new SqlScript(path, text.ReplaceLineEndings("\n")).Statements()];

    private IEnumerable<SqlStatement> Statements()
    {
        while (Next() is { } statement)
        {
            if (CopyIn().IsMatch(statement.Text))
                throw Invalid(statement.Line, "holds rows", "pg_dump --schema-only writes the schema alone.");
            yield return statement;
        }
    }

    private char Current => _text[_at];

    private bool Is(string part) => string.CompareOrdinal(_text, _at, part, 0, part.Length) == 0;

    private SqlStatement? Next()
    {
        int? start = null;
        int line = 0;
        int parentheses = 0;
        // Bodies of functions in SQL hold statements of their own: BEGIN ATOMIC … END.
        int blocks = 0;
        List<string> words = [];
        while (_at < _text.Length)
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
                string text = start is { } from ? _text[from.._at].Trim() : "";
                _at++;
                if (text.Length > 0)
                    return new(text, line);
                start = null;
                continue;
            }
            if (!char.IsWhiteSpace(Current) && start is null)
                (start, line) = (_at, _line);
            switch (Current)
            {
                case '\n':
                    _line++;
                    _at++;
                    break;
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
                case '$' when Tag().Match(_text, _at) is { Success: true } tag && tag.Index == _at:
                    SkipTo(tag.Value, _at + tag.Length, line);
                    break;
                case var c when char.IsLetter(c) || c == '_':
                    string word = Word();
                    if (_at < _text.Length && Current == '\'' && word.Equals("E", StringComparison.OrdinalIgnoreCase))
                        SkipQuoted(isEscaped: true);
                    blocks = BlocksAfter(word.ToUpperInvariant(), words, blocks, parentheses);
                    break;
                default:
                    _at++;
                    break;
            }
        }
        return start is { } rest && _text[rest..].Trim() is { Length: > 0 } last ? new(last, line) : null;
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
        while (_at < _text.Length && (char.IsLetterOrDigit(Current) || Current is '_' or '$'))
            _at++;
        return _text[start.._at];
    }

    private void SkipQuoted(bool isEscaped)
    {
        (char quote, int line) = (Current, _line);
        for (_at++; _at < _text.Length; _at++)
            if (Current == '\n')
                _line++;
            else if (isEscaped && Current == '\\')
                _at++;
            else if (Current == quote && !(_at + 1 < _text.Length && _text[_at + 1] == quote))
            {
                _at++;
                return;
            }
            else if (Current == quote)
                _at++;
        throw Invalid(line, "has a text that does not end", "The file may have been cut off.");
    }

    private void SkipTo(string end, int from, int line)
    {
        int found = _text.IndexOf(end, from, StringComparison.Ordinal);
        if (found < 0)
            throw Invalid(line, "has a text that does not end", "The file may have been cut off.");
        _line += _text.AsSpan(_at, found - _at).Count('\n');
        _at = found + end.Length;
    }

    private void SkipComment()
    {
        if (Is("--"))
        {
            int end = _text.IndexOf('\n', _at);
            _at = end < 0 ? _text.Length : end;
            return;
        }
        int line = _line;
        int depth = 0;
        do
        {
            int step = Is("/*") || Is("*/") ? 2 : 1;
            depth += Is("/*") ? 1 : Is("*/") ? -1 : 0;
            _line += Current == '\n' ? 1 : 0;
            _at += step;
        }
        while (depth > 0 && _at < _text.Length);
        if (depth > 0)
            throw Invalid(line, "has a comment that does not end", "The file may have been cut off.");
    }

    private void SkipCommand(bool isAlone)
    {
        int end = _text.IndexOf('\n', _at) is >= 0 and var at ? at : _text.Length;
        string command = _text[(_at + 1)..end].Trim();
        if (!isAlone || !s_harmless.Contains(command.Split(' ')[0]))
            throw Invalid(_line, $"has the command \\{command.Split(' ')[0]} of psql, which is not run",
                "pg_dump --schema-only, without --create, writes none.");
        _at = end;
    }

    private DataOpsException Invalid(int line, string what, string advice) => new(
        ErrorIds.InvalidSqlScript, FailureKind.InvalidData, $"{_path}, line {line}: it {what}.", advice, _path);

    [GeneratedRegex(@"\ACOPY\s.*\sFROM\s+STDIN\b", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex CopyIn();

    [GeneratedRegex(@"\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$")]
    private static partial Regex Tag();
}
