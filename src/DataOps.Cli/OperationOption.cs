using System.CommandLine;
using System.CommandLine.Completions;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;

namespace DataOps.Cli;

/// <summary>One option of an operation, as a command line option and back.</summary>
internal sealed class OperationOption
{
    private readonly OptionDescription _described;

    public OperationOption(OptionDescription described, CommandNames names, object? initial)
    {
        _described = described;
        Option = Create(described, names.Option(described.Name));
        Option.Description = Describe(names.Localize(described.Text), initial);
    }

    public Option Option { get; }

    /// <summary>The options with what the user gave.</summary>
    /// <exception cref="DataOpsException">The text is not a value of the option's type.</exception>
    public IOptions Apply(ParseResult parsed, IOptions options)
    {
        if (parsed.GetResult(Option) is not { Implicit: false })
            return options;
        string[] texts = Option switch
        {
            Option<bool> flag => [parsed.GetValue(flag) ? "true" : "false"],
            Option<string[]> list => parsed.GetValue(list) ?? [],
            Option<string> single => [parsed.GetValue(single) ?? ""],
            _ => throw new NotSupportedException($"{Option.Name} has no way to be read."),
        };
        return _described.SetObjects is { } set
            ? set(options, JsonLineReader.Read(Option.Name, texts[0]))
            : _described.Set!(options, texts);
    }

    private static Option Create(OptionDescription described, string name)
    {
        if (described.Type == typeof(bool))
            return new Option<bool>(name);
        string[] members = described.Type.IsEnum ? Enum.GetNames(described.Type) : [];
        string value = members.Length > 0
            ? string.Join('|', members)
            : described.SetObjects is not null ? "file" : described.Form switch
        {
            OptionForm.File or OptionForm.DatasetToRead or OptionForm.DatasetToWrite or OptionForm.Definition => "file",
            OptionForm.NamesOrFile => "name|file",
            OptionForm.Pair or OptionForm.NaturalKey or OptionForm.Label or OptionForm.DatasetArgument => "name=value",
            OptionForm.Time => "time",
            _ => described.Type == typeof(string) ? name[2..] : "number",
        };
        Option option = described is { IsList: true, SetObjects: null }
            ? new Option<string[]>(name) { HelpName = value }
            : new Option<string>(name) { HelpName = value };
        if (members.Length > 0)
            option.CompletionSources.Add(_ => members.Select(m => new CompletionItem(m)));
        return option;
    }

    private string Describe(string text, object? initial)
    {
        string range = _described.Range switch
        {
            null => "",
            (int least, int.MaxValue) => $" From {least} on.",
            (int least, int most) => $" From {least} to {most}.",
        };
        string file = (_described.Form, _described.SetObjects) switch
        {
            (_, not null) => " A file of JSON, one object per line; - for standard input.",
            (OptionForm.DatasetToRead, _) => " - for standard input.",
            (OptionForm.DatasetToWrite, _) => " - for standard output.",
            _ => "",
        };
        string several = _described is { IsList: true, SetObjects: null }
            ? " Repeat it, or separate values by commas."
            : "";
        string wildcards = _described.Wildcards ? " Wildcards: * ? [a-z]." : "";
        string required = _described.IsMandatory ? " Required." : "";
        string fallback = _described.Type.IsEnum && !_described.IsList && initial is not null
            ? $" [default: {initial}]"
            : "";
        return text + range + file + wildcards + several + required + fallback;
    }
}
