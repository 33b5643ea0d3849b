using System.Management.Automation;
using System.Text.Json;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell;

/// <summary>
/// A cmdlet that takes the objects of other cmdlets from the pipeline, by the names of their properties.
/// </summary>
public abstract class InputCommand : DatabaseCommand
{
    private readonly HashSet<string> _asked = [];

    /// <summary>
    /// Object of another cmdlet, from the connected server and database; or a database to read.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Whether objects of any database are welcome, as a file is that was written from another one.</summary>
    protected virtual bool TakesOtherDatabases => false;

    /// <summary>
    /// Whether all objects are one change: then one that it cannot take, or of another database, refuses them all.
    /// </summary>
    protected virtual bool IsOneChange => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<DatabaseSource> Piped =>
        TakesSeveral && !IsName && DatabaseSource.Of(InputObject?.BaseObject) is { } database ? [database] : [];

    /// <summary>Whether the first parameter takes names: then a bare text of the pipeline is one.</summary>
    protected virtual bool TakesTexts => false;

    private bool IsName =>
        TakesTexts && InputObject is { BaseObject: string text } && !DatabaseSource.IsConnection(text);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        bool isTaken = IsName && TakeText((string)InputObject!.BaseObject);
        ErrorRecord? refusal = null;
        Guard(() => refusal = isTaken || Piped.Count > 0 || HasSeveral ? null : Refusal());
        if (refusal is null)
            base.ProcessRecord();
        else if (IsOneChange)
            ThrowTerminatingError(refusal);
        else
            WriteError(refusal);
        if (isTaken)
            TakeText(null);
    }

    /// <summary>
    /// Takes a bare text of the pipeline as the value of the first parameter, and null to forget it; false where that
    /// parameter is given, or takes none.
    /// </summary>
    protected virtual bool TakeText(string? text) => false;

    /// <summary>
    /// Runs an operation unless this pipeline has already run it with the same options: many objects often name one
    /// table.
    /// </summary>
    protected void EmitOnce<TOptions, TResult>(
        Session session, Operation<TOptions, TResult> operation, TOptions options)
        where TOptions : IOptions
        where TResult : class
    {
        if (!MyInvocation.ExpectingInput || _asked.Add(
            $"{session.Server}/{session.Database} {JsonSerializer.Serialize(options)}"))
            Emit(session, operation, options);
    }

    /// <summary>Whether a pipeline delivered nothing: then nothing is asked for, and not everything.</summary>
    protected bool IsEmptyPipeline<T>(IReadOnlyCollection<T> delivered) =>
        MyInvocation.ExpectingInput && delivered.Count == 0;

    /// <summary>The text of a property of the object from the pipeline; null where it has none.</summary>
    protected string? TextOf(string property) => InputObject?.Properties[property]?.Value switch
    {
        // Its text in the culture at hand would be another time elsewhere.
        DateTime time => DefinitionSource.Text(time),
        { } value => value.ToString(),
        null => null,
    };

    /// <summary>The properties that it takes: an object that has none of them is refused.</summary>
    protected virtual IEnumerable<string> NamesTaken() => MyInvocation.MyCommand.Parameters.Values
        .Where(p => p.ParameterSets.Values.Any(s => s.ValueFromPipelineByPropertyName))
        .SelectMany(p => p.Aliases.Prepend(p.Name));

    private ErrorRecord? Refusal()
    {
        if (InputObject is not { } input)
            return null;
        string[] taken = NamesTaken().ToArray();
        if (!taken.Any(name => input.Properties[name] is not null))
            return ErrorRecords.UselessInput(input.BaseObject, input.BaseObject.GetType().Name, taken);
        if (TakesOtherDatabases
            || input.Properties["Server"]?.Value is not string server
            || input.Properties["Database"]?.Value is not string database)
            return null;
        return string.Equals(server, Connected.Server, StringComparison.OrdinalIgnoreCase)
            && database == Connected.Database
            ? null
            : ErrorRecords.OtherDatabase(
                input.BaseObject, $"{database} on {server}", $"{Connected.Database} on {Connected.Server}");
    }
}
