using System.Collections;
using System.Management.Automation;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Completers;

/// <summary>Which connection the parameters say of a command that is still being typed.</summary>
internal static class GivenConnection
{
    /// <summary>Where the command would connect to.</summary>
    /// <exception cref="DataOpsException">Nothing says where, or what says it cannot be read.</exception>
    public static ConnectionSettings Settings(IDictionary given) => ConnectionChoice.Settings(
        Open(given), Database(given["Database"]), Bare(given["Credential"]) as PSCredential,
        LanguagePrimitives.TryConvertTo(Bare(given["SslMode"]), out SslMode mode) ? mode : null, null,
        LanguagePrimitives.TryConvertTo(Bare(given["Schema"]), out string[] schemas) && schemas is { Length: > 0 }
            ? schemas
            : null,
        GivenDefinition.Of(given["SiteDescription"]), path => GivenDefinition.Of(path)!);

    /// <summary>Whether several databases are named: of these none is the one to ask.</summary>
    public static bool AreSeveral(IDictionary given) =>
        ((string[])["Database", "Connection"]).Any(n => Bare(given[n]) is object[] { Length: > 1 });

    /// <summary>
    /// The open connection's session, where the command would use it as it is; null where it is busy.
    /// </summary>
    public static SessionLease? Idle(IDictionary given) =>
        ((string[])["Credential", "SslMode", "Schema", "SiteDescription"]).Any(given.Contains)
            ? null
            : Open(given)?.LendIdle();

    private static DatabaseConnection? Open(IDictionary given) =>
        Single(given["Connection"]) as DatabaseConnection
            ?? (given.Contains("Database") ? null : OpenConnection.Current);

    private static DatabaseSource? Database(object? value) => DatabaseSource.Of(Single(value));

    private static object? Single(object? value) =>
        Bare(value) is not object[] several ? Bare(value) : several is [{ } only] ? Bare(only) : null;

    private static object? Bare(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
