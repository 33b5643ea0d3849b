using System.Management.Automation;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Commands;

/// <summary>Opens a connection for the other cmdlets in this runspace.</summary>
[Cmdlet(VerbsCommunications.Connect, "Database")]
[OutputType(typeof(DatabaseConnection))]
public sealed class ConnectDatabaseCommand : ConnectingCommand
{
    /// <summary>
    /// A postgres:// URI, a libpq or Npgsql connection string, service=name, or a database's name; or a result of
    /// Get-Database.
    /// </summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public DatabaseSource? Database { get; set; }

    /// <summary>Role and password.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>How the connection is encrypted.</summary>
    [Parameter]
    public SslMode? SslMode { get; set; }

    /// <summary>Return the connection, for -Connection of other cmdlets; close it with Disconnect-Database.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(Connect);

    private void Connect()
    {
        ConnectionSettings settings = ConnectionChoice.Settings(
            null, Database, Credential, SslMode, LockTimeout, Schema, Description, DefinitionOf);
        DatabaseConnection connection =
            new(Session.Open(settings, MyInvocation.MyCommand.Name, Cancellation)) { HandedOut = PassThru };
        if (OpenConnection.Replace(connection) is { HandedOut: false } before)
            before.Close();
        WriteVerbose($"Connected to {connection}, PostgreSQL {connection.ServerVersion}.");
        SayWhichSite(settings);
        if (PassThru)
            WriteObject(connection);
    }
}
