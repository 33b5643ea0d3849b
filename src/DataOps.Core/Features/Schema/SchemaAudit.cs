namespace DataOps.Core.Features.Schema;

/// <summary>A problem of the schema itself.</summary>
public enum SchemaProblem : long
{
    /// <summary>PostgreSQL does not use the index: building it failed, or an index of a partition is missing.</summary>
    InvalidIndex,

    /// <summary>The operating system sorts text in another order than the one that indexes were built with.</summary>
    Collation,

    /// <summary>The same columns have two foreign keys.</summary>
    DoubledForeignKey,

    /// <summary>
    /// A table without a model has a foreign key to one with a model: Django cannot delete what its rows refer to.
    /// </summary>
    TableWithoutModel,

    /// <summary>
    /// A foreign key leads to auth_user, though the site's user model is another one since (AUTH_USER_MODEL).
    /// </summary>
    SwitchedUserModel,

    /// <summary>A text that is not UTF-8, in a database in SQL_ASCII.</summary>
    Encoding,

    /// <summary>Tables with rows were never analysed, as after a restore.</summary>
    Statistics,
}

/// <summary>
/// What is wrong with indexes, collations, foreign keys, tables, encoding and statistics; reads only.
/// </summary>
internal static class SchemaAudit
{
    /// <summary>Finds it, a kind after the other.</summary>
    /// <param name="session">The session, in the audit's transaction.</param>
    /// <param name="catalog">Tables and models.</param>
    /// <param name="isDetailed">Whether rows are named one by one.</param>
    /// <param name="context">Cancellation.</param>
    public static IEnumerable<Finding> Find(
        Session session, ReferenceCatalog catalog, bool isDetailed, OperationContext context)
    {
        Check check = new(session, Audit.Schema, context);
        return check.Run(() => InvalidIndexes.Find(session, catalog, context.Cancellation), [])
            .Concat(check.Run(() => StaleCollation.Find(session, catalog, context.Cancellation), []))
            .Concat(DoubledForeignKeys.Find(session, catalog))
            .Concat(TablesWithoutModel.Find(session, catalog, check))
            .Concat(SwitchedUserModel.Find(session, catalog, check))
            .Concat(WrongEncoding.Find(session, catalog, isDetailed, check))
            .Concat(check.Run(() => StatisticsAudit.Find(session, catalog, context.Cancellation), []));
    }

    /// <summary>A finding of a table, with what all of them have.</summary>
    public static Finding Of(Session session, ReferenceCatalog catalog, Table? table, SchemaProblem problem) => new()
    {
        Server = session.Server,
        Database = session.Database,
        Severity = Severity.Warning,
        Audit = Audit.Schema,
        Class = problem,
        Model = table is null ? null : catalog.LabelOf(table),
        Table = table?.DisplayName,
    };
}
