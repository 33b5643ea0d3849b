using DataOps.Core.Catalog;
using DataOps.Core.Connections;

namespace DataOps.Core.Datasets;

/// <summary>Makes the SQL condition of a spec's filter; every value is a literal of the column's own type.</summary>
/// <param name="catalog">The database's models and references.</param>
/// <param name="relation">What stands for a table that a path leads to: itself, or its rows as they are after a load.</param>
internal sealed class FilterSql(ReferenceCatalog catalog, Func<Table, string> relation)
{
    private static readonly Dictionary<string, string> s_comparisons = new() { ["exact"] = "=", ["gt"] = ">", ["gte"] = ">=", ["lt"] = "<", ["lte"] = "<=" };

    /// <summary>The condition on the rows of a model's table, t.</summary>
    /// <exception cref="DataOpsException">A look-up names what the model does not have, or is not known.</exception>
    public string Condition(Model model, IReadOnlyList<FileLookup> filter) =>
        filter.Count == 0 ? "true" : string.Join(" and ", filter.Select(l => Condition(model, l, new Queue<string>(l.Path.Split("__")), "t", 0)));

    private string Condition(Model model, FileLookup lookup, Queue<string> path, string alias, int depth)
    {
        if (!path.TryDequeue(out string? name))
            throw Unknown(lookup, model);
        if (name == "pk" && model.Key is [{ } key])
            return Column(model, lookup, key, path, alias, depth);
        if (model.Fields.FirstOrDefault(f => f.Name == name || f.Column.Name == name)?.Column is { } column)
            return Column(model, lookup, column, path, alias, depth);
        if (model.Key.FirstOrDefault(k => k.Name == name || k.Name == name + "_id") is { } own)
            return Column(model, lookup, own, path, alias, depth);
        if (model.ManyToMany.FirstOrDefault(l => l.Name == name) is { } list && model.Key is [{ } owner])
        {
            string entry = $"l{depth}";
            Reference? reference = catalog.ReferenceOf(list.Table, list.TargetColumn);
            return Exists(lookup, path, inner => $"""
                exists (select 1 from {list.Table.Sql} {entry} where {entry}.{Sql.Identifier(list.OwnerColumn.Name)} = {alias}.{Sql.Identifier(owner.Name)} and {inner})
                """, rest => Target(lookup, reference, list.TargetColumn, rest, entry, depth, model));
        }
        // A field of the parent's half.
        if (catalog.ParentLink(model.Table) is { } link && catalog.ModelOf(link.Target!) is { } parent)
            return Reach(lookup, link, parent, new Queue<string>(path.Prepend(name)), alias, depth);
        throw Unknown(lookup, model);
    }

    private string Column(Model model, FileLookup lookup, Column column, Queue<string> path, string alias, int depth) =>
        Target(lookup, catalog.ReferenceOf(model.Table, column), column, path, alias, depth, model);

    private string Target(FileLookup lookup, Reference? reference, Column column, Queue<string> path, string alias, int depth, Model model)
    {
        string place = $"{alias}.{Sql.Identifier(column.Name)}";
        if (path.Count == 0)
            return Compare(lookup, column, place, lookup.IsList ? throw Unknown(lookup, model) : "exact", model);
        if (path.Count == 1 && (s_comparisons.ContainsKey(path.Peek()) || path.Peek() is "in" or "isnull" or "range" or "contains" or "icontains" or "startswith" or "istartswith" or "endswith" or "iendswith"))
            return Compare(lookup, column, place, path.Dequeue(), model);
        if (reference?.Target is { } target && path.Peek() is "pk" or "id" && path.Count <= 2)
        {
            path.Dequeue();
            return Target(lookup, reference, column, path, alias, depth, model);
        }
        return reference is { Target: { } next } && catalog.ModelOf(next) is { } reached ? Reach(lookup, reference, reached, path, alias, depth) : throw Unknown(lookup, model);
    }

    private string Reach(FileLookup lookup, Reference reference, Model reached, Queue<string> path, string alias, int depth)
    {
        string next = $"p{depth + 1}";
        return Exists(lookup, path, inner => $"""
            exists (select 1 from {relation(reference.Target!)} {next} where {next}.{Sql.Identifier(reference.TargetColumns[0].Name)} = {alias}.{Sql.Identifier(reference.Column.Name)} and {inner})
            """, rest => Condition(reached, lookup, rest, next, depth + 1));
    }

    // Over a reference that is not there everything is NULL.
    private static string Exists(FileLookup lookup, Queue<string> path, Func<string, string> exists, Func<Queue<string>, string> inner)
    {
        if (!lookup.Path.EndsWith("__isnull", StringComparison.Ordinal) || lookup.Values is not ["true"])
            return exists(inner(path));
        return $"not {exists($"not ({inner(path)})")}";
    }

    private static string Compare(FileLookup lookup, Column column, string place, string operation, Model model)
    {
        string Value(string? value) => $"{Sql.Literal(value ?? throw Unknown(lookup, model))}::{column.TypeText}";
        if (operation == "in")
            return !lookup.IsList ? throw Unknown(lookup, model) : lookup.Values.Count == 0 ? "false"
                : $"{place} = any(array[{string.Join(", ", lookup.Values.Where(v => v is not null).Select(v => Sql.Literal(v!)))}]::{column.TypeText}[])";
        if (operation == "range")
            return lookup.Values is [{ } low, { } high] ? $"{place} between {Value(low)} and {Value(high)}" : throw Unknown(lookup, model);
        if (lookup.Values is not [var only] || lookup.IsList)
            throw Unknown(lookup, model);
        if (operation == "isnull")
            return only is "true" or "false" ? $"{place} is {(only == "true" ? "" : "not ")}null" : throw Unknown(lookup, model);
        if (only is null)
            return operation == "exact" ? $"{place} is null" : throw Unknown(lookup, model);
        if (s_comparisons.TryGetValue(operation, out string? comparison))
            return $"{place} {comparison} {Value(only)}";
        string pattern = only.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
        string left = operation is "startswith" or "istartswith" ? "" : "%";
        string right = operation is "endswith" or "iendswith" ? "" : "%";
        string like = operation[0] == 'i' ? "ilike" : "like";
        return $"{place}::text {like} {Sql.Literal(left + pattern + right)}";
    }

    private static DataOpsException Unknown(FileLookup lookup, Model model) => new(
        "InvalidFilter", FailureKind.InvalidData, $"The filter \"{lookup.Path}\" of a spec cannot be asked of {model.Label}.",
        "A look-up is a path of fields and references, with exact, in, gt, gte, lt, lte, range, isnull, contains, startswith or endswith behind it.", lookup.Path);
}
