namespace DataOps.Core.Kernel;

/// <summary>What every audit emits: where, and how bad it is. The command line's --fail-on and a report over several audits ask nothing else.</summary>
public interface IFinding
{
    /// <summary>The server; null for what was looked at without one.</summary>
    string? Server { get; }

    /// <summary>The database; null without one.</summary>
    string? Database { get; }

    /// <summary>Error, Warning or Expected (<see cref="Severity"/>).</summary>
    string Severity { get; }
}
