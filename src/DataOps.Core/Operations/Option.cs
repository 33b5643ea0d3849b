namespace DataOps.Core.Operations;

/// <summary>
/// What an option is besides its name, its type and its summary, which is its <c>--help</c>. Cmdlets, the command line
/// and <see cref="IOptions.Validate"/> are written from it at build time.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionAttribute : Attribute
{
    /// <summary>The place of the argument among those that are given without a name, from 0; -1 for none.</summary>
    public int Position { get; set; } = -1;

    /// <summary>Whether nothing can be done without it.</summary>
    public bool Mandatory { get; set; }

    /// <summary>
    /// Whether a cmdlet takes it from objects of the pipeline, by the property of its name or of one of
    /// <see cref="Aliases"/>.
    /// </summary>
    public bool Pipeline { get; set; }

    /// <summary>Other names of the parameter.</summary>
    public string[] Aliases { get; set; } = [];

    /// <summary>Whether * ? [a-z] stand for any characters.</summary>
    public bool Wildcards { get; set; }

    /// <summary>Whether an empty text is a value, as it takes away what was there.</summary>
    public bool MayBeEmpty { get; set; }

    /// <summary>Whether it is the switch with which no database is opened.</summary>
    public bool Offline { get; set; }

    /// <summary>The names that complete it.</summary>
    public OptionNames Completes { get; set; }

    /// <summary>What its texts are.</summary>
    public OptionForm Form { get; set; }
}

/// <summary>The least and the most that a number may be.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RangeAttribute(int least, int most) : Attribute
{
    /// <summary>The least.</summary>
    public int Least { get; } = least;

    /// <summary>The most.</summary>
    public int Most { get; } = most;
}

/// <summary>The option means nothing unless another one is given, or has one of some values.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OnlyWithAttribute(string option, params object[] values) : Attribute
{
    /// <summary>The other option.</summary>
    public string Option { get; } = option;

    /// <summary>Its values; any when empty.</summary>
    public IReadOnlyList<object> Values { get; } = values;
}

/// <summary>The option contradicts another one, or some of its values.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotWithAttribute(string option, params object[] values) : Attribute
{
    /// <summary>The other option.</summary>
    public string Option { get; } = option;

    /// <summary>Its values; any when empty.</summary>
    public IReadOnlyList<object> Values { get; } = values;
}

/// <summary>Nothing can be done without the option, unless another one is given.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class UnlessAttribute(string option) : Attribute
{
    /// <summary>The other option.</summary>
    public string Option { get; } = option;
}

/// <summary>
/// The option names files or folders that are read: where one is not there, that is said before anything is connected
/// to or asked. An empty text, - and JSON name none.
/// </summary>
/// <param name="advice">What to do where there is no such file.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MustExistAttribute(string advice) : Attribute
{
    /// <summary>What to do where there is no such file.</summary>
    public string Advice { get; } = advice;

    /// <summary>The switch with which it need not be there; null for none.</summary>
    public string? Unless { get; set; }
}

/// <summary>
/// The operation does not have the options of a record from which its own derives, nor those that this one inherits.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class WithoutOptionsOfAttribute(Type record) : Attribute
{
    /// <summary>The record.</summary>
    public Type Record { get; } = record;
}

/// <summary>Names that complete an option.</summary>
public enum OptionNames
{
    /// <summary>None.</summary>
    None,

    /// <summary>Tables.</summary>
    TableName,

    /// <summary>Models.</summary>
    ModelName,

    /// <summary>Apps.</summary>
    AppLabel,

    /// <summary>References.</summary>
    ReferenceName,

    /// <summary>Sites.</summary>
    SiteName,

    /// <summary>URL paths of pages.</summary>
    UrlPath,

    /// <summary>Datasets of the definition in the same command.</summary>
    DatasetName,

    /// <summary>Models of pages.</summary>
    PageType,

    /// <summary>Files in the folder for undo files.</summary>
    UndoFile,
}

/// <summary>What the texts of an option are.</summary>
public enum OptionForm
{
    /// <summary>Texts.</summary>
    Text,

    /// <summary>The path of a file.</summary>
    File,

    /// <summary>The path of a dataset to read, or - for the standard input.</summary>
    DatasetToRead,

    /// <summary>The path of a dataset to write, or - for the standard output.</summary>
    DatasetToWrite,

    /// <summary>A definition of datasets: a file's path, or the JSON itself.</summary>
    Definition,

    /// <summary>Names, or the path of a file of them.</summary>
    NamesOrFile,

    /// <summary>Pairs, as name=value.</summary>
    Pair,

    /// <summary>Natural keys, as app.model=field+field.</summary>
    NaturalKey,

    /// <summary>Columns that name a model's rows, as app.model=column,column.</summary>
    Label,

    /// <summary>A date, or a span back from now.</summary>
    Time,

    /// <summary>Arguments of a dataset, in order or as name=value.</summary>
    DatasetArgument,

    /// <summary>Keys of rows; one of several columns as a JSON object.</summary>
    RowKey,
}
