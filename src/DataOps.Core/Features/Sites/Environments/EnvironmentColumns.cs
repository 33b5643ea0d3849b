using System.Text.RegularExpressions;
using DataOps.Core.Definitions;

namespace DataOps.Core.Features.Sites.Environments;

/// <summary>The columns that a definition is about, and those that it may have forgotten.</summary>
/// <param name="session">The session.</param>
/// <param name="catalog">The models.</param>
/// <param name="cancellation">Cancels the query that runs.</param>
internal sealed partial class EnvironmentColumns(
    Session session, ReferenceCatalog catalog, CancellationToken cancellation)
{
    private static readonly string[] s_times = ["go_live_at", "expire_at"];

    private static readonly Alias s_row = ColumnChange.Row;

    /// <summary>
    /// The columns with e-mail addresses that rules name; of several rules for one the first decides.
    /// </summary>
    /// <exception cref="DataOpsException">A rule names what is not there.</exception>
    public IReadOnlyList<ColumnChange> Addresses(IReadOnlyList<AddressRule> rules)
    {
        List<ColumnChange> changes = [];
        HashSet<Column> decided = [];
        foreach (AddressRule rule in rules)
            foreach ((Model model, Field field) in Named(rule))
                if (decided.Add(field.Column))
                    changes.AddRange(Of(rule, model, field));
        return changes;
    }

    /// <summary>
    /// All that Wagtail's publish_scheduled reads: expire_at of what can be a draft, and approved_go_live_at of
    /// revisions; go_live_at, too, by which an editor sees that something is due.
    /// </summary>
    /// <remarks>
    /// https://github.com/wagtail/wagtail/blob/main/wagtail/management/commands/publish_scheduled.py
    /// </remarks>
    public IReadOnlyList<ColumnChange> Schedules()
    {
        IEnumerable<(Model, Column)> drafts = from model in catalog.Models
                                              where model.Table.IsReadable && model.Table.Find("live") is not null
                                              let columns = s_times.Select(model.Table.Find)
                                              where columns.All(c => c is not null)
                                              from column in columns
                                              select (model, column);
        IEnumerable<(Model, Column)> revisions = from model in catalog.Models
                                                 where model.Label == WagtailTables.Revision
                                                     || model.Label == WagtailTables.PageRevision
                                                 let column = model.Table.Find("approved_go_live_at")
                                                 where column is not null
                                                 select (model, column);
        return
        [
            .. from time in drafts.Concat(revisions)
               let column = time.Item2
               select new ColumnChange(
                   EnvironmentPart.Schedule, $"{time.Item1.Label}.{column.Name}", "NULL", time.Item1.Table, column,
                   $"{column.In(s_row)} is not null", _ => (SqlText)$"null::{column.TypeSql}"),
        ];
    }

    /// <summary>
    /// Columns that are named as those of e-mail addresses are, or hold users' names, and hold addresses; how many.
    /// </summary>
    public IEnumerable<(string Name, long Count)> WithAddresses(IReadOnlySet<Column> but)
    {
        foreach ((Model model, Field field) in All().Where(f => f.Field.Column.IsText && !but.Contains(f.Field.Column)
            && (OfAddress().IsMatch(f.Field.Name) || f.Model.Table == catalog.Users.Current)))
        {
            long count = session.Query<long>(
                $"""
                select count(*) from {model.Table} {s_row}
                where {field.Column.In(s_row)}::text ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$'
                """, cancellation).Single();
            if (count > 0)
                yield return (NameOf((model, field)), count);
        }
    }

    private IEnumerable<(Model Model, Field Field)> All() =>
        from model in catalog.Models where model.Table.IsReadable from field in model.Fields select (model, field);

    private static string NameOf((Model Model, Field Field) of) => $"{of.Model.Label}.{of.Field.Name}";

    private IEnumerable<(Model Model, Field Field)> Named(AddressRule rule)
    {
        foreach (string name in rule.Columns)
        {
            NameFilter filter = new([name]);
            (Model Model, Field Field)[] named = [.. All().Where(f => filter.Matches(NameOf(f)))];
            (Model Model, Field Field)[] texts = [.. named.Where(f => f.Field.Column.IsText)];
            if (texts.Length == 0)
                throw DefinitionError.At(
                    rule.Place,
                    named.Length == 0
                        ? $"{session.Database} has no column \"{name}\"."
                        : $"{NameOf(named[0])} is {named[0].Field.Column.TypeText}, and holds no address.",
                    "Name it as app.model.field; Get-Model lists the models.", ErrorIds.UnknownField);
            foreach ((Model Model, Field Field) one in texts)
                yield return one;
        }
    }

    // Publishing an old revision would bring its address back.
    private IEnumerable<ColumnChange> Of(AddressRule rule, Model model, Field field)
    {
        ColumnChange Change(string subject, Table table, Column column, SqlText covers, Func<SqlText, SqlText> value) =>
            new(EnvironmentPart.Address, subject, rule.Address, table, column, covers, value);
        string name = NameOf((model, field));
        SqlText covers = rule.Covers($"{field.Column.In(s_row)}::text");
        yield return Change(name, model.Table, field.Column, covers,
            now => $"case when {covers} then {rule.NewAddress(KeyText.Of(model.Table, s_row))} else {now} end");
        Table[] heirs = [.. catalog.WithHeirs(model.Table)];
        int[] types = [.. catalog.ContentTypes.Where(c => heirs.Contains(c.Table ?? c.ProxiedTable)).Select(c => c.Id)];
        if (types.Length == 0 || catalog.TableOf(WagtailTables.Revision) is not { } revisions
            || revisions.Find("content") is not { Type.Underlying.Name: "jsonb" } content)
            yield break;
        SqlText key = SqlText.Value(field.Name);
        SqlText isOld =
            $"({s_row}.content_type_id = any({types}) and {rule.Covers($"({content.In(s_row)} ->> {key})")})";
        yield return Change(
            $"{name} in revisions", revisions, content, isOld,
            now => (SqlText)$"""
                ({now} || case when {isOld}
                  then jsonb_build_object({key}::text, {rule.NewAddress($"{s_row}.object_id::text")})
                  else jsonb_build_object() end)
                """);
    }

    [GeneratedRegex("mail|_address$", RegexOptions.IgnoreCase)]
    private static partial Regex OfAddress();
}
