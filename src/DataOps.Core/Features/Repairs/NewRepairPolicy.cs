using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DataOps.Core.Features.Repairs;

/// <summary>Options of <see cref="NewRepairPolicy"/>.</summary>
public sealed partial record NewRepairPolicyOptions
{
    /// <summary>The file to write, .psd1 or .json; it must not exist.</summary>
    [Option(Position = 0, Mandatory = true, Form = OptionForm.File)]
    public string Path { get; init; } = "";
}

/// <summary>A policy that was written.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Path">The file.</param>
/// <param name="Decisions">Decisions that it offers: references, settings of trees, models, foreign keys.</param>
/// <param name="Rows">Rows that they are about.</param>
public sealed record RepairPolicyFile(string Server, string Database, string Path, int Decisions, long Rows);

/// <summary>
/// Writes a policy for Repair-Database with what is undecided on a site, each decision as a comment: nothing is decided
/// before a person takes the comment sign away.
/// </summary>
[Operation("New", "RepairPolicy")]
public sealed class NewRepairPolicy : Operation<NewRepairPolicyOptions, RepairPolicyFile>
{
    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The file is there, or cannot be written.</exception>
    protected override IEnumerable<RepairPolicyFile> Execute(
        Session session, NewRepairPolicyOptions options, OperationContext context)
    {
        string path = FullPath.Of(options.Path);
        if (File.Exists(path))
            throw new DataOpsException(ErrorIds.FileExists, FailureKind.AlreadyExists, $"{path} exists already.",
                "Name another file: what somebody has decided in it is never overwritten.", path);
        IReadOnlyList<PolicyQuestion> questions = PolicyQuestions.Of(session, new(), context);
        IReadOnlyList<string> constraints = PolicyQuestions.Constraints(session, new(), context);
        PolicyText text = PolicyText.For(path);
        Write(path, text.Of($"{session.Database} on {session.Server}", questions, constraints));
        yield return new(session.Server, session.Database, path, questions.Count + constraints.Count,
            questions.Sum(q => q.Count));
    }

    private static void Write(string path, string text)
    {
        try
        {
            using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write);
            file.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataOpsException(
                ErrorIds.WriteFailed, FailureKind.InvalidOperation, $"{path} could not be written: {e.Message}", null,
                path, e);
        }
    }
}

/// <summary>A policy as text, in the syntax of PowerShell's data files or of JSON with comments.</summary>
internal sealed class PolicyText
{
    private readonly StringBuilder _text = new();
    private readonly bool _isJson;

    private PolicyText(bool isJson) => _isJson = isJson;

    private string Comment => _isJson ? "//" : "#";

    /// <summary>The syntax that a file's name asks for.</summary>
    public static PolicyText For(string path) =>
        new(!path.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase));

    /// <summary>The text.</summary>
    public string Of(string site, IReadOnlyList<PolicyQuestion> questions, IReadOnlyList<string> constraints)
    {
        Note(0, $"What Repair-Database is to do about the problems of {site}, found {DateTime.UtcNow:u}.");
        Note(0, "Nothing is decided yet: take the comment sign before a decision away, and choose an action.");
        Note(0, "Repoint also needs the key to refer to, as to, beside action.");
        Note(0, "What needs no decision (columns that follow from other rows, references that may be NULL) is not "
            + "listed.");
        Line(0, _isJson ? "{" : "@{");
        ILookup<string, PolicyQuestion> members = questions.ToLookup(q => q.Choice.Member);
        Member(PolicyChoice.References, isList: true, () =>
        {
            foreach (PolicyQuestion question in members[PolicyChoice.References])
            {
                Say(question);
                Note(2, Map(("reference", question.Choice.Name), ("action", question.Choice.Actions[0]))
                    + Others(question.Choice.Actions.Skip(1).Append(ReferenceRule.Leave)));
            }
        });
        Member(PolicyChoice.Trees, isList: false, () =>
        {
            foreach (PolicyQuestion question in members[PolicyChoice.Trees])
            {
                Say(question);
                Note(2, Pair(question.Choice.Name, question.Choice.Actions[0])
                    + Others(question.Choice.Actions.Skip(1)));
            }
        });
        Member(PolicyChoice.Duplicates, isList: true, () =>
        {
            foreach (PolicyQuestion question in members[PolicyChoice.Duplicates])
            {
                Say(question);
                PolicyChoice choice = question.Choice;
                Note(2, Map(choice.Doubled, ("field", choice.Rows!.Field!), ("keep", choice.Actions[0]))
                    + Others(choice.Actions.Skip(1)));
            }
        });
        foreach (PolicyQuestion question in members[PolicyChoice.ContentTypes])
            Note(1, $"{question.Choice.Name}: {string.Join("; ", question.Problems)}");
        if (members.Contains(PolicyChoice.ContentTypes))
            Note(1, $"{Key(PolicyChoice.ContentTypes)}{(_isJson ? "{" : "@{")} {Key("staleModels")}"
                + List(members[PolicyChoice.ContentTypes].Select(q => q.Choice.Name)) + " }" + (_isJson ? "," : ""));
        Member("constraints", isList: true, () =>
        {
            foreach (string reference in constraints)
            {
                Note(2, "has no foreign key, and all rows have a target:");
                Note(2, Text(reference) + (_isJson ? "," : ""));
            }
        });
        Line(0, "}");
        return _text.ToString();
    }

    private void Member(string name, bool isList, Action items)
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

    private void Say(PolicyQuestion question)
    {
        Note(2, question.Problem);
        if (question.First is { } rows)
            Note(2, rows);
    }

    private string Others(IEnumerable<string> actions) =>
        actions.ToArray() is { Length: > 0 } others ? $" {Comment} or {string.Join(", ", others)}" : "";

    private string Map(params (string Name, string Value)[] members) => _isJson
        ? $"{{ {string.Join(", ", members.Select(m => $"{Key(m.Name)}{Text(m.Value)}"))} }},"
        : $"@{{ {string.Join("; ", members.Select(m => $"{Key(m.Name)}{Text(m.Value)}"))} }}";

    private string Pair(string name, string value) => $"{Key(name)}{Text(value)}{(_isJson ? "," : "")}";

    private string List(IEnumerable<string> values) =>
        $"{(_isJson ? "[" : "@(")}{string.Join(", ", values.Select(Text))}{(_isJson ? "]" : ")")}";

    private string Key(string name) => _isJson ? $"\"{name}\": " : $"{name} = ";

    // PowerShell takes typographic apostrophes for its own.
    private string Text(string value) => _isJson
        ? $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""
        : $"'{string.Concat(value.Select(c => c is '\'' or '‘' or '’' or '‚' or '‛' ? $"{c}{c}" : $"{c}"))}'";

    private void Note(int depth, string text) => Line(depth, $"{Comment} {text}");

    // Names and values come from a database: none may begin a line of its own.
    private void Line(int depth, string text) => _text.Append(' ', depth * 4)
        .Append(VisibleText.Of(text).ReplaceLineEndings(" ")).Append('\n');
}
