namespace DataOps.Core.Features.Schema.Duplicates;

/// <summary>Which of several rows is kept.</summary>
public enum KeptRow
{
    /// <summary>The row with the lowest key.</summary>
    Oldest,

    /// <summary>The row with the highest key.</summary>
    Newest,

    /// <summary>The row that most rows refer to; of several the one with the lowest key.</summary>
    MostReferenced,
}

/// <summary>Options of <see cref="RepairDuplicate"/>. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record RepairDuplicateOptions : DeletingOptions
{
    /// <summary>Groups to repair, as Find-Duplicate writes them. Default: all that the other options select.</summary>
    [NotWith(nameof(Field))]
    public IReadOnlyList<DuplicateInput>? InputObject { get; init; }

    /// <summary>Models to look at, as app or app.model; with -Field one. Default: all.</summary>
    [Option(Position = 0, Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>
    /// Fields or columns that no two rows may share, joined by commas. Default: those of every unique constraint and
    /// index that is missing or not valid.
    /// </summary>
    [Option(Position = 1)]
    public IReadOnlyList<string> Field { get; init; } = [];

    /// <summary>Tables to look at, as table or schema.table; with -Field one. Default: all.</summary>
    [Option(Wildcards = true, Completes = OptionNames.TableName)]
    public IReadOnlyList<string> Table { get; init; } = [];

    /// <summary>Names of unique constraints and indexes that are missing or not valid. Default: all.</summary>
    [Option(Wildcards = true)]
    [NotWith(nameof(Field))]
    public IReadOnlyList<string> Constraint { get; init; } = [];

    /// <summary>The schema that is expected: a file of Export-Schema.</summary>
    [Option(Form = OptionForm.File)]
    [NotWith(nameof(ReferenceDatabase))]
    [MustExist(FileAdvice.Schema)]
    public string? ReferencePath { get; init; }

    /// <summary>
    /// The schema that is expected: another database, as -Database names one (address, service, name), on any server.
    /// </summary>
    [NotWith(nameof(MigrationPath))]
    public string? ReferenceDatabase { get; init; }

    /// <summary>
    /// The schema that is expected: what Django would have made at the migrations that are applied. Folders, wheels,
    /// zip and tar files with the migrations of the site's apps.
    /// </summary>
    [Option(Form = OptionForm.File)]
    [NotWith(nameof(ReferencePath))]
    [MustExist(FileAdvice.Migrations)]
    public IReadOnlyList<string> MigrationPath { get; init; } = [];

    /// <summary>
    /// Models that settings name, as AUTH_USER_MODEL=accounts.User (default: as the database has it), and modules of
    /// migrations, as MIGRATION_MODULES.shop=shop.db_migrations.
    /// </summary>
    [Option(Form = OptionForm.Pair)]
    [OnlyWith(nameof(MigrationPath))]
    public IReadOnlyList<string> Setting { get; init; } = [];

    /// <summary>
    /// Which row of each group is kept: the one with the lowest or the highest key, or the one that most rows refer to.
    /// </summary>
    [Option(Mandatory = true)]
    public KeptRow? Keep { get; init; }
}

/// <summary>A group of rows, and which of them is kept; with WhatIf or Detailed, the first 100 of each table.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Table">The table.</param>
/// <param name="Model">Its model; null for a table that belongs to none.</param>
/// <param name="Column">The columns that the rows share, joined by commas.</param>
/// <param name="Value">The values that they share.</param>
/// <param name="Key">The key of the row that is kept.</param>
/// <param name="Label">Its label; null without one.</param>
/// <param name="Delete">The keys of the others, joined by commas.</param>
/// <param name="Repointed">Rows that refer to one of the others, and to the kept row afterwards.</param>
public sealed record DuplicatePlan(
    string Server, string Database, string Table, string? Model, string Column, string? Value, string Key,
    string? Label, string Delete, long Repointed) : IChangeResult;

/// <summary>The sum of a repair of duplicates.</summary>
public sealed record RepairDuplicateResult : ChangeResult
{
    /// <summary>Groups of rows.</summary>
    public long Groups { get; init; }

    /// <summary>Rows that refer to another row of their group now; those of lists that would be doubled by it are
    /// deleted.</summary>
    public long Repointed { get; init; }

    /// <summary>Rows of lists that say what another row says already, and are deleted.</summary>
    public long Doubled { get; init; }

    /// <summary>
    /// Rows that keep a reference to a deleted row, as in text, or in a column that only looks like a reference; a
    /// warning names them.
    /// </summary>
    public long LeftBehind { get; init; }
}
