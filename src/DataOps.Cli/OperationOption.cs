using System.CommandLine;
using System.CommandLine.Completions;
using System.Reflection;
using System.Runtime.CompilerServices;
using DataOps.Core.Kernel;

namespace DataOps.Cli;

/// <summary>One option of an operation: a property of its options record, as a command line option and back.</summary>
internal sealed class OperationOption
{
    private readonly PropertyInfo _property;
    private readonly Type _item;
    private readonly bool _isList;
    private readonly bool _isInput;

    public OperationOption(PropertyInfo property, string name, object? initial, string? description)
    {
        _property = property;
        _isList = property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);
        Type single = _isList ? property.PropertyType.GenericTypeArguments[0] : property.PropertyType;
        _item = Nullable.GetUnderlyingType(single) ?? single;
        // Records are what another command has written.
        _isInput = _isList && _item.IsClass && _item != typeof(string);
        Option = Make(name);
        Option.Description = Describe(description, initial);
        Option.Required = property.GetCustomAttribute<RequiredMemberAttribute>() is not null;
    }

    public Option Option { get; }

    /// <summary>Puts what the user gave into the options record.</summary>
    /// <exception cref="DataOpsException">The text is not a value of the option's type.</exception>
    public void Apply(ParseResult parsed, object options)
    {
        if (parsed.GetResult(Option) is not { Implicit: false })
            return;
        _property.SetValue(options, Option switch
        {
            Option<bool> flag => parsed.GetValue(flag),
            Option<string> input when _isInput => JsonLineReader.Read(_item, Option.Name, parsed.GetValue(input) ?? ""),
            Option<string[]> list => List(parsed.GetValue(list) ?? []),
            Option<string> single => OptionText.Parse(_item, Option.Name, parsed.GetValue(single) ?? ""),
            _ => throw new NotSupportedException($"{Option.Name} has no way to be read."),
        });
    }

    private Option Make(string name)
    {
        if (_item == typeof(bool))
            return new Option<bool>(name);
        if (_isInput)
            return new Option<string>(name) { HelpName = "file" };
        string helpName = _item.IsEnum ? string.Join('|', Enum.GetNames(_item)) : _item == typeof(string) ? name[2..] : "number";
        Option option = _isList ? new Option<string[]>(name) { HelpName = helpName } : new Option<string>(name) { HelpName = helpName };
        if (_item.IsEnum)
            option.CompletionSources.Add(_ => Enum.GetNames(_item).Select(n => new CompletionItem(n)));
        return option;
    }

    private string? Describe(string? description, object? initial)
    {
        string? text = description is null ? null : Naming.Localize(description);
        if (_isInput)
            return text + " A file of JSON, one object a line; - for the standard input.";
        if (_isList)
            text += " Repeat it, or separate values by commas.";
        bool worthSaying = !_isList && initial is not (null or false or "" or 0);
        return worthSaying ? $"{text} [default: {initial}]" : text;
    }

    private Array List(string[] texts)
    {
        string[] items = texts.SelectMany(t => t.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray();
        Array list = Array.CreateInstance(_item, items.Length);
        for (int i = 0; i < items.Length; i++)
            list.SetValue(OptionText.Parse(_item, Option.Name, items[i]), i);
        return list;
    }
}
