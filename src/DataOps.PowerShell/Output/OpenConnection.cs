using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace DataOps.PowerShell.Output;

/// <summary>
/// The open connection of each runspace: Connect-Database sets it, and every cmdlet without -Connection and -Database
/// uses it.
/// </summary>
public sealed class OpenConnection : IModuleAssemblyCleanup
{
    private static readonly ConditionalWeakTable<Runspace, DatabaseConnection> s_open = [];

    /// <summary>Closes this runspace's connection when the module is removed.</summary>
    public void OnRemove(PSModuleInfo psModuleInfo) => Replace(null)?.Close();

    /// <summary>This runspace's connection, if one is open.</summary>
    internal static DatabaseConnection? Current =>
        Runspace.DefaultRunspace is { } runspace && s_open.TryGetValue(runspace, out DatabaseConnection? open)
            && open.IsOpen ? open : null;

    /// <summary>Sets this runspace's connection and returns the one before.</summary>
    internal static DatabaseConnection? Replace(DatabaseConnection? connection)
    {
        DatabaseConnection? before = Current;
        if (Runspace.DefaultRunspace is { } runspace)
        {
            s_open.Remove(runspace);
            if (connection is not null)
                s_open.Add(runspace, connection);
        }
        return before;
    }
}
