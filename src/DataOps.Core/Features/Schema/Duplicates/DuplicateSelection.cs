using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Postgres.Schemas;
using Npgsql;

namespace DataOps.Core.Features.Schema.Duplicates;

/// <summary>Columns that rows are compared by.</summary>
/// <param name="Key">The columns or expressions.</param>
/// <param name="Constraint">The constraint or index that is missing; null where columns were named.</param>
/// <param name="IsNamed">Whether somebody named these columns, or the constraint, and not all that are missing.</param>
internal sealed record SelectedKey(DuplicateKey Key, string? Constraint, bool IsNamed);

/// <summary>
/// Which rows are compared by which columns: those that were named, or those of every unique constraint and index that
/// is missing or not valid.
/// </summary>
internal sealed record DuplicateSelection(
    IReadOnlyList<string> Table, IReadOnlyList<string> Model, IReadOnlyList<string> Field,
    IReadOnlyList<string> Constraint, ExpectedSchema Expected)
{
    /// <summary>The columns.</summary>
    /// <param name="session">The session.</param>
    /// <param name="catalog">Tables and models.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="isPart">Whether a transaction is at hand.</param>
    /// <param name="context">Hears of names that are not there.</param>
    /// <exception cref="DataOpsException">A name is not there, or does not say which table is meant.</exception>
    public IReadOnlyList<SelectedKey> Keys(
        Session session, ReferenceCatalog catalog, string operation, bool isPart, OperationContext context)
    {
        if (Field.Count > 0)
            return [new(OfFields(catalog), null, true)];
        SchemaComparison? comparison =
            Expected.IsGiven ? Expected.Compare(session, operation, context) : null;
        using NpgsqlTransaction? snapshot = isPart ? null : session.BeginSnapshot();
        (DatabaseSchema actual, string own) = SchemaReader.Read(session, context.Cancellation);
        SchemaMending mending = comparison?.Mending ?? new(actual, actual, own);
        RepairConstraintOptions options = new() { Table = Table, Model = Model, Constraint = Constraint };
        SelectedKey[] missing =
        [
            .. new ConstraintSteps(session, catalog, comparison, own, mending, options, context).Find()
                .Where(s => s.Key is not null)
                .Select(s => new SelectedKey(s.Key!, s.Name, Constraint.Contains(s.Name))),
        ];
        // An index that has lost its order is there, and has let rows in all the same.
        return
        [
            .. missing,
            .. from table in catalog.Database.Tables
               where table.IsReadable
               from index in table.IndexDefinitions
               where index.IsUnique && Constraint.Contains(index.Name) && !missing.Any(m => m.Constraint == index.Name)
               select new SelectedKey(DuplicateKey.Of(table, index), index.Name, true),
        ];
    }

    private DuplicateKey OfFields(ReferenceCatalog catalog)
    {
        if (Constraint.Count > 0 || Table.Count + Model.Count != 1)
            throw new DataOpsException(
                ErrorIds.ContradictingOptions, FailureKind.InvalidArgument,
                "-Field names columns of one table, so that one -Model or one -Table has to say which.",
                "As -Model taggit.tag -Field name.", nameof(Field));
        Table table = TableOf(catalog);
        Model? model = catalog.ModelOf(table);
        return DuplicateKey.Of(table,
        [
            .. Field.SelectMany(f => f.Split(',', StringSplitOptions.TrimEntries)).Select(name =>
                (model?.Fields.FirstOrDefault(f => f.Name == name)?.Column ?? table.Find(name)
                    ?? throw new DataOpsException(
                        ErrorIds.UnknownField, FailureKind.NotFound,
                        $"{model?.Label ?? table.DisplayName} has no field {name}.",
                        $"It has {string.Join(", ", table.Columns.Select(c => c.Name))}.", name)).Name),
        ]);
    }

    private Table TableOf(ReferenceCatalog catalog) => Model is [var label]
        ? catalog.Models.FirstOrDefault(m => m.Label == ModelLabel.Parse(label))?.Table ?? throw new DataOpsException(
            ErrorIds.UnknownModel, FailureKind.NotFound,
            $"There is no model {label} with a table in this database.",
            "Get-Model lists models, as app.model.", label)
        : catalog.Database.Tables.FirstOrDefault(
            t => t.IsReadable && ReferenceFilter.TableNames(t).Contains(Table[0])) ?? throw new DataOpsException(
            ErrorIds.UnknownTable, FailureKind.NotFound, $"There is no table {Table[0]}.",
            "Get-Model lists tables.", Table[0]);
}
