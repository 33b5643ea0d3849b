namespace DataOps.Core.Changes.UndoFiles;

/// <summary>Whether an undo file belongs to the database that it is to be used on.</summary>
internal sealed class UndoOrigin(Session session, CancellationToken cancellation)
{
    private readonly Lazy<string?> _identifier = new(() => RowImages.SystemIdentifier(session, cancellation));

    /// <summary>Makes sure of it.</summary>
    /// <returns>The batches, by their index, that were never committed, of a file that has others.</returns>
    /// <exception cref="DataOpsException">It is of another server or database, or its operation was never
    /// committed.</exception>
    public IReadOnlySet<int> Require(UndoFileReader file, string path, bool force)
    {
        UndoHeader header = file.Header;
        bool isSameServer = IsSameServer(header.SystemIdentifier, header.Server);
        if (isSameServer && header.Database == session.Database)
            return Uncommitted(file, path);
        if (!force)
            throw new DataOpsException(
                ErrorIds.OtherDatabase, FailureKind.InvalidArgument,
                $"{path} was written for {header.Database} on {header.Server}, and this is " +
                    $"{session.Database} on {session.Server}"
                    + (isSameServer || header.Server != session.Server ? "." : ", another server under the same name."),
                "Connect to that one; or, where this is its copy, add -Force.", path);
        return new HashSet<int>();
    }

    /// <summary>Whether a file of this server and database is of this one.</summary>
    /// <param name="identifier">The cluster's own number; null where the file has none.</param>
    /// <param name="server">The server, as it was called.</param>
    /// <param name="database">The database.</param>
    public bool IsHere(string? identifier, string server, string database) =>
        database == session.Database && IsSameServer(identifier, server);

    private bool IsSameServer(string? identifier, string server) =>
        identifier is not null && _identifier.Value is { } here
            ? identifier == here
            : string.Equals(server, session.Server, StringComparison.OrdinalIgnoreCase);

    // What a broken process leaves: the file was whole before the commit, which then never came. Of several batches
    // that can only be those of the last transaction.
    private HashSet<int> Uncommitted(UndoFileReader file, string path)
    {
        UndoHeader last = file.Batches[^1];
        string? status = Status(last);
        if (status is not ("aborted" or "in progress"))
            return [];
        int committed = file.Batches.TakeWhile(b => b.Transaction != last.Transaction).Count();
        // No rollback takes back the value of a sequence.
        bool isLeft = file.Batches.Skip(committed).Any(b => b.Sequences?.Any(s => s.Value is not null) == true);
        if (status == "aborted" && (committed > 0 || isLeft))
            return [.. Enumerable.Range(committed, file.Batches.Count - committed)];
        throw new DataOpsException(
            ErrorIds.NeverCommitted, FailureKind.InvalidOperation,
            $"{last.Operation} of {last.Written:u}, which {path} would undo, " +
                $"{(status == "aborted" ? "was never committed" : "is not committed yet")}.",
            status == "aborted" ? "There is nothing to undo; delete the file." : "Wait for its end.", path);
    }

    // The server knows no transaction of the future, as after a restore, and has forgotten old ones. A snapshot does
    // not tell of the newest that still run.
    private string? Status(UndoHeader batch)
    {
        if (!ulong.TryParse(batch.Transaction, out ulong number))
            return null;
        SqlText id = $"{SqlText.Value($"{number}")}::xid8";
        return session.Query<string?>(
            $"select case when {id} < pg_current_xact_id() then pg_xact_status({id}) end", cancellation)[0];
    }
}
