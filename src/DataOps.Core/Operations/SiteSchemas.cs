namespace DataOps.Core.Operations;

/// <summary>The schemas whose sites -Schema asks for, where it gives several names, or a wildcard.</summary>
internal static class SiteSchemas
{
    /// <summary>The schemas with Django's tables that were asked for, by name; at least one.</summary>
    /// <param name="session">The session.</param>
    /// <param name="context">Hears of names that are not found, where the others are worked on.</param>
    /// <exception cref="DataOpsException"><c>UnknownSchema</c>: none is found, or one of them is not and all are
    /// needed.</exception>
    public static IReadOnlyList<string> Of(Session session, OperationContext context)
    {
        IReadOnlyList<string> sites = session.Query<string>(
            $"""
            select n.nspname::text from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where c.relname = {SqlText.Value(SearchPath.SiteTable)} and c.relkind in ('r', 'p')
            order by n.nspname collate "C"
            """,
            context.Cancellation);
        NameFilter asked = new(session.Settings.Schemas);
        string[] found = [.. sites.Where(s => asked.Matches(s))];
        DataOpsException Unknown(IReadOnlyList<string> names) => new(
            ErrorIds.UnknownSchema, FailureKind.NotFound,
            $"{session.Database} has no schema {string.Join(", ", names)} with Django's tables in it.",
            $"There are: {string.Join(", ", sites.DefaultIfEmpty("none"))}.", names[0]);
        if (found.Length == 0)
            throw Unknown(session.Settings.Schemas);
        context.ReportUnmatched(asked.Unmatched(sites.Select(s => new string?[] { s })), Unknown);
        return found;
    }

    /// <summary>The one schema of an operation that works on one site.</summary>
    /// <exception cref="DataOpsException"><c>SchemaNotChosen</c>: several are asked for; or
    /// <c>UnknownSchema</c>.</exception>
    public static string Single(Session session, OperationContext context)
    {
        IReadOnlyList<string> found = Of(session, context with { NotFound = null });
        return found.Count == 1 ? found[0] : throw new DataOpsException(
            ErrorIds.SchemaNotChosen, FailureKind.InvalidArgument,
            $"-Schema asks for {found.Count} schemas of {session.Database}, and this works on one site at a time.",
            $"Choose one: {string.Join(", ", found)}.", session.Database);
    }

    /// <summary>A failure in one of several schemas, which says in which.</summary>
    public static DataOpsException In(string schema, DataOpsException failure) => new(
        failure.Id, failure.Kind, $"Schema {schema}: {failure.Message}", failure.Advice, failure.Target, failure);

    /// <summary>Whether a failure is of one schema, so that the others can be worked on.</summary>
    public static bool IsOfOne(DataOpsException failure) => failure.Kind is not (FailureKind.InvalidArgument
        or FailureKind.Connection or FailureKind.Authentication);
}
