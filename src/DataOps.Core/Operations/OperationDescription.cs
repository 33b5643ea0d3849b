namespace DataOps.Core.Operations;

/// <summary>
/// An operation as a front end sees it that knows none of them by name; written at build time, so that nothing is
/// looked up by reflection.
/// </summary>
public sealed partial class OperationDescription
{
    /// <summary>An approved PowerShell verb, as <c>Find</c>.</summary>
    public required string Verb { get; init; }

    /// <summary>A singular noun, as <c>Orphan</c>.</summary>
    public required string Noun { get; init; }

    /// <summary>The name of its cmdlet, as <c>Find-Orphan</c>.</summary>
    public string Name => $"{Verb}-{Noun}";

    /// <summary>What it does, as --help says it.</summary>
    public required string Text { get; init; }

    /// <summary>Whether a user is asked before it changes anything.</summary>
    public required bool AsksFirst { get; init; }

    /// <summary>Whether it works on a database, if only with some of its options; else on files alone.</summary>
    public required bool TakesDatabase { get; init; }

    /// <summary>Whether it can change a database, or remove files: then its options have WhatIf.</summary>
    public required bool Changes { get; init; }

    /// <summary>
    /// Whether it only reads, and can do its work on one database after the other, as Get, Find and Test do.
    /// </summary>
    public required bool TakesSeveral { get; init; }

    /// <summary>Whether some of its results have a severity.</summary>
    public required bool HasFindings { get; init; }

    /// <summary>The type of its results.</summary>
    public required Type Result { get; init; }

    /// <summary>Its options in the order of their record.</summary>
    public required IReadOnlyList<OptionDescription> Options { get; init; }

    /// <summary>Its options record with nothing given.</summary>
    public required Func<IOptions> Create { get; init; }

    /// <summary>Whether given options ask for the part that needs no database.</summary>
    public required Func<IOptions, bool> IsOffline { get; init; }

    /// <summary>Runs it; without a session the part that needs no database.</summary>
    public required Func<Session?, IOptions, OperationContext, IEnumerable<object>> Run { get; init; }

    /// <summary>Whether given options ask for what would change, and for no change.</summary>
    public bool IsPlan(IOptions options) => Changes && Options.Single(o => o.Name == "WhatIf").Get(options) is true;

    /// <summary>The same options, of what would change and of no change.</summary>
    public IOptions AsPlan(IOptions options) => Options.Single(o => o.Name == "WhatIf").Set!(options, ["true"]);

    /// <summary>Whether given options have its data written to the standard output.</summary>
    public bool WritesToStandardOutput(IOptions options) =>
        Options.Any(o => o.Form == OptionForm.DatasetToWrite && o.Get(options) is "-");
}

/// <summary>An option as a front end sees it that knows none of them by name.</summary>
public sealed class OptionDescription
{
    /// <summary>Its name, as <c>UrlPath</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, as --help says it.</summary>
    public required string Text { get; init; }

    /// <summary>The type of its value, or of each of its values.</summary>
    public required Type Type { get; init; }

    /// <summary>Whether it takes several values.</summary>
    public bool IsList { get; init; }

    /// <summary>Whether nothing can be done without it.</summary>
    public bool IsMandatory { get; init; }

    /// <summary>Whether * ? [a-z] stand for any characters.</summary>
    public bool Wildcards { get; init; }

    /// <summary>
    /// The place of its value among those that are given without a name, from 0; null where it needs its name.
    /// </summary>
    public int? Position { get; init; }

    /// <summary>The names that complete it.</summary>
    public OptionNames Completes { get; init; }

    /// <summary>The least and the most that it may be; null for any number.</summary>
    public (int Least, int Most)? Range { get; init; }

    /// <summary>What its texts are.</summary>
    public OptionForm Form { get; init; }

    /// <summary>Its value in given options.</summary>
    public required Func<IOptions, object?> Get { get; init; }

    /// <summary>
    /// Options in which it has the value that texts say, one text for an option that is no list. <c>InvalidOption</c>
    /// where they are none of its type.
    /// </summary>
    public Func<IOptions, IReadOnlyList<string>, IOptions>? Set { get; init; }

    /// <summary>
    /// Options in which it is a list of objects that another command wrote, each told by the text of its properties;
    /// null if it is none.
    /// </summary>
    public Func<IOptions, IEnumerable<Func<string, string?>>, IOptions>? SetObjects { get; init; }
}
