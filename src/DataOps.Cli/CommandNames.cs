using DataOps.Core.Operations;

namespace DataOps.Cli;

/// <summary>An operation and its options as the command line calls them.</summary>
internal sealed class CommandNames(OperationDescription operation)
{
    /// <summary>The command, as find-orphan.</summary>
    public string Command { get; } = $"{CommandSyntax.Kebab(operation.Verb)}-{CommandSyntax.Kebab(operation.Noun)}";

    /// <summary>
    /// An option, as --include-expected. Every command has --format for its results; the format of a dataset is
    /// --dataset-format.
    /// </summary>
    public string Option(string name) =>
        name == "Format" && operation.Options.Any(o => o.Name == name)
            ? $"--{CommandSyntax.Kebab(operation.Noun)}-format"
            : "--" + CommandSyntax.Kebab(name);

    /// <summary>
    /// Writes -LockTimeout in a text as --lock-timeout, and Find-Orphan as find-orphan.
    /// </summary>
    public string Localize(string text) => CommandSyntax.InWords(text, Option);
}
