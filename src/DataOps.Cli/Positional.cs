using System.CommandLine;
using System.CommandLine.Completions;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;

namespace DataOps.Cli;

/// <summary>
/// What is given without an option's name: a postgres:// URI is the database, and anything else the value of the next
/// option that has a position and is not given by its name, as PowerShell has it.
/// </summary>
internal sealed class Positional
{
    private readonly OperationDescription _operation;
    private readonly OperationOption[] _options;

    /// <summary>The positions of an operation's options.</summary>
    public Positional(OperationDescription operation, IEnumerable<OperationOption> options)
    {
        _operation = operation;
        _options =
            [.. options.Where(o => o.Described.Position is not null).OrderBy(o => o.Described.Position)];
        string[] names = [.. _options.Select(o => o.Option.Name[2..])];
        if (names.Length == 0 && !operation.TakesDatabase)
            return;
        string named = string.Join(", ", _options.Select(o => o.Option.Name));
        Argument = new Argument<string[]>(names.Length == 0 ? "database" : string.Join("> <", names))
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = string.Join(" ", new[]
            {
                names.Length > 0 ? $"The same as {named}{(names.Length > 1 ? ", in this order" : "")}." : null,
                operation.TakesDatabase ? "A postgres:// URI is the same as --database." : null,
            }.OfType<string>()),
        };
        Argument.CompletionSources.Add(Complete);
    }

    /// <summary>The argument of the command; null where it takes none.</summary>
    public Argument<string[]>? Argument { get; }

    /// <summary>The URIs of databases that are given without their option.</summary>
    public string[] Databases(ParseResult parsed) => [.. Given(parsed).Where(IsDatabase)];

    /// <summary>The options with the values that are given without a name.</summary>
    /// <exception cref="DataOpsException"><c>InvalidOption</c>: a value has no option left, or is an option that there
    /// is none of.</exception>
    public IOptions Apply(ParseResult parsed, IOptions options)
    {
        string[] values = [.. Given(parsed).Where(v => !IsDatabase(v))];
        if (values.FirstOrDefault(v => v is ['-', _, ..]) is { } unknown)
            throw Wrong($"There is no option {unknown}.");
        OperationOption[] free = [.. _options.Where(o => !o.IsGiven(parsed))];
        if (values.Length > free.Length && free is not [.., { Described.IsList: true }])
            throw Wrong($"\"{values[free.Length]}\" is no value of an option.");
        // What is left over goes to the last one, which is a list.
        for (int i = 0; i < Math.Min(free.Length, values.Length); i++)
            options = free[i].Set(options, i == free.Length - 1 ? values[i..] : [values[i]]);
        return options;
    }

    private DataOpsException Wrong(string message) => new(
        ErrorIds.InvalidOption, FailureKind.InvalidArgument, message,
        $"dataops {_operation.Name} --help lists the options.");

    // A file's address is no database's: FileOperation refuses it as it refuses any.
    private bool IsDatabase(string text) => _operation.TakesDatabase
        && (text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase));

    private string[] Given(ParseResult parsed) => Argument is null ? [] : parsed.GetValue(Argument) ?? [];

    // The word to complete may be one of the values already.
    private IEnumerable<CompletionItem> Complete(CompletionContext context)
    {
        int before = Given(context.ParseResult).Count(v => !IsDatabase(v) && v != context.WordToComplete);
        OperationOption[] free = [.. _options.Where(o => !o.IsGiven(context.ParseResult))];
        OperationOption? next = before < free.Length ? free[before]
            : free.LastOrDefault() is { Described.IsList: true } last ? last : null;
        return next?.Option.GetCompletions(context) ?? [];
    }
}
