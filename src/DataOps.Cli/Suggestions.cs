using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Invocation;
using DataOps.Core.Features.Completion;
using DataOps.Core.Features.Datasets.Definitions;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Cli;

/// <summary>
/// Answers the scripts of <c>dataops completion</c>: <c>dataops [suggest:27] "dataops find-orphan --class "</c> writes
/// what may stand at a place in a line, one a line; nothing where the shell's own completion of files is better.
/// </summary>
internal sealed class Suggestions(RootCommand root, IReadOnlyList<string> arguments) : SynchronousCommandLineAction
{
    private const string Directive = "[suggest";

    /// <summary>Has the directive answer.</summary>
    public static void Install(RootCommand root, IReadOnlyList<string> arguments) =>
        root.Directives.OfType<SuggestDirective>().Single().Action = new Suggestions(root, arguments);

    /// <summary>The command that the arguments name, or that a line names which is to be completed.</summary>
    public static string Command(IReadOnlyList<string> arguments) =>
        !arguments[0].StartsWith(Directive, StringComparison.Ordinal) ? arguments[0]
        : arguments.Count > 1 && WithoutProgram(arguments[1]).Split(' ', 2) is [var command, _] ? command : "";

    /// <summary>Completes the values of an option.</summary>
    /// <param name="option">The option.</param>
    /// <param name="definition">The definition of datasets that the line so far names; null for none.</param>
    /// <param name="connection">Where the line so far says to connect to; null where nothing is connected to.</param>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> ValuesOf(
        OptionDescription option, Func<ParseResult, string?> definition,
        Func<ParseResult, ConnectionSettings>? connection) => context =>
    {
        // Of values between commas the last one is completed.
        string word = context.WordToComplete;
        string before = option.IsList ? word[..(word.LastIndexOf(',') + 1)] : "";
        try
        {
            IEnumerable<string> names = option.Completes switch
            {
                _ when option.Type.IsEnum => Enum.GetNames(option.Type),
                OptionNames.UndoFile => CompletionNames.UndoFiles(connection?.Invoke(context.ParseResult)),
                OptionNames.DatasetName => definition(context.ParseResult) is { Length: > 0 } named
                    ? GetDatasetDefinition.NamesIn(named)
                    : [],
                { } kind when CompletionNames.AreInDatabase(kind) =>
                    CompletionNames.Read(kind, connection!(context.ParseResult)),
                _ => [],
            };
            return names.Select(n => new CompletionItem(before + n));
        }
        // Running the command says what is wrong with it.
        catch (DataOpsException)
        {
            return [];
        }
    };

    // The line to complete is none of our own.
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        string line = arguments.Count > 1 ? arguments[1] : "";
        if (int.TryParse(arguments[0][Directive.Length..].Trim(':', ']'), out int cursor) && cursor < line.Length)
            line = line[..cursor];
        line = WithoutProgram(line);
        int start = line.LastIndexOf(' ') + 1;
        // What stands behind --class= is completed as behind --class and a space.
        string option = line[start..] is ['-', '-', ..] joined && joined.IndexOf('=') is > 0 and var equals
            ? joined[..(equals + 1)]
            : "";
        string word = line[(start + option.Length)..];
        line = option.Length == 0 ? line : $"{line[..start]}{option[..^1]} {word}";
        ParseResult typed = root.Parse(line, Program.Parsing);
        Command command = typed.CommandResult.Command;
        // The parser goes on completing the option before, which could have one more value.
        IEnumerable<CompletionItem> found =
            option.Length > 0 || command == root || IsValue(command, line[..start]) ? typed.GetCompletions(line.Length)
            : word.StartsWith('-') ? root.Parse($"{command.Name} {word}", Program.Parsing).GetCompletions()
            : command.Arguments is [{ } argument] ? argument.GetCompletions(typed.GetCompletionContext())
            : typed.GetCompletions(line.Length);
        string[] all = [.. found.Select(c => c.InsertText ?? c.Label)
            .Where(s => s.StartsWith(word, StringComparison.OrdinalIgnoreCase)).Distinct()];
        string[] values = [.. all.Where(s => !s.StartsWith('-'))];
        // Options are many: they are listed where nothing else can stand, or where one is begun.
        bool onlyOptions = command is { Arguments.Count: 0 };
        foreach (string suggestion in word.StartsWith('-') || (values.Length == 0 && onlyOptions) ? all : values)
            parseResult.InvocationConfiguration.Output.WriteLine(option + suggestion);
        return 0;
    }

    // Whether what comes is the value of the option before.
    private static bool IsValue(Command command, string before)
    {
        string last = before.Split(' ', StringSplitOptions.RemoveEmptyEntries).LastOrDefault("");
        return command.Options.Any(o => o is not (Option<bool> or Option<bool?>)
            && (o.Name == last || o.Aliases.Contains(last)));
    }

    private static string WithoutProgram(string line) => line.TrimStart().Split(' ', 2) is [_, var rest]
        ? rest.TrimStart()
        : "";
}
