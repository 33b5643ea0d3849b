using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Features.Schema.Duplicates;

namespace DataOps.Core.Features.Schema.Constraints;

/// <summary>
/// What has to be done to have a constraint or an index: the statements, one after the other, and how the rows are
/// found that are in the way.
/// </summary>
/// <param name="Kind">What it is; <see cref="SchemaObjectKind.Column"/> for NOT NULL.</param>
/// <param name="Action">What is to be done.</param>
/// <param name="Table">Its table.</param>
/// <param name="Name">Its name; of NOT NULL the name that PostgreSQL 18 gives it.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Statements">
/// The statements, each for a transaction of its own, or for none where PostgreSQL does it beside the work.
/// </param>
internal sealed record ConstraintStep(
    SchemaObjectKind Kind, ConstraintAction Action, Table Table, string Name, IReadOnlyList<string> Columns,
    IReadOnlyList<SqlText> Statements)
{
    /// <summary>The reference that it enforces, where the catalogue has it.</summary>
    public Reference? Reference { get; init; }

    /// <summary>The referenced table of a foreign key.</summary>
    public Table? Target { get; init; }

    /// <summary>The referenced columns.</summary>
    public IReadOnlyList<string> TargetColumns { get; init; } = [];

    /// <summary>The condition of rows t that violate it; null for one that is not asked so.</summary>
    public SqlText? IsViolated { get; init; }

    /// <summary>What no two rows may share; null for one that is not unique.</summary>
    public DuplicateKey? Key { get; init; }

    /// <summary>Whether rows are checked at all.</summary>
    public bool ChecksRows { get; init; } = true;

    /// <summary>Whether nothing but a name tells that it is missing, so that somebody has to ask for it.</summary>
    public bool IsGuess { get; init; }

    /// <summary>Why it is taken for missing, or what it takes.</summary>
    public string? Evidence { get; init; }

    /// <summary>Why nothing can be done; null where it can.</summary>
    public string? Obstacle { get; init; }

    /// <summary>What it makes, and undoing drops; null where there is nothing to undo.</summary>
    public MadeKind? Makes { get; init; }

    /// <summary>The name under which that is found.</summary>
    public string MadeName => Makes == MadeKind.NotNull ? Columns[0] : Name;
}
