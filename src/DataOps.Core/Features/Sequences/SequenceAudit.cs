namespace DataOps.Core.Features.Sequences;

/// <summary>What is wrong with the sequences of a database; reads only.</summary>
internal static class SequenceAudit
{
    /// <summary>
    /// Finds it, by table and column; where some sequence or table cannot be read, each table is looked at by itself.
    /// </summary>
    /// <param name="session">The session, in the audit's transaction.</param>
    /// <param name="catalog">Tables and models.</param>
    /// <param name="context">Cancellation.</param>
    public static IEnumerable<Finding> Find(Session session, ReferenceCatalog catalog, OperationContext context)
    {
        Check check = new(session, Audit.Sequence, context);
        IEnumerable<Finding> In(Func<Table, bool> wanted) =>
            new SequenceReader(session, catalog.Database, context.Cancellation).Read(wanted).SelectMany(
                s => Of(session, catalog, s));
        return check.Run(
            () => In(_ => true), [],
            parts: () => catalog.Database.Tables.SelectMany(
                table => check.Run(() => In(t => t == table), [table], catalog.LabelOf(table))));
    }

    /// <summary>What is wrong with one.</summary>
    public static IEnumerable<SequenceFinding> Of(Session session, ReferenceCatalog catalog, SequenceState state)
    {
        SequenceFinding Finding(SequenceProblem problem, Severity severity, long? value, string? sql, string note) =>
            new()
        {
            Server = session.Server,
            Database = session.Database,
            Severity = severity,
            Audit = Audit.Sequence,
            Class = problem,
            Model = catalog.LabelOf(state.Table),
            Table = state.Table.DisplayName,
            Column = state.Column.Name,
            Problem = $"{state.DisplayName} is at {state.Last}, the table at " +
                $"{(state.Used is { } used ? $"{used}" : "nothing")}: {note}",
            Remedy = sql is not null ? $"Reset-Sequence -Table {state.Table.DisplayName} -WhatIf"
                : state.IsNarrower ? Widen(state).ToString()
                : $"Get-Model {catalog.LabelOf(state.Table) ?? state.Table.DisplayName}",
            Sequence = state.DisplayName,
            LastValue = state.Last,
            Used = state.Used,
            NewValue = value,
            Sql = sql,
        };
        if (state.IsBehind)
            yield return Finding(
                SequenceProblem.Behind, Severity.Error, state.NewValue,
                state.NewValue is { } value ? SetValue(state, value).ToString() : null,
                state.NewValue is null
                    ? $"the table is beyond the end of its sequence: {state.Used} of {state.End}"
                    : "the next rows would get keys that are taken, or come before them");
        if (!state.IsOwned)
            yield return Finding(
                SequenceProblem.OwnershipLost, Severity.Warning, null, state.CanBeOwned ? Own(state).ToString() : null,
                state.CanBeOwned
                    ? "no column owns it, so Django does not find it"
                    : "no column owns it, and the table is another role's or in another schema");
        if (state.IsNearEnd)
            yield return Finding(
                SequenceProblem.NearEnd, Severity.Warning, null, null,
                $"{Math.Floor(state.Fraction * 100)} % of the values up to {state.End} are used; " + Types(state));
        else if (state.IsNarrower)
            yield return Finding(
                SequenceProblem.Narrower, Severity.Warning, null, null,
                $"inserts fail after {state.End}; {Types(state)}");
    }

    private static string Types(SequenceState state) => $"the column is {state.Column.TypeText}"
        + (state.IsNarrower ? $", the sequence {state.Sequence.TypeText}" : "");

    /// <summary>The statement that gives it its column's type, and with it that type's end.</summary>
    private static SqlText Widen(SequenceState state) =>
        $"alter sequence {state.Sequence.Sql} as {SqlText.Raw(state.Column.Type.Underlying.Name)}";

    /// <summary>The statement that sets it.</summary>
    public static SqlText SetValue(SequenceState state, long value) =>
        $"select pg_catalog.setval({SqlText.Literal(state.Sequence.Sql.ToString())}, {SqlText.Literal(value)})";

    /// <summary>The statement that gives it to its column.</summary>
    public static SqlText Own(SequenceState state) =>
        $"alter sequence {state.Sequence.Sql} owned by {state.Table}.{state.Column}";
}
