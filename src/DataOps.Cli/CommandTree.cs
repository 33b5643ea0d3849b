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
        (OperationDescription Operation, CommandNames Names)[] operations =
            [.. OperationDescription.All.Select(o => (o, new CommandNames(o)))];
        bool asksForHelp = args.Any(a => a == help.Name || help.Aliases.Contains(a));
        var run = asksForHelp ? [] : operations.Where(o => o.Names.Command == args[0]).ToArray();
        foreach ((OperationDescription operation, CommandNames names) in run.Length > 0 ? run : operations)
            root.Add(OperationCommand(operation, names, interruption));
        HelpText.Install(help);
        return root;
    }

    private static Command OperationCommand(
        OperationDescription operation, CommandNames names, Interruption interruption)
    {
        Command command = new(names.Command, names.Localize(operation.Text));
        IOptions nothingGiven = operation.Create();
        OperationOption[] options =
            [.. operation.Options.Select(o => new OperationOption(o, names, o.Get(nothingGiven)))];
        foreach (OperationOption option in options)
            command.Add(option.Option);
        RunOptions run = new(operation);
        run.AddTo(command);
        command.SetAction(parsed => new OperationRun(operation, names, options, run, interruption).Execute(parsed));
        return command;
    }
}
