using DataOps.Core.Connections;

namespace DataOps.Core.Changes;

/// <summary>Whether an undo file belongs to the database that it is to be used on.</summary>
internal sealed class UndoOrigin(Session session, CancellationToken cancellation)
{
    /// <summary>Makes sure of it.</summary>
    /// <exception cref="DataOpsException">It is of another server or database, or its operation was never committed.</exception>
    public void Require(UndoHeader header, string path, bool force)
    {
        string? identifier = RowImages.SystemIdentifier(session, cancellation);
        bool isSameServer = identifier is not null && header.SystemIdentifier is not null
            ? identifier == header.SystemIdentifier
            : string.Equals(header.Server, session.Server, StringComparison.OrdinalIgnoreCase);
        if (isSameServer && header.Database == session.Database)
            RequireCommitted(header, path);
        else if (!force)
            throw new DataOpsException(
                "OtherDatabase", FailureKind.InvalidArgument,
                $"{path} was written for {header.Database} on {header.Server}, and this is {session.Database} on {session.Server}"
                    + (isSameServer || header.Server != session.Server ? "." : ", another server under the same name."),
                "Connect to that one; or, where this is its copy, add -Force.", path);
    }

    // What a broken process leaves: the file was whole before the commit, which then never came.
    private void RequireCommitted(UndoHeader header, string path)
    {
        if (!ulong.TryParse(header.Transaction, out ulong id))
            return;
        // The server knows no transaction of the future, as after a restore, and has forgotten old ones.
        string? status = session.List<string?>(
            "select case when @id::text::xid8 < pg_snapshot_xmax(pg_current_snapshot()) then pg_xact_status(@id::text::xid8) end",
            new { id = id.ToString() }, cancellation)[0];
        if (status is "aborted" or "in progress")
            throw new DataOpsException(
                "NeverCommitted", FailureKind.InvalidOperation,
                $"{header.Operation} of {header.Written:u}, which {path} would undo, {(status == "aborted" ? "was never committed" : "is not committed yet")}.",
                status == "aborted" ? "There is nothing to undo; delete the file." : "Wait for its end.", path);
    }
}
