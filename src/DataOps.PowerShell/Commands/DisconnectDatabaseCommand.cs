using System.Management.Automation;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Commands;

/// <summary>Closes the runspace's open connection, or the one that is given.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "Database")]
public sealed class DisconnectDatabaseCommand : PSCmdlet
{
    /// <summary>The connection to close; the runspace's open connection when absent.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    public DatabaseConnection? Connection { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        DatabaseConnection? connection = Connection ?? OpenConnection.Current;
        if (connection == OpenConnection.Current)
            OpenConnection.Replace(null);
        connection?.Close();
        WriteVerbose(connection is null ? "There is no open connection." : $"Disconnected from {connection}.");
    }
}
