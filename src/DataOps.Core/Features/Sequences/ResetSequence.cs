using System.Diagnostics;
using DataOps.Core.Changes.UndoFiles;

namespace DataOps.Core.Features.Sequences;

/// <summary>Options of <see cref="ResetSequence"/>. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record ResetSequenceOptions : UndoableOptions
{
    /// <summary>Tables, as table or schema.table. Default: all.</summary>
    [Option(Position = 0, Pipeline = true, Wildcards = true, Completes = OptionNames.TableName)]
    public IReadOnlyList<string> Table { get; init; } = [];

    /// <summary>Models, as app or app.model. Default: all.</summary>
    [Option(Pipeline = true, Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];
}

/// <summary>
/// Sets sequences that are behind their tables, restores lost ownership, and reports sequences that are nearly
/// exhausted.
/// </summary>
/// <remarks>
/// Each sequence in a transaction of its own, with its table locked against writers for that moment. A sequence only
/// ever moves on in the direction in which it counts. PostgreSQL does not take setval back with a transaction: what is
/// set stays set until it is undone.
/// </remarks>
[Operation("Reset", "Sequence")]
public sealed class ResetSequence : Operation<ResetSequenceOptions, IChangeResult>
{
    private const string Name = "Reset-Sequence";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A name in <paramref name="options"/> matches nothing, the role may not do it,
    /// or a table stays locked.</exception>
    protected override IEnumerable<IChangeResult> Execute(
        Session session, ResetSequenceOptions options, OperationContext context)
    {
        Stopwatch watch = Stopwatch.StartNew();
        UndoPlace? undo = UndoPlace.Of(options, session, Name);
        if (!options.WhatIf)
            undo?.Prepare();
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false);
        TableFilter filter = new(catalog, options.Table, options.Model, context);
        SequenceReader reader = new(session, catalog.Database, context.Cancellation);
        IReadOnlyList<SequenceState> states = reader.Read(filter.Matches);
        SequenceWork work = new(session, reader, Name, undo, context);
        (long count, long wouldChange, long reported) = (0, 0, 0);
        foreach (SequenceState state in states)
            foreach (SequenceFinding finding in SequenceAudit.Of(session, catalog, state))
            {
                bool isChange = finding.Sql is not null;
                SequenceFinding told = isChange && !options.WhatIf ? work.Do(state, finding) : finding;
                wouldChange += isChange ? 1 : 0;
                reported += isChange ? 0 : 1;
                count += told.Changed ? 1 : 0;
                yield return told;
            }
        yield return new ResetSequenceResult
        {
            Server = session.Server,
            Database = session.Database,
            Operation = Name,
            Changed = count > 0,
            Count = count,
            WouldChange = wouldChange,
            UndoPath = work.UndoPath,
            Duration = Math.Round(watch.Elapsed.TotalSeconds, 3),
            Checked = states.Count,
            Reported = reported,
            Retries = work.Retries,
        };
    }
}
