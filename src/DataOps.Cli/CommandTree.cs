using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;

namespace DataOps.Cli;

/// <summary>The commands and options of the command line, made from the operations of an assembly.</summary>
internal static class CommandTree
{
    /// <summary>All commands with their descriptions; or the one alone that is run, as describing all takes longer than a short run.</summary>
    public static RootCommand Build(Assembly core, IReadOnlyList<string> args, Interruption interruption)
    {
        RootCommand root = new(
            "Audits, cleans, dumps and moves the PostgreSQL databases of Django and Wagtail sites. "
            + "The database is the one of --database, else of $DATABASE_URL, else of libpq's PG* variables.");
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        OperationType[] operations = [.. OperationType.In(core)];
        OperationType? run = args.Any(a => a == help.Name || help.Aliases.Contains(a)) ? null : operations.FirstOrDefault(o => o.CommandName == args[0]);
        Documentation? documentation = run is null ? new() : null;
        foreach (OperationType operation in run is null ? operations : [run])
            root.Add(OperationCommand(operation, documentation, interruption));
        HelpText.Install(help);
        return root;
    }

    private static Command OperationCommand(OperationType operation, Documentation? documentation, Interruption interruption)
    {
        Command command = new(operation.CommandName, documentation?.Summary(operation.Type));
        object initial = Activator.CreateInstance(operation.Options)!;
        RunOptions run = new(operation);
        run.AddTo(command);
        List<OperationOption> options = operation.Options.GetProperties()
            .Where(p => p.CanWrite)
            .Select(p => new OperationOption(p, OptionName(p, operation, command), p.GetValue(initial), documentation?.Summary(p)))
            .ToList();
        for (int i = 0; i < options.Count; i++)
            command.Options.Insert(i, options[i].Option);
        command.SetAction(parsed => new OperationRun(operation, options, run, interruption).Execute(parsed));
        return command;
    }

    // Every command has --format for its results; the format of a dataset is --dataset-format.
    private static string OptionName(PropertyInfo property, OperationType operation, Command command)
    {
        string name = "--" + Naming.Kebab(property.Name);
        return command.Options.Any(o => o.Name == name) ? $"--{Naming.Kebab(operation.Noun)}{name[1..]}" : name;
    }
}
