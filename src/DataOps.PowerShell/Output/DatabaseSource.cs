using DataOps.Core.Features.Databases;
using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Output;

/// <summary>
/// A database as -Database and the pipeline name it: a text, an open connection, or a result of Get-Database.
/// </summary>
/// <remarks>PowerShell makes one from each of these by its constructors.</remarks>
public sealed class DatabaseSource
{
    private readonly string? _text;
    private readonly DatabaseInfo? _info;

    /// <summary>A postgres:// URI, a libpq or Npgsql connection string, service=name, or a database's name.</summary>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public DatabaseSource(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        _text = text;
    }

    /// <summary>A postgres:// URI.</summary>
    public DatabaseSource(Uri address) => _text = address.OriginalString;

    /// <summary>An open connection, from Connect-Database -PassThru.</summary>
    public DatabaseSource(DatabaseConnection connection) => Connection = connection;

    /// <summary>A database that Get-Database has shown.</summary>
    public DatabaseSource(DatabaseInfo database) => _info = database;

    /// <summary>The open connection; null where it is no connection.</summary>
    internal DatabaseConnection? Connection { get; }

    /// <summary>Where to connect to.</summary>
    /// <exception cref="Core.Kernel.DataOpsException">The text cannot be read.</exception>
    internal ConnectionSettings Settings() => Connection?.Settings ?? _info?.ToSettings() ?? ConnectionSettings.Parse(
        _text ?? throw new InvalidOperationException("A result of Get-Database says how to connect to it."));

    /// <summary>Whether a text says how to connect, and is no name.</summary>
    internal static bool IsConnection(string text) =>
        text.Contains("://", StringComparison.Ordinal) || text.Contains('=');

    /// <summary>Where it is, without a password.</summary>
    public override string ToString() => Connection?.ToString() ?? _info?.Database ?? "database";

    /// <summary>What an object from the pipeline names, which may be none; null then.</summary>
    internal static DatabaseSource? Of(object? piped) => piped switch
    {
        string { Length: > 0 } text => new(text),
        Uri address => new(address),
        DatabaseConnection connection => new(connection),
        DatabaseInfo info => new(info),
        _ => null,
    };
}
