using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;

namespace DataOps.Cli;

/// <summary>The man page dataops(1), of the same texts as --help.</summary>
internal static partial class ManPage
{
    private static readonly (string Name, string Meaning)[] s_variables =
    [
        ("DATABASE_URL", "The database, where no option and no value names one."),
        ("PGHOST, PGPORT, PGUSER, PGDATABASE, PGPASSWORD, PGSERVICE, ...",
            "The database, as libpq has it, where DATABASE_URL is not set."),
        ("DATAOPS_SITE_DESCRIPTION", "What the database does not show of the site, as --site-description has it."),
        ("XDG_STATE_HOME, STATE_DIRECTORY", "Where undo files go: into dataops/undo below it."),
        ("COLUMNS", "The width of tables."),
    ];

    /// <summary>The command that writes it.</summary>
    public static Command Command(RootCommand root)
    {
        Command command = new("man", "Writes the man page: dataops man | man -l -");
        command.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.Write(Of(root));
            return 0;
        });
        return command;
    }

    private static string Of(RootCommand root)
    {
        Command[] operations = [.. root.Subcommands.Where(c => HelpText.Examples(c.Name).Length > 0)];
        // What every command has, and what those have that change, or find, something.
        string[] shared = [.. operations.SelectMany(c => c.Options).Select(o => o.Name)
            .Where(RunOptions.Names.Contains).Distinct()];
        string version = typeof(ManPage).Assembly.GetName().Version!.ToString(3);
        StringBuilder page = new();
        page.Append($"""
            .TH DATAOPS 1 "" "dataops {version}" "User Commands"
            .ad l
            .SH NAME
            dataops \- audits, repairs, dumps, loads and backs up the PostgreSQL databases of Django and Wagtail sites
            .SH SYNOPSIS
            .B dataops
            .I command
            [\fIvalue\fR ...] [\fIoption\fR ...]
            .SH DESCRIPTION
            {Text(root.Description)}
            A postgres:// URI among the values is the database, too.
            .SH OPTIONS
            These are common to commands.

            """);
        foreach (string name in shared)
            // Where commands differ, one says all that the others do.
            Add(page, operations.SelectMany(c => c.Options).Where(o => o.Name == name)
                .MaxBy(o => o.Description?.Length)!);
        page.Append(".SH COMMANDS\n");
        foreach (Command command in root.Subcommands)
            Add(page, command, shared);
        page.Append($"""
            .SH EXIT STATUS
            {string.Concat(HelpText.ExitCodes.Select(e => $".TP\n.B {e.Code}\n{Text(e.Meaning)}\n"))}
            .SH ENVIRONMENT
            {string.Concat(s_variables.Select(v => $".TP\n.B {Text(v.Name)}\n{Text(v.Meaning)}\n"))}
            .SH SEE ALSO
            .BR psql (1),
            .BR pg_dump (1)

            """);
        return page.Replace("\n\n", "\n").ToString();
    }

    private static void Add(StringBuilder page, Command command, string[] shared)
    {
        string values = string.Concat(command.Arguments.Select(a => $" [{Text($"<{a.Name}>")}]"));
        page.Append($".SS {Text(command.Name)}{values}\n{Text(command.Description)}\n");
        foreach (Option option in command.Options.Where(o => !shared.Contains(o.Name)))
            Add(page, option);
        string[] examples = HelpText.Examples(command.Name);
        if (examples.Length > 0)
            page.Append($".PP\n.nf\n{string.Concat(examples.Select(e => Text(e) + "\n"))}.fi\n");
    }

    private static void Add(StringBuilder page, Option option)
    {
        IEnumerable<string> names = option.Aliases.Order(StringComparer.Ordinal).Prepend(option.Name)
            .OrderBy(n => n.Length).Select(n => $@"\fB{Text(n)}\fR");
        string value = option is Option<bool> ? "" : $@" \fI{Text(option.HelpName ?? option.Name[2..])}\fR";
        page.Append($".TP\n{string.Join(", ", names)}{value}\n{Text(option.Description)}\n");
    }

    // A line that begins with . or ' would be a request of roff's; its hyphen is not the minus that is typed.
    private static string Text(string? text)
    {
        string escaped = (text ?? "").Replace(@"\", @"\e", StringComparison.Ordinal)
            .Replace("-", @"\-", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
        escaped = NotAscii().Replace(escaped, c => $@"\[u{(int)c.Value[0]:X4}]");
        return escaped.StartsWith('.') || escaped.StartsWith('\'') ? @"\&" + escaped : escaped;
    }

    [GeneratedRegex(@"[^\x00-\x7F]")]
    private static partial Regex NotAscii();
}
