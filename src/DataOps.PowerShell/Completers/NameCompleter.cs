using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Language;
using DataOps.Core.Features.Completion;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Completers;

/// <summary>
/// Completes names of the database that the command would work on: over a connection that is open and idle, else over
/// one of its own, for five seconds at the most. Names are kept for a while: Tab is pressed often.
/// </summary>
public abstract class NameCompleter(OptionNames kind) : IArgumentCompleter
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<string, (long At, IReadOnlyList<string> Names)> s_kept = new();

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        WildcardPattern wanted = WildcardPattern.Get(wordToComplete.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        return Names(commandName, fakeBoundParameters)
            .Where(n => wanted.IsMatch(n) || (kind == OptionNames.UndoFile && wanted.IsMatch(Path.GetFileName(n))))
            .Select(n => new CompletionResult(Quote(n), n, CompletionResultType.ParameterValue, n));
    }

    private IReadOnlyList<string> Names(string command, IDictionary given)
    {
        try
        {
            // What works on files alone works on those of any database.
            bool onDatabase = OperationDescription.All.FirstOrDefault(
                o => command.EndsWith(o.Name, StringComparison.OrdinalIgnoreCase)) is not { TakesDatabase: false };
            if (kind == OptionNames.UndoFile)
                return CompletionNames.UndoFiles(onDatabase ? GivenConnection.Settings(given) : null);
            if (GivenConnection.AreSeveral(given))
                return [];
            ConnectionSettings settings = GivenConnection.Settings(given);
            string key =
                $"{kind} {settings} {settings.Schema} {string.Join(' ', settings.Schemas)} {settings.Site}";
            if (s_kept.TryGetValue(key, out var kept) && Stopwatch.GetElapsedTime(kept.At) < s_lifetime)
                return kept.Names;
            using SessionLease? idle = GivenConnection.Idle(given);
            IReadOnlyList<string> names = idle is not null
                ? CompletionNames.Read(kind, idle.Session)
                : CompletionNames.Read(kind, settings);
            s_kept[key] = (Stopwatch.GetTimestamp(), names);
            return names;
        }
        // Running the command says what is wrong with its connection.
        catch (DataOpsException)
        {
            return [];
        }
    }

    private static string Quote(string name) =>
        name.All(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '/' or '-')
            ? name
            : "'" + CodeGeneration.EscapeSingleQuotedStringContent(name) + "'";
}
