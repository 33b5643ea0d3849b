using DataOps.Core.Django.Pages;
using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Pages;

/// <summary>What is in the way of a conversion, all of it at once.</summary>
internal sealed class ConversionProblems(Session session, FieldMap map, bool force, CancellationToken cancellation)
{
    private readonly List<string> _lines = [];

    /// <summary>Finds the root of all pages, which is a plain page and no site's.</summary>
    public void FindRoot(Table pages) => Find(
        $"{PagesToConvert.RowsOf(pages)} where length(t.path) <= {PathScheme.Wagtail.StepLength}",
        "no parent: the root page cannot be converted, so name pages below it");

    /// <summary>Finds pages whose row in an old table is missing, or that have one in a new table already.</summary>
    public void FindHalves()
    {
        foreach (Table table in map.Gone)
            Find(
                $"""
                from {PagesToConvert.Name} d
                where not exists (select 1 from {table} t where t.{table.SingleKey!} = d.id)
                """,
                $"no row in {table}: Test-Tree finds them, Repair-Tree repairs them");
        foreach (Table table in map.Come)
            Find($"from {PagesToConvert.Name} d join {table} t on t.{table.SingleKey!} = d.new_id",
                $"a row in {table} already: Repair-Tree deletes it");
    }

    /// <summary>
    /// Finds fields that nothing fills, values that do not fit, and values for which there is no field.
    /// </summary>
    public void FindValues()
    {
        foreach (FieldSource s in map.Sources)
        {
            if (s.Given is not null)
                CheckGiven(s);
            if (s.Source is null && s.Fallback is null)
                _lines.Add($"{s.Field} needs a value: name the old field for it with -Map, or a value with -Default");
            if (s.Source is null)
                continue;
            SqlText from = $"{PagesToConvert.RowsOf(s.SourceTable!)} where t.{s.Source}";
            if (s.Column.NotNull && s.Fallback is null && !s.Source.NotNull)
                Find($"{from} is null", $"no {s.SourceField}, which {s.Field} needs: say what they get with -Default");
            if (s.Column.Length is { } length && (s.Source.Length ?? int.MaxValue) > length)
                Find($"{from} is not null and length(t.{s.Source}::text) > {length}",
                    $"a {s.SourceField} of more than {length} characters, for which {s.Field} has no room");
        }
        foreach ((Table table, Column column) in force ? [] : map.Dropped)
            Find(
                $$"""
                {{PagesToConvert.RowsOf(table)}}
                where t.{{column}} is not null and t.{{column}}::text not in ('', '[]', '{}', 'false')
                """,
                $"a value in {map.FieldOf(table, column)}, for which the new type has no field: use -Map, or -Force " +
                    $"to drop it");
    }

    // Whatever PostgreSQL says about a value, it does not say whose it is.
    private void CheckGiven(FieldSource s)
    {
        try
        {
            long characters = session.Query<long?>($"select length(({s.Given!})::text)", cancellation)[0] ?? 0;
            if (s.Column.Length is { } most && characters > most)
                _lines.Add($"{s.Field} has room for {most} characters, and -Default gives it {characters}");
        }
        catch (DataOpsException e) when (e.Id.StartsWith("Postgres.22", StringComparison.Ordinal))
        {
            throw new DataOpsException(
                ErrorIds.InvalidDefault, FailureKind.InvalidArgument,
                $"-Default gives {s.Field} an invalid value: {e.Message}",
                $"Give it as PostgreSQL writes a value of {s.Column.TypeText}.", s.Field, e);
        }
    }

    /// <summary>Finds rows by a query from "from" on, d being the page, and adds what the pages have.</summary>
    public void Find(SqlText from, string what)
    {
        (long rows, string? page) = session.Query<(long, string?)>(
            $"select count(*), min(d.id)::text {from}", cancellation)[0];
        if (rows > 0)
            _lines.Add(rows == 1 ? $"page {page} has {what}" : $"{rows} pages (page {page} is the first) have {what}");
    }

    /// <summary>Fails with all of them.</summary>
    /// <exception cref="DataOpsException"><c>CannotConvert</c>.</exception>
    public void ThrowIfAny(PageType old, PageType target)
    {
        if (_lines.Count > 0)
            throw new DataOpsException(
                ErrorIds.CannotConvert, FailureKind.InvalidOperation,
                $"Pages of {old.Label} cannot become {target.Label} yet, so nothing was changed:\n  " +
                    string.Join("\n  ", _lines),
                "Name the field of each value with -Map, or a value with -Default; change those pages otherwise.",
                old.Label.ToString());
    }
}
