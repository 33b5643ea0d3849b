using System.Diagnostics;
using System.Management.Automation;
using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell;

/// <summary>
/// A cmdlet that works on a database: it owns the connection parameters, the session, and the way results leave.
/// </summary>
/// <remarks>
/// The database is the one of -Connection, else -Database, else the runspace's open connection, else DATABASE_URL, else
/// the PG* variables.
/// </remarks>
public abstract class DatabaseCommand : ConnectingCommand
{
    /// <summary>
    /// The parameter set in which the database is named, or found in the runspace or the environment.
    /// </summary>
    protected const string ByDatabase = "Database";

    /// <summary>The parameter set in which an open connection is given.</summary>
    protected const string ByConnection = "Connection";

    private SessionLease? _lease;

    /// <summary>Open connection, from Connect-Database -PassThru.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByConnection)]
    public DatabaseConnection? Connection { get; set; }

    /// <summary>A postgres:// URI, a libpq or Npgsql connection string, service=name, or a database's name.</summary>
    [Parameter(ParameterSetName = ByDatabase)]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>Role and password.</summary>
    [Parameter(ParameterSetName = ByDatabase)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>How the connection is encrypted.</summary>
    [Parameter(ParameterSetName = ByDatabase)]
    public SslMode? SslMode { get; set; }

    /// <summary>
    /// Whether this call needs no database: then none is opened, and <see cref="ProcessOffline"/> does the work.
    /// </summary>
    protected virtual bool IsOffline => false;

    /// <summary>Refuses what cannot be meant, before anything is connected to.</summary>
    protected virtual void Validate()
    {
    }

    /// <summary>Does the cmdlet's work: for every object from the pipeline, or once without one.</summary>
    protected abstract void Process(Session session);

    /// <summary>Does the work that needs no database.</summary>
    protected virtual void ProcessOffline()
    {
    }

    /// <summary>Does what is left when the pipeline has delivered everything.</summary>
    protected virtual void Finish(Session session)
    {
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing() => Guard(() =>
    {
        // What the pipeline delivers is not known yet.
        if (!MyInvocation.ExpectingInput)
            Validate();
        _lease = IsOffline ? null : Open();
        if (IsVerbose)
            _lease?.Session.Listen(Tell);
    });

    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        Guard(_lease is null ? ProcessOffline : () => Process(_lease.Session), goesOn: MyInvocation.ExpectingInput);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Guard(_lease is null ? () => { } : () => Finish(_lease.Session));

    /// <summary>The server and the database that the cmdlet is connected to.</summary>
    protected (string Server, string Database) Connected => (_lease!.Session.Server, _lease.Session.Database);

    /// <summary>
    /// Runs an operation and writes its results as they come. However the pipeline ends, the operation is disposed of
    /// and ends its query on the server.
    /// </summary>
    protected void Emit<TOptions, TResult>(Session session, Operation<TOptions, TResult> operation, TOptions options)
        where TOptions : IOptions
        where TResult : class => Emit(context => operation.Run(session, options, context), result => Write(result));

    /// <summary>
    /// Writes a result. PowerShell lists what a record adds before what it inherits; a result begins with Server and
    /// Database all the same.
    /// </summary>
    protected void Write(object result)
    {
        if (result.GetType().BaseType == typeof(object))
        {
            WriteObject(result);
            return;
        }
        PSObject ordered = new(result);
        foreach (string name in (string[])["Server", "Database"])
            ordered.Properties.Add(new PSNoteProperty(name, ordered.Properties[name].Value));
        WriteObject(ordered);
    }

    /// <summary>A list of apps or models, of which entries that name files are full paths.</summary>
    protected IReadOnlyList<string> NamesOrFiles(string[]? entries) =>
        [.. (entries ?? []).Select(e => FindStaleContentType.IsFile(e) ? FileSystemPath(e) : e)];

    /// <inheritdoc/>
    protected override void OnFailure(Exception failure)
    {
        if (_lease is not null && failure is DataOpsException { Kind: FailureKind.Connection })
            _lease.Lost = true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _lease?.Session.Listen(null);
        _lease?.Dispose();
        _lease = null;
        base.Dispose(disposing);
    }

    private bool IsVerbose => MyInvocation.BoundParameters.TryGetValue("Verbose", out object? given)
        ? (SwitchParameter)given
        : GetVariableValue("VerbosePreference") is ActionPreference preference
            && preference is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);

    private SessionLease Open()
    {
        if (Connection is { IsOpen: false })
            ThrowTerminatingError(ErrorRecords.ConnectionClosed(Connection));
        string application = MyInvocation.MyCommand.Name;
        DatabaseConnection? open = Connection ?? (Database is null ? OpenConnection.Current : null);
        if (open is not null && Credential is null && SslMode is null && LockTimeout is null && Schema is null
            && SiteDescription is null)
            return open.Lend(application, Cancellation);

        ConnectionSettings settings = ConnectionChoice.Settings(
            open, Database, Credential, SslMode, LockTimeout, Schema, Description, DefinitionOf);
        long start = Stopwatch.GetTimestamp();
        SessionLease lease = new(Session.Open(settings, application, Cancellation), null);
        WriteVerbose(
            $"Connected to {settings}, PostgreSQL {lease.Session.ServerVersion}, in " +
                $"{Stopwatch.GetElapsedTime(start).TotalMilliseconds:N0} ms.");
        SayWhichSite(settings);
        return lease;
    }
}
