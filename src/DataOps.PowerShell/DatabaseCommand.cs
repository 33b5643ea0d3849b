using System.Diagnostics;
using System.Management.Automation;
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
    private DatabaseSource[] _given = [];
    private int _piped;

    /// <summary>Open connections, from Connect-Database -PassThru.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByConnection)]
    [ValidateNotNullOrEmpty]
    public DatabaseConnection[]? Connection { get; set; }

    /// <summary>
    /// A postgres:// URI, a libpq or Npgsql connection string, service=name, or a database's name; an open connection,
    /// or a result of Get-Database. Several for what only reads.
    /// </summary>
    [Parameter(ParameterSetName = ByDatabase)]
    [ValidateNotNullOrEmpty]
    public virtual DatabaseSource[]? Database { get; set; }

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

    /// <summary>Whether it only reads, and works on one database after the other.</summary>
    protected virtual bool TakesSeveral => false;

    /// <summary>
    /// The databases that the pipeline delivers with the object at hand; none where it is another object.
    /// </summary>
    protected virtual IReadOnlyList<DatabaseSource> Piped => [];

    /// <summary>The parameter that is given and is of one database; null where none is.</summary>
    protected virtual string? OfOneDatabase => null;

    /// <summary>Refuses several databases where the cmdlet, or what it is asked for, is of one.</summary>
    /// <exception cref="DataOpsException"><c>SeveralDatabases</c>.</exception>
    protected abstract void RequireSeveral();

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
        _given = Connection?.Select(c => new DatabaseSource(c)).ToArray() ?? Database ?? [];
        if (HasSeveral)
            AllowSeveral();
        // The pipeline may deliver databases itself.
        if (!IsOffline && !HasSeveral && !(TakesSeveral && MyInvocation.ExpectingInput && _given.Length == 0))
            _lease = Open(Only);
    });

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (IsOffline)
            Guard(ProcessOffline, goesOn: MyInvocation.ExpectingInput);
        else if (TakesSeveral && Piped is { Count: > 0 } piped)
            foreach (DatabaseSource database in piped)
                Guard(() => OnPiped(database), _ => true);
        else if (!HasSeveral)
            Guard(() => Process(Single.Session), goesOn: MyInvocation.ExpectingInput);
        else if (MyInvocation.ExpectingInput)
            Guard(() => throw new DataOpsException(
                ErrorIds.SeveralDatabases, FailureKind.InvalidArgument,
                "Several databases are given, and an object from the pipeline is of one.", "Name one database."));
        else
            foreach (DatabaseSource database in _given)
                Guard(() => On(database), _ => true);
    }

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        if (_lease is not null)
            Guard(() => Finish(_lease.Session));
    }

    /// <summary>Whether parameters name several databases.</summary>
    protected bool HasSeveral => _given.Length > 1;

    /// <summary>The server and the database that the cmdlet is connected to.</summary>
    protected (string Server, string Database) Connected => (Single.Session.Server, Single.Session.Database);

    private DatabaseSource? Only => _given is [{ } only] ? only : null;

    private SessionLease Single => _lease ??= Open(Only);

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
        [.. (entries ?? []).Select(e => OptionText.IsFile(e) ? FileSystemPath(e) : e)];

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

    private void OnPiped(DatabaseSource database)
    {
        if (_given.Length > 0)
            throw new DataOpsException(
                ErrorIds.SeveralDatabases, FailureKind.InvalidArgument,
                "The pipeline names a database, and so does a parameter.", "Leave one of them out.");
        if (_piped++ > 0)
            AllowSeveral();
        On(database);
    }

    private void AllowSeveral()
    {
        RequireSeveral();
        if (OfOneDatabase is { } parameter)
            throw DatabaseFailure.Several(parameter);
    }

    // All of the work on one database of several: its failure does not stop the others.
    private void On(DatabaseSource database)
    {
        ConnectionSettings settings = SettingsOf(database);
        try
        {
            using SessionLease lease = Open(database);
            try
            {
                Process(lease.Session);
                Finish(lease.Session);
            }
            catch (DataOpsException e) when (e.Kind == FailureKind.Connection)
            {
                lease.Lost = true;
                throw;
            }
            finally
            {
                lease.Session.Listen(null);
            }
        }
        catch (DataOpsException e)
        {
            throw DatabaseFailure.In(settings, e);
        }
    }

    private ConnectionSettings SettingsOf(DatabaseSource? database) => ConnectionChoice.Settings(
        database is null ? OpenConnection.Current : null, database, Credential, SslMode, LockTimeout, Schema,
        Description, DefinitionOf);

    private SessionLease Open(DatabaseSource? database)
    {
        SessionLease lease = Lease(database);
        if (IsVerbose)
            lease.Session.Listen(Tell);
        return lease;
    }

    private SessionLease Lease(DatabaseSource? database)
    {
        DatabaseConnection? open = database is null ? OpenConnection.Current : database.Connection;
        if (open is { IsOpen: false })
            throw ErrorRecords.ConnectionClosed(open);
        string application = MyInvocation.MyCommand.Name;
        if (open is not null && Credential is null && SslMode is null && LockTimeout is null && Schema is null
            && SiteDescription is null)
            return open.Lend(application, Cancellation);

        ConnectionSettings settings = SettingsOf(database);
        long start = Stopwatch.GetTimestamp();
        SessionLease lease = new(Session.Open(settings, application, Cancellation), null);
        WriteVerbose(
            $"Connected to {settings}, PostgreSQL {lease.Session.ServerVersion}, in " +
                $"{Stopwatch.GetElapsedTime(start).TotalMilliseconds:N0} ms.");
        SayWhichSite(settings);
        return lease;
    }
}
