using System.CommandLine;
using System.CommandLine.Help;
using DataOps.Core.Operations;

namespace DataOps.Cli;

/// <summary>The commands and options of the command line, made from the descriptions of the operations.</summary>
internal static class CommandTree
{
    /// <summary>All commands; or the one alone that is run, as making all takes longer than a short run.</summary>
    public static RootCommand Build(IReadOnlyList<string> args, Interruption interruption)
    {
        RootCommand root = new(
            "Audits, repairs, dumps and loads the PostgreSQL databases of Django and Wagtail sites. The database is "
                + "that of --database, of $DATABASE_URL, or of libpq's PG* variables, in this order.");
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        // A path of a page begins with a slash.
        foreach (string slash in help.Aliases.Where(a => a.StartsWith('/')).ToArray())
            help.Aliases.Remove(slash);
        (OperationDescription Operation, CommandNames Names)[] operations =
            [.. OperationDescription.All.Select(o => (o, new CommandNames(o)))];
        bool asksForHelp = args.Any(a => a == help.Name || help.Aliases.Contains(a));
        string named = Suggestions.Command(args);
        var run = asksForHelp ? [] : operations.Where(o => o.Names.Command == named).ToArray();
        foreach ((OperationDescription operation, CommandNames names) in run.Length > 0 ? run : operations)
            root.Add(OperationCommand(operation, names, interruption));
        root.Add(Scripts.Command());
        root.Add(ManPage.Command(root));
        HelpText.Install(help);
        Suggestions.Install(root, args);
        return root;
    }

    private static Command OperationCommand(
        OperationDescription operation, CommandNames names, Interruption interruption)
    {
        Command command = new(names.Command, names.Localize(operation.Text));
        IOptions nothingGiven = operation.Create();
        OperationOption[] options =
            [.. operation.Options.Select(o => new OperationOption(o, names, o.Get(nothingGiven)))];
        Positional positional = new(operation, options);
        if (positional.Argument is { } argument)
            command.Add(argument);
        foreach (OperationOption option in options)
            command.Add(option.Option);
        RunOptions run = new(operation, positional);
        run.AddTo(command);
        OperationRun Run() => new(operation, names, options, positional, run, interruption);
        string? Definition(ParseResult parsed) => operation.Options.FirstOrDefault(
            o => o.Form == OptionForm.Definition)?.Get(Run().Values(parsed)) as string;
        foreach (OperationOption option in options)
            option.Option.CompletionSources.Add(Suggestions.ValuesOf(
                option.Described, Definition, operation.TakesDatabase ? run.FirstConnection : null));
        command.SetAction(parsed => Run().Execute(parsed));
        return command;
    }
}
