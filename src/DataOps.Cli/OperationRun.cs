using System.CommandLine;
using DataOps.Core.Features.Audits.Reports;
using DataOps.Core.Kernel;
using DataOps.Core.Files;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Cli;

/// <summary>One run of one operation, from the parsed command line to the exit code.</summary>
internal sealed class OperationRun(
    OperationDescription operation, CommandNames names, IReadOnlyList<OperationOption> options,
    Positional positional, RunOptions run, Interruption interruption)
{
    /// <summary>The operation's options with what the user gave; they are not validated yet.</summary>
    /// <exception cref="DataOpsException">A text is not a value of its option.</exception>
    public IOptions Values(ParseResult parsed) => positional.Apply(
        parsed, options.Aggregate(operation.Create(), (given, option) => option.Apply(parsed, given)));

    public int Execute(ParseResult parsed)
    {
        using ProgressLine progress = new(run.IsQuiet(parsed));
        try
        {
            return Run(parsed, progress);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return interruption.ExitCode;
        }
        catch (BrokenPipeException)
        {
            // The reader has what it wanted, as `head -1` has.
            return 0;
        }
        catch (Exception e)
        {
            progress.Dispose();
            if (!run.IsMonitoring(parsed))
                return Failure.Report(names, e);
            Console.Out.WriteLine(SummaryLine.Failed(names.Localize(e.Message)));
            return SummaryLine.Unknown;
        }
    }

    // Those that are asked for; of the one that runs all, none is named.
    private IReadOnlyCollection<Audit>? Audits(IOptions values) =>
        operation.Options.FirstOrDefault(o => o.Name == nameof(Audit)) is { } option
            ? option.Get(values) is IReadOnlyCollection<Audit> { Count: > 0 } named ? named : null
            : [];

    private int Run(ParseResult parsed, ProgressLine progress)
    {
        run.Check(parsed);
        IOptions values = Values(parsed);
        values.Validate();
        (OutputFormat format, FailOn threshold) = (run.Format(parsed), run.Threshold(parsed));
        ReportWriter.Require(format, operation);
        IReadOnlyList<string?> databases = operation.IsOffline(values) ? [] : run.Databases(parsed, values);
        // Data that go to standard output are alone there.
        Stream output = !operation.WritesToStandardOutput(values) ? StandardOutput.Open()
            : run.IsQuiet(parsed) ? Stream.Null : Console.OpenStandardError();
        Action<string>? tell = run.IsVerbose(parsed)
            ? text => progress.Say($"dataops {names.Command}: {text}")
            : null;
        bool isIncomplete = false;
        // A plan that is asked about warns as its change does.
        HashSet<string> warnings = [];
        void Report(Exception e)
        {
            isIncomplete = true;
            progress.Clear();
            Failure.Report(names, e);
        }
        OperationContext context = new()
        {
            Cancellation = interruption.Token,
            Progress = progress,
            Verbose = tell is null ? null : text => tell(names.Localize(text)),
            Warning = text =>
            {
                if (warnings.Add(text))
                    progress.Say($"dataops {names.Command}: warning: {names.Localize(text)}");
            },
            NotFound = Report,
        };
        if (!Console.IsInputRedirected)
            context = context with { Ask = question => Confirmation.Choose(question, progress) };
        // A table may leave its column out.
        Action<string> say = format == OutputFormat.Json ? progress.Note : progress.Say;
        void SayUndo(string path) => say($"dataops {names.Command}: undo file: {path}");
        bool failed = false;
        void Write(ResultWriter writer, Session? session)
        {
            OperationContext one = databases.Count < 2 || session is null ? context : context with
            {
                Warning = text => context.Warning(DatabaseFailure.In(session.Settings, text)),
            };
            foreach (object result in operation.Run(session, values, one))
            {
                failed |= Findings.Reach(result, threshold);
                // It is needed whatever becomes of the result.
                if (result is ChangeResult { UndoPath: { } undo })
                    SayUndo(undo);
                writer.Write(result);
            }
        }
        if (databases.Count > 1)
        {
            using ResultWriter writer = ResultWriter.For(format, progress, output, null, Audits(values));
            foreach (string? database in databases)
                InOneOfSeveral(parsed, database, progress, tell, session => Write(writer, session), Report);
            writer.Finish();
        }
        else
        {
            using Session? session = databases.Count == 0 ? null
                : Open(run.Connection(parsed, databases[0]), progress, tell);
            Confirmation.Ask(operation, session, values, context, run.Confirm(parsed));
            using ResultWriter writer = ResultWriter.For(format, progress, output, session, Audits(values));
            Write(writer, session);
            writer.Finish();
            if (format == OutputFormat.Monitoring && writer is ReportWriter report)
                return isIncomplete ? SummaryLine.Unknown : SummaryLine.ExitCode(report.Findings);
        }
        return isIncomplete ? Failure.ExitCode : failed ? 1 : 0;
    }

    private Session Open(ConnectionSettings settings, ProgressLine progress, Action<string>? tell)
    {
        if (settings.SiteSource is { } source)
            progress.Note($"dataops {names.Command}: site description: {source}");
        Session session = Session.Open(settings, operation.Name, interruption.Token);
        tell?.Invoke($"connected to {settings}, PostgreSQL {session.ServerVersion}");
        session.Listen(tell);
        return session;
    }

    // A database that fails does not stop the others; where nobody reads the results any more, all is over.
    private void InOneOfSeveral(
        ParseResult parsed, string? database, ProgressLine progress, Action<string>? tell, Action<Session> work,
        Action<Exception> report)
    {
        ConnectionSettings? settings = null;
        try
        {
            settings = run.Connection(parsed, database);
            using Session session = Open(settings, progress, tell);
            work(session);
        }
        catch (Exception e) when (e is not (OperationCanceledException or BrokenPipeException))
        {
            report(settings is null ? e : DatabaseFailure.In(settings, e));
        }
    }
}
