using DataOps.Core.Postgres.Connections;

namespace DataOps.PowerShell.Output;

/// <summary>A session that one cmdlet uses until its pipeline ends: its own, or lent by an open connection.</summary>
internal sealed class SessionLease(Session session, DatabaseConnection? lender) : IDisposable
{
    public Session Session => session;

    /// <summary>The connection broke: the lender opens a new one next time.</summary>
    public bool Lost { get; set; }

    public void Dispose()
    {
        if (lender is null)
            session.Dispose();
        else
            lender.TakeBack(session, Lost);
    }
}
