using Npgsql;

namespace DataOps.Core.Features.Schema.Duplicates;

/// <summary>Options of <see cref="FindDuplicate"/>. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record FindDuplicateOptions
{
    /// <summary>Models to look at, as app or app.model; with -Field one. Default: all.</summary>
    [Option(Position = 0, Pipeline = true, Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>
    /// Fields or columns that no two rows may share, joined by commas. Default: those of every unique constraint and
    /// index that is missing or not valid.
    /// </summary>
    [Option(Position = 1)]
    public IReadOnlyList<string> Field { get; init; } = [];

    /// <summary>Tables to look at, as table or schema.table; with -Field one. Default: all.</summary>
    [Option(Pipeline = true, Wildcards = true, Completes = OptionNames.TableName)]
    public IReadOnlyList<string> Table { get; init; } = [];

    /// <summary>Names of unique constraints and indexes that are missing or not valid. Default: all.</summary>
    [Option(Pipeline = true, Wildcards = true)]
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
    /// Columns that name a model's rows in results, as app.model=column; several joined by commas, none for no label.
    /// Default: title, name, slug, username or the like.
    /// </summary>
    [Option(Form = OptionForm.Label, Wildcards = true)]
    public IReadOnlyList<string> Label { get; init; } = [];
}

/// <summary>Rows that have the same values in columns that have to be unique: Count is how many they are.</summary>
public sealed record DuplicateGroup : Finding
{
    /// <summary>The keys of the rows, in order, joined by commas; the first 100.</summary>
    public string Keys { get; init; } = "";

    /// <summary>Their labels, joined by commas: name, title, slug or what else names a row.</summary>
    public string Labels { get; init; } = "";

    /// <summary>The constraint or index that is missing; null where columns were named.</summary>
    public string? Constraint { get; init; }
}

/// <summary>
/// Finds rows that are equal in the columns of a unique constraint that is missing, or in columns that are named: one
/// result for each group of rows, with their keys and labels.
/// </summary>
[Operation("Find", "Duplicate")]
public sealed class FindDuplicate : Operation<FindDuplicateOptions, DuplicateGroup>
{
    private const string Name = "Find-Duplicate";

    /// <summary>The command that finds the groups of a key, for a remedy.</summary>
    internal static string Command(ReferenceCatalog catalog, DuplicateKey key, string? constraint = null) =>
        $"{Name} {Arguments(catalog, key, constraint)}";

    /// <summary>The command that makes one row of each group: it shows what it would do.</summary>
    internal static string Repair(ReferenceCatalog catalog, DuplicateKey key, string? constraint = null) =>
        $"Repair-Duplicate {Arguments(catalog, key, constraint)} -Keep {KeptRow.MostReferenced} -WhatIf";

    /// <summary>What names a key in a command.</summary>
    internal static string Arguments(ReferenceCatalog catalog, DuplicateKey key, string? constraint) =>
        !key.IsOfColumns && constraint is not null
            ? $"-Constraint '{constraint}'"
            : $"{(catalog.ModelOf(key.Table) is { } model ? $"-Model {model.Label}" : $"-Table {key.Table}")} "
                + $"-Field {key.Names}";

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A name is not there, or the server refused a query.</exception>
    protected override IEnumerable<DuplicateGroup> Execute(
        Session session, FindDuplicateOptions options, OperationContext context)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false, labels: options.Label);
        DuplicateSelection selection = new(
            options.Table, options.Model, options.Field, options.Constraint,
            new(options.ReferencePath, options.ReferenceDatabase, options.MigrationPath, options.Setting));
        IReadOnlyList<SelectedKey> keys = selection.Keys(session, catalog, Name, isPart: false, context);
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        foreach (SelectedKey key in keys)
            foreach (DuplicateGroup group in Groups(session, catalog, key, context))
                yield return group;
    }

    private static IEnumerable<DuplicateGroup> Groups(
        Session session, ReferenceCatalog catalog, SelectedKey selected, OperationContext context)
    {
        DuplicateKey key = selected.Key;
        context.Report($"Comparing rows of {key.Table} by {key.Names}", 0, key.Table.EstimatedRows);
        key.ReadPastIndexes(session, context.Cancellation);
        SqlText order = key.Table.SingleKey is { } single ? single.In("t") : KeyText.Of(key.Table, "t");
        SqlText First(SqlText value) => $"(array_agg({value} order by {order}))[1:{RowList.Most}]";
        foreach ((string? value, long rows, string[] keys, string?[] labels) in session.Read(
            $"""
            select {key.Text}, count(*), {First(KeyText.Of(key.Table, "t"))},
              {First(RowLabel.Of(catalog, key.Table, "t"))}
            {key.From} group by {key.Values} having count(*) > 1 order by 1
            """,
            r => (r.IsDBNull(0) ? null : r.GetString(0), r.GetInt64(1), r.GetFieldValue<string[]>(2),
                r.GetFieldValue<string?[]>(3)), context.Cancellation))
            yield return new DuplicateGroup
            {
                Server = session.Server,
                Database = session.Database,
                Severity = Severity.Error,
                Audit = Audit.Uniqueness,
                Class = UniquenessProblem.DoubledRow,
                Model = catalog.LabelOf(key.Table),
                Table = key.Table.DisplayName,
                Column = key.Names,
                Value = value,
                Count = rows,
                Problem = $"{rows} rows have {key.Names} {value ?? "NULL"}",
                Remedy = Repair(catalog, key, selected.Constraint),
                Label = RowLabel.Sum([.. keys.Zip(labels).Take(FirstRows.Most)], rows),
                Keys = string.Join(", ", keys),
                Labels = string.Join(", ", labels.OfType<string>()),
                Constraint = selected.Constraint,
            };
        DuplicateKey.ReadAsUsual(session, context.Cancellation);
    }
}
