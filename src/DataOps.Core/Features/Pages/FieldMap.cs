using DataOps.Core.Django.Pages;

namespace DataOps.Core.Features.Pages;

/// <summary>Where a field of the new type gets its values from.</summary>
/// <param name="Table">The new table.</param>
/// <param name="Column">Its column.</param>
/// <param name="Field">The field's name.</param>
/// <param name="Source">The old column; null without one.</param>
/// <param name="SourceTable">Its table.</param>
/// <param name="SourceField">Its field's name.</param>
/// <param name="GivenText">The value that the user gives; null when none.</param>
internal sealed record FieldSource(Table Table, Column Column, string Field, Column? Source, Table? SourceTable,
    string? SourceField, string? GivenText)
{
    /// <summary>The value that the user gives, as SQL; without the length here as well.</summary>
    public SqlText? Given => GivenText is null
        ? null
        : (SqlText)$"{SqlText.Value(GivenText)}::{Column.Type.Underlying}";

    /// <summary>What fills the column where nothing else does, as SQL; null when nothing can.</summary>
    public SqlText? Fallback => GivenText is null && (Column.Default is not null || !Column.NotNull)
        ? (SqlText)$"({SqlText.Raw(Column.Default ?? "null")})::{Column.TypeSql}"
        : Given;

    /// <summary>The column's value, as SQL over the tables of the old type, each under its alias.</summary>
    public SqlText Value(Func<Table, Alias> alias)
    {
        if (Source is null)
            return Fallback ?? $"null::{Column.TypeSql}";
        SqlText source = Source.In(alias(SourceTable!));
        // Without the length: what is too long is an error, and not cut.
        SqlText value = Source.Type == Column.Type ? source : (SqlText)$"{source}::{Column.Type.Underlying}";
        return Column.NotNull && Fallback is { } fallback ? (SqlText)$"coalesce({value}, {fallback})" : value;
    }
}

/// <summary>Which field of a new type of pages gets which field's values of the old one.</summary>
internal sealed class FieldMap
{
    private readonly ReferenceCatalog _catalog;
    private readonly Dictionary<string, string> _map;
    private readonly Dictionary<string, string> _default;
    private readonly HashSet<string> _used = [];
    private readonly string? _prefix;
    private readonly (Table Table, Column Column)[] _old;

    /// <summary>Makes it.</summary>
    /// <exception cref="DataOpsException">An entry is none, or names a field that is not there.</exception>
    public FieldMap(ReferenceCatalog catalog, PageType old, PageType target, ConvertPageOptions options)
    {
        _catalog = catalog;
        (_map, _default, _prefix) = (Pairs(options.Map, "-Map"), Pairs(options.Default, "-Default"), options.Prefix);
        // A new page has rows of its own in all tables; one that stays keeps those that both types have.
        Table[] common = [.. options.AsNewPage ? old.Chain.Take(1) : old.Chain.Intersect(target.Chain)];
        Gone = [.. old.Chain.Except(common).Reverse()];
        Come = [.. target.Chain.Except(common)];
        _old = [.. old.Chain.SelectMany(t => Own(t).Select(c => (t, c)))];
        Sources = [.. Come.SelectMany(t => Own(t).Select(c => SourceOf(t, c)))];
    }

    /// <summary>Tables that pages of the old type have and those of the new one have not; its own first.</summary>
    public IReadOnlyList<Table> Gone { get; }

    /// <summary>Tables that pages of the new type have besides, its parents' first.</summary>
    public IReadOnlyList<Table> Come { get; }

    /// <summary>Where their columns get their values from.</summary>
    public IReadOnlyList<FieldSource> Sources { get; }

    /// <summary>Old columns that nothing is made of.</summary>
    public IEnumerable<(Table Table, Column Column)> Dropped => Gone.SelectMany(t => Own(t).Select(c => (t, c)))
        .Where(o => !Sources.Any(s => s.SourceTable == o.t && s.Source == o.c));

    /// <summary>
    /// The name of the old list or table that the new one takes its rows from, as the user maps it; null when the user
    /// does not.
    /// </summary>
    public string? OldNameOf(string name)
    {
        _used.Add(name);
        return _map.GetValueOrDefault(name)
            ?? (_prefix is { } prefix && name.StartsWith(prefix, StringComparison.Ordinal)
            ? name[prefix.Length..]
            : null);
    }

    /// <summary>Refuses entries that nothing has used; when all is planned.</summary>
    /// <exception cref="DataOpsException"><c>UnknownField</c>.</exception>
    public void RequireUsed(PageType target)
    {
        string[] unused = [.. _map.Keys.Concat(_default.Keys).Where(k => !_used.Contains(k))];
        if (unused.Length > 0)
            throw new DataOpsException(
                ErrorIds.UnknownField, FailureKind.NotFound,
                $"{target.Label} has no field {string.Join(", ", unused)} to fill.",
                $"There are: {string.Join(", ", Sources.Select(s => s.Field))}.", unused[0]);
    }

    /// <summary>A column's field, as revisions call it.</summary>
    public string FieldOf(Table table, Column column) => _catalog.ModelOf(table)?.FieldOf(column) ?? column.Name;

    private IEnumerable<Column> Own(Table table) => table.Columns.Where(c => c.IsWritable && c != table.SingleKey);

    private FieldSource SourceOf(Table table, Column column)
    {
        string field = FieldOf(table, column);
        string? Take(Dictionary<string, string> from)
        {
            foreach (string name in new[] { field, column.Name })
                if (from.TryGetValue(name, out string? value))
                {
                    _used.Add(name);
                    return value;
                }
            return null;
        }
        string? mapped = Take(_map);
        string? given = Take(_default);
        (Table Table, Column Column)? source = mapped is not null
            ? Find(mapped) ?? throw new DataOpsException(
                ErrorIds.UnknownField, FailureKind.NotFound, $"The old type has no field {mapped}.",
                $"There are: {string.Join(", ", _old.Select(o => FieldOf(o.Table, o.Column)))}.", mapped)
            : Same(field, column)
                ?? (_prefix is { Length: > 0 } prefix && field.StartsWith(prefix, StringComparison.Ordinal)
                ? Find(field[prefix.Length..])
                : null);
        return new FieldSource(table, column, field, source?.Column, source?.Table,
            source is { } s ? FieldOf(s.Table, s.Column) : null, given);
    }

    private (Table, Column)? Find(string name) =>
        _old.Where(o => o.Column.Name == name || FieldOf(o.Table, o.Column) == name).Select(
            o => ((Table, Column)?)(o.Table, o.Column)).LastOrDefault();

    // Of one name: a column that wagtailcore_page has too stays there, and is no source.
    private (Table, Column)? Same(string field, Column column) =>
        _old.Where(o => Gone.Contains(o.Table) && (o.Column.Name == column.Name || FieldOf(o.Table, o.Column) == field))
            .Select(o => ((Table, Column)?)(o.Table, o.Column)).LastOrDefault();

    private static Dictionary<string, string> Pairs(IReadOnlyList<string> entries, string option)
    {
        Dictionary<string, string> pairs = [];
        foreach (string entry in entries)
        {
            int sign = entry.IndexOf('=', StringComparison.Ordinal);
            if (sign <= 0 || !pairs.TryAdd(entry[..sign].Trim(), entry[(sign + 1)..]))
                throw new DataOpsException(ErrorIds.InvalidMap, FailureKind.InvalidArgument,
                    $"{option} cannot be \"{entry}\".",
                    "Give each new field once, as new=old for -Map and field=value for -Default.", entry);
        }
        return pairs;
    }
}
