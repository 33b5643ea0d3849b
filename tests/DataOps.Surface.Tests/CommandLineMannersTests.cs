using System.Diagnostics;
using System.Text.RegularExpressions;

namespace DataOps.Surface.Tests;

/// <summary>What one is used to of a command line: values without names, completion, a man page, silence.</summary>
public sealed class CommandLineMannersTests(PostgresServer server, CommandLineMannersTests.SampleSite sample)
    : IClassFixture<CommandLineMannersTests.SampleSite>
{
    /// <summary>A site that nobody changes.</summary>
    public sealed class SampleSite(PostgresServer server) : IDisposable
    {
        internal TestDatabase Database { get; } = server.CopyOf(Site.Sample);

        public void Dispose() => Database.Dispose();
    }

    // What is typed, and the word that its last one becomes.
    private static readonly (string Typed, string Word)[] s_lines =
    [
        ("dataops find-orp", "find-orphan"),
        ("dataops find-orphan --incl", "--include-expected"),
        ("dataops find-orphan --class=F", "--class=ForeignKey"),
        ("dataops find-orphan --table auth_user_g --class F", "ForeignKey"),
        ("dataops export-dataset new.json --model auth.user,news.categ", "auth.user,news.category"),
        ("dataops get-page --site 127.0.0.1:8", "127.0.0.1:8000"),
        // A file, which the shell knows by itself.
        ("dataops test-backup /etc/hostn", "/etc/hostname"),
    ];

    [Theory]
    [InlineData("/opt/bin/dataops find-orp", "find-orphan")]
    [InlineData("dataops find-orphan --class=f", "--class=ForeignKey")]
    [InlineData("dataops export-dataset --model auth.user,NEWS.categ", "auth.user,news.category")]
    [InlineData("dataops find-orphan django_content_t", "django_content_type")]
    [InlineData("dataops export-dataset ", "")]
    [InlineData("dataops find-orphan -d x --clas", "--class")]
    [InlineData("dataops find-orphan --summary --includ", "--include-expected")]
    [InlineData("dataops test-database -d postgres://127.0.0.1:1/none -q Tre", "Tree")]
    [InlineData("dataops move-page /home/ --to 3 -d postgres://127.0.0.1:1/none --url-path /", "")]
    public void Completes_commands_options_and_names_of_the_database(string line, string expected)
    {
        CommandLineRun run = Run($"[suggest:{line.Length}]", line + " and what follows");
        Assert.Equal((0, "", expected), (run.ExitCode, run.Error, run.Output.TrimEnd('\n')));
    }

    [Fact]
    public void Bash_inserts_what_is_left_of_a_word()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "bash is asked for where it is sure to be");
        const string script = """
            dataops() { dotnet "$COMMAND_LINE" "$@"; }
            eval "$(dataops completion bash)"
            COMP_LINE="dataops get-page --site 127.0.0.1:8 more" COMP_POINT=35
            _dataops dataops 8
            printf '%s|' "${COMPREPLY[@]}"
            COMP_LINE='dataops find-orphan --class F' COMP_POINT=${#COMP_LINE}
            _dataops dataops F
            printf '%s|' "${COMPREPLY[@]}"
            """;
        MoveSite();

        Assert.Equal("8000|ForeignKey|", Output("bash", ["--norc", "-c", script]));
    }

    [Fact]
    [Trait("Day", "1")]
    public void Zsh_completes_what_is_typed_at_its_prompt()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/zsh"), "there is no zsh (Debian: apt-get install zsh)");
        string said = Path.GetTempFileName();
        // Completion is the line editor's, and that wants a terminal.
        string script = $$"""
            zmodload zsh/zpty
            zpty terminal zsh -f -i
            zpty -w terminal 'PS1=; autoload -Uz compinit; compinit -u -D; dataops() { dotnet "$COMMAND_LINE" "$@"; }'
            zpty -w terminal 'say() { print -r -- $BUFFER >>{{said}}; BUFFER=; }; zle -N say; bindkey ^T say'
            zpty -w terminal 'source <(dataops completion zsh)'
            for line in "$@"; zpty -n -w terminal "$line"$'\t\C-t'
            zpty -w terminal exit
            while zpty -r terminal shown; do print -r -- "$shown"; done
            """;

        MoveSite();

        string shown = Output("timeout", ["60", "zsh", "-f", "-c", script, "zsh", .. s_lines.Select(l => l.Typed)]);

        Assert.True(s_lines.Select(l => l.Typed[..(l.Typed.LastIndexOf(' ') + 1)] + l.Word)
            .SequenceEqual(File.ReadLines(said).Select(l => l.TrimEnd())), shown);
        File.Delete(said);
    }

    [Fact]
    [Trait("Day", "1")]
    public void Fish_offers_what_may_stand_at_the_end_of_a_line()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/fish"), "there is no fish (Debian: apt-get install fish)");
        const string script = """
            function dataops; dotnet $COMMAND_LINE $argv; end
            dataops completion fish | source
            for line in $argv; complete --do-complete $line; end
            """;
        MoveSite();

        string offered = Output(
            "timeout", ["60", "fish", "--no-config", "-c", script, .. s_lines.Select(l => l.Typed)]);

        Assert.Equal(s_lines.Select(l => l.Word), offered.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _dataops dataops")]
    [InlineData("zsh", "compdef _dataops dataops")]
    [InlineData("fish", "complete --command dataops")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName dataops")]
    public void Each_shell_has_its_script(string shell, string registers)
    {
        string script = Surface.FileText("src", "DataOps.Cli", "Completion", $"completion.{shell}");
        Assert.Contains(registers, script, StringComparison.Ordinal);
        Assert.Contains("[suggest:", script, StringComparison.Ordinal);
    }

    [Fact]
    public void The_man_page_has_every_command_and_roff_takes_it()
    {
        CommandLineRun run = CommandLineRun.Of("man");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith(".TH DATAOPS 1 ", run.Output, StringComparison.Ordinal);
        Assert.All(OperationDescription.All, o => Assert.Contains(
            $"\n.SS {CommandSyntax.Kebab(o.Verb + o.Noun)}", run.Output.Replace(@"\-", "-", StringComparison.Ordinal),
            StringComparison.Ordinal));
        // Every other line that begins with a dot is one of these requests.
        Assert.All(run.Output.Split('\n').Where(l => l.StartsWith('.') || l.StartsWith('\'')),
            l => Assert.Matches(@"^\.(TH|ad|SH|SS|TP|PP|B|BR|I|nf|fi)\b", l));
        Assert.DoesNotMatch(@"[^\x00-\x7F]", run.Output);
        Assert.SkipUnless(File.Exists("/usr/bin/groff"), "there is no groff");
        string file = Path.GetTempFileName();
        File.WriteAllText(file, run.Output);
        Assert.Empty(Errors("groff", ["-man", "-Tascii", "-ww", "-z", file]));
        File.Delete(file);
    }

    [Fact]
    public void A_file_and_the_uri_of_a_database_need_no_name()
    {
        string file = Path.Join(Path.GetTempPath(), $"dataops-{Guid.NewGuid():N}.json");
        CommandLineRun Of(params string[] arguments) => CommandLineRun.Of([.. arguments, sample.Database.Uri]);

        Assert.Equal(0, Of("export-dataset", file, "news.category", "--quiet").ExitCode);
        CommandLineRun test = Of("test-dataset", file, "--format", "list");
        CommandLineRun pipe = Of("export-dataset", "-", "news.category", "-q");

        Assert.Equal((0, ""), (test.ExitCode, test.Error));
        Assert.Contains("IsLoadable", test.Output, StringComparison.Ordinal);
        // The sum, which would be on standard error, is not wanted.
        Assert.Equal((File.ReadAllText(file), ""), (pipe.Output, pipe.Error));
        File.Delete(file);
    }

    [Theory]
    [InlineData("There is no option --what-iff. [InvalidOption]", "repair-orphan", "--what-iff")]
    [InlineData("\"wagtailcore_page\" is no value of an option. [InvalidOption]",
        "repair-orphan", "--table", "auth_user", "wagtailcore_page")]
    [InlineData("Several databases are given, and repair-orphan is of one at a time. [SeveralDatabases]", "repair-orphan", "postgres://127.0.0.1:1/other")]
    [InlineData("--confirm:no says neither true nor false. [InvalidOption]", "remove-row", "--confirm:no", "--key", "1")]
    [InlineData("There is no file /no/such/site.tar. [FileNotFound]", "restore-site", "/no/such/site.tar")]
    [InlineData("There is no file /no/such/key.asc. [FileNotFound]",
        "backup-site", "/no/such/new.tar", "--recipient", "/no/such/key.asc")]
    [InlineData("--quiet and --verbose contradict each other. [ContradictingOptions]", "get-site", "-q", "-v")]
    public void What_cannot_be_meant_is_refused(string message, params string[] arguments)
    {
        CommandLineRun run = CommandLineRun.Of([.. arguments, sample.Database.Uri]);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Quiet_says_nothing_but_warnings_and_verbose_says_each_statement_without_its_values()
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        string[] change = ["set-site", "--site-name", "Kestrel", "--no-undo", "-y"];

        CommandLineRun quiet = CommandLineRun.Of([.. change, "-q", site.Uri]);
        CommandLineRun verbose = CommandLineRun.Of("set-site", "--site-name", "Merlin", "--no-undo", "-v", site.Uri);

        Assert.Equal(0, quiet.ExitCode);
        Assert.All(quiet.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            l => Assert.StartsWith("dataops set-site: warning: ", l, StringComparison.Ordinal));
        Assert.Matches(@"\Adataops set-site: connected to \w+@127\.0\.0\.1:\d+/\w+, PostgreSQL ", verbose.Error);
        Assert.Matches("(?m)^dataops set-site: update \"public\".\"wagtailcore_site\" ", verbose.Error);
        Assert.DoesNotContain("Merlin", verbose.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_in_a_file_has_100_columns()
    {
        string[] lines = Run("get-page", "--format", "table").Output.TrimEnd('\n').Split('\n');
        Assert.All(lines, l => Assert.InRange(l.Length, 0, 100));
        Assert.Contains(lines, l => l.Length > 80);
    }

    [Fact]
    public void Help_that_cannot_be_written_is_an_error()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's");
        Assert.Contains("[OutputFailed]",
            Errors("sh", ["-c", "dotnet \"$COMMAND_LINE\" --help >/dev/full; test $? = 2 || echo another exit code >&2"]),
            StringComparison.Ordinal);
    }

    private void MoveSite() =>
        sample.Database.Execute("update wagtailcore_site set hostname = '127.0.0.1', port = 8000 where id = 1");

    private CommandLineRun Run(params string[] arguments) =>
        CommandLineRun.With(new() { ["DATABASE_URL"] = sample.Database.Uri }, arguments);

    private string Output(string program, string[] arguments) => Started(program, arguments).Output;

    private string Errors(string program, string[] arguments) => Started(program, arguments).Error;

    private (string Output, string Error) Started(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DATABASE_URL"] = sample.Database.Uri;
        start.Environment["COMMAND_LINE"] = Surface.CommandLine;
        start.RedirectStandardInput = true;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output, error.Result);
    }
}
