namespace DataOps.Core.Features.SiteDescriptions;

/// <summary>
/// What the site's code and its database contradict each other in, beside the schema itself, whose differences have
/// classes of their own (<c>SchemaDifferenceKind</c>).
/// </summary>
public enum DriftProblem : long
{
    /// <summary>The description of the site says what the database contradicts.</summary>
    Description,

    /// <summary>A table without a model.</summary>
    UnknownTable,

    /// <summary>A migration that is applied, and of which there is no file.</summary>
    WithoutFile,

    /// <summary>A migration of the files that is not applied.</summary>
    NotApplied,

    /// <summary>A migration that was applied before one that it depends on.</summary>
    OutOfOrder,

    /// <summary>Migrations that Django cannot put into an order.</summary>
    Migrations,

    /// <summary>Models that could not be compared, as the files do not say all of them.</summary>
    NotKnown,
}

/// <summary>A finding of them.</summary>
internal static class Drift
{
    /// <summary>A finding, with what all of them have.</summary>
    public static Finding Of(
        Session session, DriftProblem problem, Severity severity, string text, string? remedy = null) => new()
        {
            Server = session.Server,
            Database = session.Database,
            Severity = severity,
            Audit = Audit.Drift,
            Class = problem,
            Problem = text,
            Remedy = remedy,
        };
}
