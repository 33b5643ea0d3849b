using DataOps.Core.Definitions;
using DataOps.Core.Django.Values;

namespace DataOps.Core.Features.Rows;

/// <summary>Rows of one table that are to be deleted.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Condition">What a row t has to fulfil to be one of them still; null without a filter.</param>
internal sealed record ChosenRows(SelectedRows Rows, SqlText? Condition)
{
    /// <summary>Their table.</summary>
    public Table Table => Rows.Rows.Table;
}

/// <summary>
/// Finds the rows that a removal is about: by their keys, by a filter, or those that others have named.
/// </summary>
/// <param name="session">The session, in a transaction.</param>
/// <param name="catalog">The models.</param>
/// <param name="options">What was asked for.</param>
/// <param name="outlives">Whether the rows' temporary tables outlive the transaction.</param>
/// <param name="context">Hears of rows that are not there any more.</param>
internal sealed class RowSelection(
    Session session, ReferenceCatalog catalog, RemoveRowOptions options, bool outlives, OperationContext context)
{
    private const int Named = 10;

    private readonly FilterParameters _parameters = new(options.TimeZone ?? "UTC");
    private int _tables;

    /// <summary>Rows of the pipeline that are not there any more.</summary>
    public long Skipped { get; private set; }

    /// <summary>The rows, by table.</summary>
    /// <exception cref="DataOpsException">Nothing says which rows, or a model, a key or a field is not
    /// there.</exception>
    public IReadOnlyList<ChosenRows> Choose(ChangeSet changes)
    {
        context.Report("Finding rows", 0, null);
        if (options.InputObject is { } input)
            return [.. OfInput(changes, input)];
        Model model = ModelOf(options.Model[0]);
        return [options.Filter.Length > 0 ? OfFilter(changes, model) : OfKeys(changes, model)];
    }

    /// <summary>Sets the filter's values for a transaction.</summary>
    public void Bind() => _parameters.Bind(session);

    /// <summary>Drops the rows' temporary tables, where the connection is still there.</summary>
    public void Forget()
    {
        for (int i = 1; i <= _tables && session.Connection.FullState == System.Data.ConnectionState.Open; i++)
            session.Run($"drop table if exists {TemporaryTable.Named(NameOf(i))}");
    }

    private ChosenRows OfFilter(ChangeSet changes, Model model)
    {
        _ = NaiveTimes.Zone(options.TimeZone);
        Filter filter = FilterParser.Read(options.Filter, $"-{nameof(options.Filter)}");
        if (filter.IsEverything)
            throw new DataOpsException(
                ErrorIds.InvalidFilter, FailureKind.InvalidArgument,
                $"-Filter is empty, which is every row of {model.Label}. Nothing was changed.",
                "Use {\"pk__isnull\": false} if all of them are to go.", nameof(options.Filter));
        SqlText condition = FilterSql.Compile(filter, model, catalog, "t", _parameters);
        Bind();
        if (filter.HasSql)
            SpecCheck.Explain(
                session, new DatasetSpec(model.Label, filter) { Place = new("-Filter", "$", 0) }, model,
                FilterSql.Compile(filter, model, catalog, "c", _parameters));
        ChosenRows chosen = new(NewRows(changes, model.Table), condition);
        chosen.Rows.Add($"''", $"from {model.Table} t where {condition}");
        chosen.Rows.Analyze();
        return chosen;
    }

    private ChosenRows OfKeys(ChangeSet changes, Model model)
    {
        RowKeys keys = new(session, model.Table, model, areWhole: false);
        keys.AddRange(options.Key);
        string[] missing = [.. keys.Missing(context.Cancellation)];
        if (missing.Length > 0)
            throw new DataOpsException(
                ErrorIds.UnknownRow, FailureKind.NotFound,
                $"{model.Label} has no row {List(missing)}. Nothing was changed.",
                "Deleted already, or the key is wrong.", missing[0]);
        return Take(changes, model.Table, keys);
    }

    private IEnumerable<ChosenRows> OfInput(ChangeSet changes, IReadOnlyList<RowInput> input)
    {
        if (input.FirstOrDefault(i => !session.Is(i.Server, i.Database)) is { } other)
            throw new DataOpsException(
                ErrorIds.OtherDatabase, FailureKind.InvalidArgument,
                $"{other.Key ?? other.Id} is in {other.Database} on {other.Server}, and this is {session.Database} on "
                    + $"{session.Server}.",
                "Nothing was changed: find and delete in the same database.", other.Key ?? other.Id);
        foreach (IGrouping<Table, RowInput> rows in input.GroupBy(TableOf).OrderBy(
            g => g.Key.DisplayName, StringComparer.Ordinal))
        {
            RowKeys keys = new(session, rows.Key, catalog.ModelOf(rows.Key), areWhole: true);
            keys.AddRange(rows.Select(r => r.Key ?? r.Id ?? throw Useless("a row")));
            string[] missing = [.. keys.Missing(context.Cancellation)];
            Skipped += missing.Length;
            if (missing.Length > 0)
                context.Warning?.Invoke($"Skipped: {rows.Key} has no row {List(missing)} any more.");
            yield return Take(changes, rows.Key, keys);
        }
    }

    private ChosenRows Take(ChangeSet changes, Table table, RowKeys keys)
    {
        ChosenRows chosen = new(NewRows(changes, table), null);
        chosen.Rows.Add($"''", keys.From);
        chosen.Rows.Analyze();
        return chosen;
    }

    private SelectedRows NewRows(ChangeSet changes, Table table) =>
        new(session, NameOf(++_tables), changes.Of(table), context.Cancellation, outlives);

    // What an object says of itself comes first: -Model is for those that say nothing.
    private Table TableOf(RowInput input)
    {
        Table? table = input.Table is { } name
            ? catalog.Database.Tables.FirstOrDefault(t => t.IsReadable && t.DisplayName == name)
                ?? throw new DataOpsException(
                    ErrorIds.UnknownTable, FailureKind.NotFound, $"There is no table {name}. Nothing was changed.",
                    "Get-Model lists tables.", name)
            : ModelOf(input.Model ?? (options.Model is [{ } own] ? own : throw Useless("a model"))).Table;
        return options.Model is not [{ } named] || ModelOf(named).Table == table
            ? table
            : throw new DataOpsException(
                ErrorIds.ContradictingOptions, FailureKind.InvalidArgument,
                $"{input.Key ?? input.Id} is a row of {table}, not of {named}. Nothing was changed.",
                "Leave -Model out, or pass on rows of that model alone.", nameof(options.Model));
    }

    private Model ModelOf(string name) =>
        catalog.Models.FirstOrDefault(m => m.Label == ModelLabel.Parse(name))
        ?? throw new DataOpsException(
            ErrorIds.UnknownModel, FailureKind.NotFound, $"There is no model {name} with a table in this database.",
            "Get-Model lists models, as app.model.", name);

    private static DataOpsException Useless(string what) => new(
        ErrorIds.UselessInput, FailureKind.InvalidArgument, $"An object names no {what[2..]}, so nothing was changed.",
        "Pass on objects with Key and Model (or Table), or name the model with -Model.",
        nameof(RemoveRowOptions.InputObject));

    private static string List(string[] keys) =>
        string.Join(", ", keys.Take(Named)) + (keys.Length > Named ? $" and {keys.Length - Named} more" : "");

    private static string NameOf(int number) => $"dataops_chosen_{number}";
}
