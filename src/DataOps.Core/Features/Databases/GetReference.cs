namespace DataOps.Core.Features.Databases;

/// <summary>Which references to list. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record GetReferenceOptions : ReferenceOptions
{
    /// <summary>Write the references as the text of one graph.</summary>
    public GraphLanguage? As { get; init; }
}

/// <summary>What Get-Reference emits.</summary>
public interface IReferenceResult : IOfSchema
{
    /// <summary>The server.</summary>
    string Server { get; }

    /// <summary>The database.</summary>
    string Database { get; }
}

/// <summary>The graph of references as text.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Text">The text, in the language that was asked for.</param>
public sealed record ReferenceGraphText(string Server, string Database, string Text) : IReferenceResult, IScriptLine
{
    /// <summary>The schema of the site, where -Schema asks for several; otherwise null.</summary>
    public string? Schema { get; init; }

    IOfSchema IOfSchema.InSchema(string schema) => this with { Schema = schema };
}

/// <summary>A reference from one table to another.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Class">The class of the reference.</param>
/// <param name="Severity">The severity of its orphans.</param>
/// <param name="Table">The referencing table.</param>
/// <param name="Model">Its model, or the model of the many-to-many field; null for other tables.</param>
/// <param name="Column">The referencing columns, joined by commas.</param>
/// <param name="References">The referenced table; null when each row names its own (generic references).</param>
/// <param name="TargetColumn">The referenced columns, joined by commas.</param>
/// <param name="Reference">Its name: the constraint's, or else table.column.</param>
/// <param name="IsNullable">Whether the column may be NULL.</param>
/// <param name="OnDelete">The constraint's ON DELETE; null without a constraint.</param>
/// <param name="IsDeferrable">Whether the constraint is deferrable; null without a constraint.</param>
/// <param name="IsValidated">Whether PostgreSQL has checked all rows; null without a constraint.</param>
/// <param name="Evidence">The evidence for the reference, in words.</param>
/// <param name="KnownBy">How the reference is known.</param>
public sealed record ReferenceInfo(
    string Server,
    string Database,
    ReferenceClass Class,
    Severity Severity,
    string Table,
    string? Model,
    string Column,
    string? References,
    string? TargetColumn,
    string Reference,
    bool IsNullable,
    string? OnDelete,
    bool? IsDeferrable,
    bool? IsValidated,
    string Evidence,
    KnownBy KnownBy) : IReferenceResult
{
    /// <summary>The schema of the site, where -Schema asks for several; otherwise null.</summary>
    public string? Schema { get; init; }

    IOfSchema IOfSchema.InSchema(string schema) => this with { Schema = schema };
}

/// <summary>
/// Lists the references between tables: foreign keys, generic, soft, embedded and implied references, inheritance,
/// trees.
/// </summary>
[Operation("Get", "Reference")]
public sealed class GetReference : Operation<GetReferenceOptions, IReferenceResult>
{
    /// <inheritdoc/>
    protected override bool NeedsAllNames => false;

    /// <inheritdoc/>
    protected override IEnumerable<IReferenceResult> Execute(
        Session session, GetReferenceOptions options, OperationContext context)
    {
        ReferenceCatalog catalog = ReferenceCatalog.Read(
            session, options.SoftReference, reading: context, texts: options.Texts);
        ReferenceFilter filter =
            new(catalog, options.Table, options.Model, options.Class, options.Reference, context);
        IEnumerable<ReferenceInfo> references = filter.Select().Select(r => Describe(session, catalog, r));
        return options.As is { } language
            ? [new ReferenceGraphText(session.Server, session.Database, ReferenceGraph.Of([.. references], language))]
            : references;
    }

    private static ReferenceInfo Describe(Session session, ReferenceCatalog catalog, Reference r) => new(
        session.Server,
        session.Database,
        r.Class,
        r.Severity,
        r.Table.DisplayName,
        catalog.LabelOf(r.Table),
        string.Join(",",
            (r.ContentTypeColumn is null
                || r.Class == ReferenceClass.Inheritance ? r.Columns : r.Columns.Prepend(r.ContentTypeColumn))
            .Select(c => c.Name)),
        r.Target?.DisplayName,
        r.TargetColumns.Count == 0 ? null : string.Join(",", r.TargetColumns.Select(c => c.Name)),
        r.Name,
        r.IsNullable,
        r.Constraint?.OnDelete,
        r.Constraint?.IsDeferrable,
        r.Constraint?.IsValidated,
        r.Evidence,
        r.KnownBy);
}
