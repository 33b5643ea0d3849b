using DataOps.Core.Django.References;
using DataOps.Core.Features.Sequences;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Audits;

/// <summary>The sequences of Reset-Sequence.</summary>
internal static class KeySequenceAudit
{
    public static IEnumerable<DatabaseFinding> Find(Session session, ReferenceCatalog catalog, OperationContext context) =>
        SequenceAudit.Find(session, catalog, context.Cancellation).Select(s => new DatabaseFinding(
            s.Server, s.Database, s.Severity, nameof(Audit.Sequence), s.Problem, 1, s.Model, s.Table, s.Column, null,
            $"{s.Sequence} is at {s.LastValue}, the table at {(s.Used is { } used ? $"{used}" : "nothing")}: {s.Note}",
            s.Sql is null ? $"Get-Model {s.Model ?? s.Table}" : $"Reset-Sequence -Table {s.Table} -WhatIf"));
}
