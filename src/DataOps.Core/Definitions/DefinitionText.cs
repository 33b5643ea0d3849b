using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DataOps.Core.Definitions;

/// <summary>
/// A definition in the making, with comments for a person, in the syntax of PowerShell's data files or of JSON.
/// </summary>
internal sealed class DefinitionText
{
    private readonly StringBuilder _text = new();
    private readonly bool _isJson;

    private DefinitionText(string path) =>
        (Path, _isJson) = (path, !path.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase));

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What begins a comment.</summary>
    public string Comment => _isJson ? "//" : "#";

    /// <summary>A new file, whose name says the syntax.</summary>
    /// <exception cref="DataOpsException"><c>FileExists</c>.</exception>
    public static DefinitionText For(string path)
    {
        string full = FullPath.Of(path);
        return File.Exists(full)
            ? throw new DataOpsException(ErrorIds.FileExists, FailureKind.AlreadyExists, $"{full} exists already.",
                "Name another file: what somebody has decided in it is never overwritten.", full)
            : new(full);
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="DataOpsException"><c>WriteFailed</c>.</exception>
    public void Save()
    {
        try
        {
            using FileStream file = new(Path, FileMode.CreateNew, FileAccess.Write);
            file.Write(Encoding.UTF8.GetBytes(_text.ToString()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation, $"{Path} could not be written: {e.Message}", null,
                Path, e);
        }
    }

    /// <summary>Begins the definition.</summary>
    public void Begin() => Line(0, _isJson ? "{" : "@{");

    /// <summary>Ends it.</summary>
    public void End() => Line(0, "}");

    /// <summary>A comment.</summary>
    public void Note(int depth, string text) => Line(depth, $"{Comment} {text}");

    /// <summary>A member that is a list or an object, with its items; nothing where these write nothing.</summary>
    public void Member(string name, bool isList, Action items)
    {
        int before = _text.Length;
        Line(1, Key(name) + (isList ? _isJson ? "[" : "@(" : _isJson ? "{" : "@{"));
        int start = _text.Length;
        items();
        if (_text.Length == start)
            _text.Length = before;
        else
            Line(1, (isList ? _isJson ? "]" : ")" : "}") + (_isJson ? "," : ""));
    }

    /// <summary>An object as an item of a list.</summary>
    public string Map(params (string Name, object Value)[] members) => Object(members) + (_isJson ? "," : "");

    /// <summary>A member.</summary>
    public string Pair(string name, object value) => $"{Key(name)}{Value(value)}{(_isJson ? "," : "")}";

    /// <summary>A text as an item of a list.</summary>
    public string Item(string value) => Text(value) + (_isJson ? "," : "");

    /// <summary>A line: names and values come from a database, and none may begin one of its own.</summary>
    public void Line(int depth, string text) => _text.Append(' ', depth * 4)
        .Append(VisibleText.Of(text).ReplaceLineEndings(" ")).Append('\n');

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private string Object(IEnumerable<(string Name, object Value)> members) => _isJson
        ? $"{{ {string.Join(", ", members.Select(m => $"{Key(m.Name)}{Value(m.Value)}"))} }}"
        : $"@{{ {string.Join("; ", members.Select(m => $"{Key(m.Name)}{Value(m.Value)}"))} }}";

    private string Value(object value) => value switch
    {
        true => _isJson ? "true" : "$true",
        int number => $"{number}",
        string[] items => $"{(_isJson ? "[" : "@(")}{string.Join(", ", items.Select(Text))}{(_isJson ? "]" : ")")}",
        IReadOnlyDictionary<string, object> members => Object(members.Select(m => (m.Key, m.Value))),
        _ => Text((string)value),
    };

    private string Key(string name) => _isJson ? $"\"{name}\": " : $"{name} = ";

    // PowerShell takes typographic apostrophes for its own.
    private string Text(string value) => _isJson
        ? $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""
        : $"'{string.Concat(value.Select(c => c is '\'' or '‘' or '’' or '‚' or '‛' ? $"{c}{c}" : $"{c}"))}'";
}
