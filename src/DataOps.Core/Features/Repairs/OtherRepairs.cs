using DataOps.Core.Features.Schema;
using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Features.Sequences;

namespace DataOps.Core.Features.Repairs;

/// <summary>
/// The parts of a repair that write no row: constraints and sequences, after the rows; with WhatIf in their
/// transaction.
/// </summary>
internal sealed class OtherRepairs
{
    private readonly Session _session;
    private readonly RepairPolicy _policy;
    private readonly RepairScope _scope;
    private readonly bool _isWhatIf;
    private readonly OperationContext _context;
    private readonly HashSet<string> _behind;

    /// <summary>Looks at the sequences before any row is written.</summary>
    public OtherRepairs(
        Session session, RepairPolicy policy, RepairScope scope, RepairDatabaseOptions options,
        OperationContext context)
    {
        (_session, _policy, _scope, _isWhatIf, _context) = (session, policy, scope, options.WhatIf, context);
        // Rows that are taken back draw no number, so that their sequences only seem to be behind.
        _behind = _isWhatIf
            ? [.. new ResetSequence().Run(session, new() { WhatIf = true, NoUndo = true }, context)
                .OfType<SequenceFinding>().Select(s => s.Sequence)]
            : [];
    }

    /// <summary>
    /// Does them. The rows may be committed by now: what cannot be done is told, and does not hide that they are.
    /// </summary>
    public IEnumerable<IChangeResult> Run()
    {
        IReadOnlyList<IChangeResult> all =
            _scope.Has(Audit.Constraint) ? Constraints(_scope.References(Audit.Constraint)) : [];
        ILookup<bool, IChangeResult> told = all.ToLookup(
            t => t is DatabaseRepairStep { PolicyLine: not null, Subject: { } name } && _policy.Adds(name));
        string[] added = [.. told[true].OfType<DatabaseRepairStep>().Select(u => u.Subject!)];
        return told[false].Concat(added.Length > 0 ? Constraints(added) : []).Concat(
            _scope.Has(Audit.Sequence) ? Sequences() : []);
    }

    private List<IChangeResult> Constraints(IReadOnlyList<string> named) => Told(
        Audit.Constraint,
        () => new RepairConstraint().Run(_session, new()
        {
            Reference = named, WhatIf = _isWhatIf, IsPart = _isWhatIf, NoUndo = true,
        }, _context));

    private List<IChangeResult> Sequences() => Told(
        Audit.Sequence,
        () => new ResetSequence().Run(
            _session, new() { Table = _scope.Tables(Audit.Sequence), WhatIf = _isWhatIf, NoUndo = true }, _context)
            .Where(r => !_isWhatIf || r is not SequenceFinding { Sequence: var name } || _behind.Contains(name)));

    private List<IChangeResult> Told(Audit audit, Func<IEnumerable<IChangeResult>> run)
    {
        List<IChangeResult> told = [];
        _context.Report($"Repairing {audit}", 0, null);
        try
        {
            told.AddRange(run().Select(Line).OfType<IChangeResult>());
        }
        catch (DataOpsException e) when (e.Kind != FailureKind.Connection)
        {
            told.Add(Left(_session.Server, _session.Database, audit, 1, null, e.Message, e.Advice));
        }
        return told;
    }

    private static IChangeResult? Line(IChangeResult result) => result switch
    {
        ConstraintRepair { Status: ConstraintStatus.Suggested } c => Left(
            c.Server, c.Database, Audit.Constraint, 1, c.Reference,
            $"{c.Table}.{c.Column} has no foreign key to {c.References}, and all rows have a target",
            $"Repair-Constraint -Reference {c.Reference}") with
        {
            PolicyLine = $$"""constraints: ["{{c.Reference}}"]""",
        },
        // The audit has told of rows that come twice.
        ConstraintRepair
        {
            Status: ConstraintStatus.Refused, Kind: SchemaObjectKind.Unique or SchemaObjectKind.Index, Violations: > 0
        } => null,
        ConstraintRepair { Status: ConstraintStatus.Refused } c => Left(
            c.Server, c.Database, Audit.Constraint, Math.Max(c.Violations, 1), c.Reference ?? c.Constraint,
            $"{c.Constraint}: {c.Note}",
            c.Reference is null
                ? RepairConstraint.Command(c.Constraint)
                : $"Repair-Constraint -Reference {c.Reference}"),
        ConstraintRepair c => new DatabaseRepairStep(
            c.Server, c.Database, "Repair-Constraint", $"{c.Action}", 1, c.Constraint, c.Sql),
        SequenceFinding { Sql: null } s => Left(
            s.Server!, s.Database!, Audit.Sequence, 1, s.Sequence, s.Problem, s.Remedy),
        SequenceFinding s => new DatabaseRepairStep(
            s.Server!, s.Database!, "Reset-Sequence", $"{s.Class}", 1, s.Sequence, s.Sql),
        _ => null,
    };

    private static DatabaseRepairStep Left(
        string server, string database, Audit audit, long count, string? subject, string problem, string? remedy) =>
        new(server, database, null, DatabaseRepairStep.Undecided, count, subject, problem)
        {
            Audit = audit,
            Remedy = remedy,
        };
}
