using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema;

/// <summary>Differences between the schema that is expected and the database's, as findings of an audit.</summary>
internal sealed class SchemaDrift(Session session, ReferenceCatalog catalog, OperationContext context)
{
    /// <summary>Finds them, in the audit's transaction.</summary>
    /// <exception cref="DataOpsException">The server refused a query.</exception>
    public IEnumerable<Finding> Find(SchemaExpectation expectation)
    {
        (DatabaseSchema actual, string own) = LiveSchema.ReadAtHand(session, context.Cancellation);
        DatabaseSchema expected = expectation.Schema;
        if (Respelling.IsNeeded(expected, actual))
        {
            // The audit's own transaction makes no temporary tables: it only reads.
            using Session beside = session.Fork(context.Cancellation);
            (expected, actual) = Respelling.Of(beside, own, expected, actual, context);
        }
        return new SchemaComparison(expectation with { Schema = expected }, actual, own).Differences().Select(Of);
    }

    private SchemaDifference Of(SchemaDifference found)
    {
        string since = found.Migration is null ? ""
            : $" (expected since {found.Migration}, {found.File}{(found.Line is { } line ? $":{line}" : "")})";
        Table? table = found.Table is null ? null : SiteDescription.TableNamed(catalog.Database, found.Table);
        return found with
        {
            Server = session.Server,
            Database = session.Database,
            Audit = Audit.Drift,
            Model = found.Model ?? (table is null ? null : catalog.LabelOf(table)?.ToString()),
            Problem = $"{found.Problem}{since}: {found.Consequence}",
            Remedy = found.Remedy
                ?? (found.Class is SchemaDifferenceKind.Missing or SchemaDifferenceKind.Ghost
                    ? found.Origin?.Command : null),
        };
    }
}
