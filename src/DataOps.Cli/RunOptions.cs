using System.CommandLine;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Cli;

/// <summary>How results are written.</summary>
internal enum OutputFormat
{
    /// <summary>One JSON object a line.</summary>
    Json,

    /// <summary>Aligned columns, for people.</summary>
    Table,

    /// <summary>One line a property, for people.</summary>
    List,

    /// <summary>Findings as JUnit's XML.</summary>
    JUnit,

    /// <summary>Findings as Markdown.</summary>
    Markdown,

    /// <summary>Findings as Prometheus' text format.</summary>
    Prometheus,

    /// <summary>Findings as the one line of a monitoring plugin, with its exit codes.</summary>
    Monitoring,
}

/// <summary>Which findings make the exit code 1.</summary>
internal enum FailOn
{
    /// <summary>None.</summary>
    Never,

    /// <summary>Findings of severity Error.</summary>
    Error,

    /// <summary>Findings of severity Error or Warning.</summary>
    Warning,

    /// <summary>Any finding, expected history included.</summary>
    Any,
}

/// <summary>The options that commands share: where to connect to, and what to do with the results.</summary>
/// <param name="operation">The operation.</param>
/// <param name="positional">What is given without a name.</param>
internal sealed class RunOptions(OperationDescription operation, Positional positional)
{
    /// <summary>The names of all of them.</summary>
    public static readonly string[] Names =
    [
        "--database", "--ssl-mode", "--lock-timeout", "--schema", "--site-description", "--format", "--fail-on",
        "--confirm", "--yes", "--quiet", "--verbose",
    ];

    private const string Formats = "json: one object per line; table and list: for people. A table leaves out "
        + "columns that do not fit the terminal, or 100 columns in a file; COLUMNS is another width.";

    private readonly Option<string[]> _database = new("--database", "-d")
    {
        Description = "A postgres:// URI, a libpq or Npgsql connection string, service=name, or a database's name. "
            + (operation.TakesSeveral ? "Repeat it for several; one that fails does not stop the others. " : "")
            + "Keep the password in PGPASSWORD or ~/.pgpass: other users see a command line.",
        HelpName = "database",
    };

    private readonly Option<string> _sslMode =
        new("--ssl-mode") { Description = "disable, allow, prefer, require, verify-ca or verify-full." };

    private readonly Option<string> _lockTimeout = new("--lock-timeout")
    {
        Description = "Longest wait for a lock, in seconds. [default: 5]",
        HelpName = "seconds",
    };

    private readonly Option<string[]> _schema = new("--schema")
    {
        Description = "Schema of the site, where one database holds several sites; several, separated by commas, for "
            + "audits and lists. Wildcards: * ? [a-z]. [default: the search_path's]",
        HelpName = "schema",
    };

    private readonly Option<string> _description = new("--site-description")
    {
        Description = "Tables, columns and references of the site that the database does not show: a JSON file, or the "
            + "JSON itself. [default: DATAOPS_SITE_DESCRIPTION, else that of the service]",
        HelpName = "file",
    };

    private readonly Option<string> _format = operation.Result.IsAssignableTo(typeof(Finding))
        ? Choice<OutputFormat>("--format", Formats + " junit, markdown, prometheus: for other programs. monitoring: "
            + "one line, and the exit codes of a monitoring plugin. [default: json]")
        : Choice("--format", Formats + " [default: json]",
            [OutputFormat.Json, OutputFormat.Table, OutputFormat.List]);

    private readonly Option<string> _failOn = Choice<FailOn>("--fail-on",
        "Findings that set exit code 1. [default: never]");

    private readonly Option<bool?> _confirm = new("--confirm")
    {
        Description = "Ask before anything is changed; --confirm:false never asks, for scripts.",
        HelpName = "true|false",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result => result.Tokens.Count == 0 || bool.Parse(result.Tokens[0].Value),
    };

    private readonly Option<bool> _yes =
        new("--yes", "-y") { Description = "Ask nothing: the same as --confirm:false." };

    private readonly Option<bool> _quiet = new("--quiet", "-q")
    {
        Description = "Write warnings and errors alone to standard error: no progress, no notes.",
    };

    private readonly Option<bool> _verbose = new("--verbose", "-v")
    {
        Description = "Tell on standard error where it connects to, each statement, what it waits for, and which rule "
            + "decided.",
    };

    public void AddTo(Command command)
    {
        if (operation.TakesDatabase)
            foreach (Option option in (Option[])[_database, _sslMode, _lockTimeout, _schema, _description])
                command.Add(option);
        command.Add(_format);
        if (operation.HasFindings)
            command.Add(_failOn);
        foreach (Option option in operation.Changes ? (Option[])[_confirm, _yes] : [])
            command.Add(option);
        command.Add(_quiet);
        command.Add(_verbose);
    }

    public bool IsQuiet(ParseResult parsed) => parsed.GetValue(_quiet);

    public bool IsVerbose(ParseResult parsed) => parsed.GetValue(_verbose);

    public OutputFormat Format(ParseResult parsed) => Value<OutputFormat>(parsed, _format);

    /// <summary>Whether the answer is a monitoring plugin's, whatever fails.</summary>
    public bool IsMonitoring(ParseResult parsed) =>
        nameof(OutputFormat.Monitoring).Equals(parsed.GetValue(_format), StringComparison.OrdinalIgnoreCase);

    public FailOn Threshold(ParseResult parsed) =>
        operation.HasFindings ? Value<FailOn>(parsed, _failOn) : FailOn.Never;

    /// <summary>What the user said about being asked; null when nothing.</summary>
    public bool? Confirm(ParseResult parsed) =>
        !operation.Changes || parsed.GetValue(_yes) ? false : parsed.GetValue(_confirm);

    /// <summary>Refuses options that contradict each other.</summary>
    /// <exception cref="DataOpsException"><c>ContradictingOptions</c>.</exception>
    public void Check(ParseResult parsed)
    {
        OptionCheck.NotWith("Quiet", IsQuiet(parsed), IsVerbose(parsed), "-Verbose");
        if (operation.Changes)
            OptionCheck.NotWith("Yes", parsed.GetValue(_yes), parsed.GetValue(_confirm) == true, "-Confirm");
        if (operation.TakesDatabase)
            OptionCheck.NotWith(
                "Database", parsed.GetValue(_database) is { Length: > 0 }, positional.Databases(parsed).Length > 0,
                "the database without a name");
    }

    /// <summary>The databases that are named; one that is null, for that of the environment, where none is.</summary>
    /// <exception cref="DataOpsException"><c>SeveralDatabases</c>, or <c>InvalidOption</c>: what is asked for is of
    /// one.</exception>
    public IReadOnlyList<string?> Databases(ParseResult parsed, IOptions options)
    {
        string[] named = Named(parsed);
        if (named.Length < 2)
            return named.Length == 0 ? (string?[])[null] : named;
        DatabaseFailure.RequireSeveral(operation.Name, operation.TakesSeveral, options);
        return ReportWriter.Of(Format(parsed)) is null ? named : throw new DataOpsException(
            ErrorIds.InvalidOption, FailureKind.InvalidArgument,
            $"-Format {Format(parsed)} is of one database, and several are given.", "Use json, table or list.");
    }

    /// <summary>Where the first database that is named is: names to complete are those of one.</summary>
    /// <exception cref="DataOpsException">The text cannot be read.</exception>
    public ConnectionSettings FirstConnection(ParseResult parsed) =>
        Connection(parsed, Named(parsed).FirstOrDefault());

    /// <exception cref="DataOpsException">The text cannot be read.</exception>
    public ConnectionSettings Connection(ParseResult parsed, string? database)
    {
        ConnectionSettings settings = database is not null
            ? ConnectionSettings.Parse(database)
            : ConnectionSettings.FromEnvironment();
        if (parsed.GetValue(_sslMode) is { } mode)
            settings = settings.WithSslMode(mode);
        if (parsed.GetValue(_schema) is { Length: > 0 } schemas)
            settings = settings.WithSchema(OptionText.List<string>("Schema", schemas));
        settings = parsed.GetValue(_description) is { } site ? settings.WithSite(site) : settings.WithFoundSite();
        if (parsed.GetValue(_lockTimeout) is not { } text)
            return settings;
        int seconds = OptionText.Parse<int>("LockTimeout", text);
        OptionCheck.InRange("LockTimeout", seconds, 0, int.MaxValue / 1000);
        return settings.WithLockTimeout(TimeSpan.FromSeconds(seconds));
    }

    private string[] Named(ParseResult parsed) =>
        parsed.GetValue(_database) is { Length: > 0 } named ? named : positional.Databases(parsed);

    private static T Value<T>(ParseResult parsed, Option<string> option)
        where T : struct, Enum =>
        parsed.GetValue(option) is { } text ? OptionText.Parse<T>(option.Name[1..], text) : default;

    private static Option<string> Choice<T>(string name, string description)
        where T : struct, Enum => Choice(name, description, Enum.GetValues<T>());

    private static Option<string> Choice<T>(string name, string description, IEnumerable<T> choices)
        where T : struct, Enum
    {
        string[] values = [.. choices.Select(c => c.ToString().ToLowerInvariant())];
        Option<string> option = new(name) { Description = description, HelpName = string.Join('|', values) };
        option.CompletionSources.Add(values);
        return option;
    }
}
