using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Completers;

/// <summary>
/// Completes names of the database from a connection that is open already and idle; Tab never connects.
/// </summary>
public abstract class NameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        if (fakeBoundParameters.Contains("Database")
            || Connection(fakeBoundParameters) is not { } connection || connection.IdleSession is not { } session)
            return [];
        WildcardPattern wanted = WildcardPattern.Get(wordToComplete.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        return connection.Completions.Get(
            GetType().Name, () => Read(session).Distinct().Order(StringComparer.Ordinal).ToList())
            .Where(wanted.IsMatch)
            .Select(name => new CompletionResult(Quote(name), name, CompletionResultType.ParameterValue, name));
    }

    /// <summary>Reads all names.</summary>
    protected abstract IEnumerable<string> Read(Session session);

    private static DatabaseConnection? Connection(IDictionary parameters) => parameters["Connection"] switch
    {
        DatabaseConnection given => given,
        PSObject { BaseObject: DatabaseConnection wrapped } => wrapped,
        DatabaseConnection[] and [{ } only] => only,
        _ => OpenConnection.Current,
    };

    private static string Quote(string name) =>
        name.All(c => char.IsLetterOrDigit(c) || c is '_' or '.')
            ? name
            : "'" + CodeGeneration.EscapeSingleQuotedStringContent(name) + "'";
}
