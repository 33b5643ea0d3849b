using System.Diagnostics;
using DataOps.Core.Postgres.Servers;

namespace DataOps.Core.Features.Backups;

/// <summary>The schema of a database as pg_dump writes it, in the snapshot of the rows.</summary>
/// <param name="Program">The program.</param>
internal sealed record PgDump(string Program)
{
    /// <summary>Finds a pg_dump that can read the server.</summary>
    /// <param name="session">The server.</param>
    /// <param name="folder">The folder that has it; null for PATH, and where Debian puts the programs.</param>
    /// <exception cref="DataOpsException"><c>PgDumpNotFound</c>.</exception>
    public static PgDump Find(Session session, string? folder)
    {
        int major = session.ServerVersion.Major;
        return PostgresBinaries.FindClient("pg_dump", major, folder) is { } program
            ? new(program)
            : throw new DataOpsException(
                ErrorIds.PgDumpNotFound, FailureKind.NotFound,
                $"The schema is written by pg_dump, and {folder ?? "this machine"} has none of PostgreSQL {major} or "
                    + "later.",
                $"Install it (Debian: postgresql-client-{major}), or name its folder with -ProgramFolder.",
                session.Server);
    }

    /// <summary>Writes a section of the schema: <c>pre-data</c> or <c>post-data</c>.</summary>
    /// <exception cref="DataOpsException"><c>PgDumpFailed</c>: what pg_dump said.</exception>
    public byte[] Section(Session session, string snapshot, string section, CancellationToken cancellation)
    {
        ProcessStartInfo start = new(Program,
        [
            "--schema-only", $"--section={section}", $"--snapshot={snapshot}", "--encoding=UTF8", "--no-password",
            "--no-publications", "--no-subscriptions",
            $"--lock-wait-timeout={session.Settings.LockTimeout.TotalMilliseconds:0}",
        ]);
        // What else libpq would take from the environment could lead it elsewhere.
        foreach (string name in start.Environment.Keys.Where(n => n.StartsWith("PG", StringComparison.Ordinal)
            && n is not ("PGPASSFILE" or "PGSSLCERT" or "PGSSLKEY" or "PGSSLROOTCERT")).ToArray())
            start.Environment.Remove(name);
        foreach ((string name, string value) in session.Settings.LibpqEnvironment())
            start.Environment[name] = value;
        start.Environment["PGAPPNAME"] = $"DataOps/Backup-Site pg_dump";
        using ProgramOutput program = new(start, (code, said) => new DataOpsException(
            ErrorIds.PgDumpFailed, FailureKind.InvalidOperation, $"pg_dump ended with {code}: {said}",
            "It runs as the role of the connection, which needs SELECT on all tables (pg_read_all_data has it).",
            session.Server), cancellation);
        using MemoryStream output = new();
        program.CopyTo(output);
        return output.ToArray();
    }
}

/// <summary>The sections of a schema, which pg_dump writes while something else is done.</summary>
internal sealed class SchemaDump : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Dictionary<string, Task<byte[]>> _sections;

    /// <summary>Starts it.</summary>
    public SchemaDump(PgDump program, Session session, string snapshot, CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _sections = SchemaSection.All.ToDictionary(s => s, s => Task.Run(
            () => program.Section(session, snapshot, s, _stop.Token), CancellationToken.None));
    }

    /// <summary>Waits for a section.</summary>
    /// <exception cref="DataOpsException"><c>PgDumpFailed</c>: what pg_dump said.</exception>
    public byte[] Section(string name) => _sections[name].GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        ((IAsyncResult)Task.WhenAll(_sections.Values)).AsyncWaitHandle.WaitOne();
        _stop.Dispose();
    }
}
