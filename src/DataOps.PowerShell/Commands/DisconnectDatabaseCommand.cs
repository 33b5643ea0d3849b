using System.Management.Automation;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Commands;

/// <summary>Closes the open connection of the runspace, or a given one.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "Database")]
public sealed class DisconnectDatabaseCommand : PSCmdlet
{
    /// <summary>Connection to close. Default: the open connection of the runspace.</summary>
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
