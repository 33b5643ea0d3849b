using System.Management.Automation;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Output;

/// <summary>Which connection the parameters of a cmdlet ask for.</summary>
internal static class ConnectionChoice
{
    /// <summary>
    /// The named database, else that of the open connection, else that of the environment; then what the other
    /// parameters change.
    /// </summary>
    /// <param name="open">The open connection; null for none.</param>
    /// <param name="database">The named database; null for none.</param>
    /// <param name="credential">Role and password; null as they are.</param>
    /// <param name="sslMode">Encryption; null as it is.</param>
    /// <param name="lockTimeout">Seconds; null as they are.</param>
    /// <param name="schema">Schemas; null as they are.</param>
    /// <param name="site">The description of the site; null for the one that is found.</param>
    /// <param name="read">Reads the one that is found: a JSON or .psd1 file.</param>
    public static ConnectionSettings Settings(
        DatabaseConnection? open, DatabaseSource? database, PSCredential? credential, SslMode? sslMode,
        int? lockTimeout, string[]? schema, string? site, Func<string, string> read)
    {
        ConnectionSettings settings =
            database?.Settings() ?? open?.Settings ?? ConnectionSettings.FromEnvironment();
        if (credential is not null)
            settings = settings.WithCredential(credential.UserName, credential.GetNetworkCredential().Password);
        if (sslMode is { } mode)
            settings = settings.WithSslMode(mode.ToString());
        if (schema is not null)
            settings = settings.WithSchema(schema);
        settings = site is null ? settings.WithFoundSite(read) : settings.WithSite(site);
        return lockTimeout is { } seconds ? settings.WithLockTimeout(TimeSpan.FromSeconds(seconds)) : settings;
    }
}
