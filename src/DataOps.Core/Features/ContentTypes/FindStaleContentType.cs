using Npgsql;

namespace DataOps.Core.Features.ContentTypes;

/// <summary>Options of <see cref="FindStaleContentType"/>. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record FindStaleContentTypeOptions
{
    /// <summary>Models, as app or app.model. Default: all.</summary>
    [Option(Position = 0, Pipeline = true, Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>Labels of apps. Default: all.</summary>
    [Option(Pipeline = true, Wildcards = true, Completes = OptionNames.AppLabel)]
    public IReadOnlyList<string> AppLabel { get; init; } = [];

    /// <summary>Labels of all installed apps, or a file of them; content types of other apps are stale.</summary>
    [Option(Completes = OptionNames.AppLabel, Form = OptionForm.NamesOrFile)]
    [MustExist(FileAdvice.SiteList)]
    public IReadOnlyList<string> InstalledApp { get; init; } = [];

    /// <summary>
    /// Models that exist in the code, as app.model, or a file of all of them (it must name contenttypes.contenttype).
    /// </summary>
    [Option(Completes = OptionNames.ModelName, Form = OptionForm.NamesOrFile)]
    [MustExist(FileAdvice.SiteList)]
    public IReadOnlyList<string> LiveModel { get; init; } = [];

    /// <summary>Also report content types of models that exist.</summary>
    public bool IncludeLive { get; init; }

    /// <summary>
    /// Columns that name a model's rows in results, as app.model=column; several joined by commas, none for no label.
    /// Default: title, name, slug, username or the like.
    /// </summary>
    [Option(Form = OptionForm.Label, Wildcards = true)]
    public IReadOnlyList<string> Label { get; init; } = [];
}

/// <summary>
/// Finds content types whose models no longer exist, and permissions whose codenames no longer do, with the evidence.
/// </summary>
[Operation("Find", "StaleContentType")]
public sealed class FindStaleContentType : Operation<FindStaleContentTypeOptions, ContentTypeFinding>
{
    /// <inheritdoc/>
    protected override bool NeedsAllNames => false;

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">A list cannot be read.</exception>
    protected override IEnumerable<ContentTypeFinding> Execute(
        Session session, FindStaleContentTypeOptions options, OperationContext context)
    {
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false, reading: context,
            labels: options.Label);
        foreach (ContentTypeFinding finding in Find(session, catalog, options, context))
            yield return finding;
    }

    /// <summary>Finds them in a snapshot that is the caller's, with other audits.</summary>
    internal static IEnumerable<ContentTypeFinding> Find(
        Session session, ReferenceCatalog catalog, FindStaleContentTypeOptions options, OperationContext context)
    {
        ApplicationList list = ApplicationList.Read(options.InstalledApp, options.LiveModel);
        IReadOnlyList<ContentTypeStatus> verdicts = Verdicts.Read(session, catalog, list, context.Cancellation).All;
        NameFilter models = new(options.Model);
        NameFilter apps = new(options.AppLabel);
        IEnumerable<string?[]> labels = verdicts.Select(v => ReferenceFilter.ModelNames(v.Type.Label));
        context.ReportUnmatched(models, labels, ErrorIds.UnknownModel, "model");
        context.ReportUnmatched(apps, verdicts.Select(v => new string?[] { v.AppLabel }), ErrorIds.UnknownApp, "app");
        bool IsWanted(ContentTypeStatus v) =>
            models.Matches(ReferenceFilter.ModelNames(v.Type.Label)) && apps.Matches(v.AppLabel);

        ContentTypeStatus[] wanted = [.. verdicts.Where(v => IsWanted(v) && (options.IncludeLive || !v.IsLive))];
        context.Report("Counting what depends on content types", 0, wanted.Length);
        foreach (ContentTypeFinding finding in new ContentTypeEvidence(session, catalog, verdicts, context).Describe(
            wanted))
            yield return finding.Explained();
        PermissionGrants grants = new(session, catalog, context.Cancellation);
        StalePermissionFinding Describe(StaleCodename stale)
        {
            Grant[] held = [.. grants.Of($"p.id = {stale.Id}")];
            return new StalePermissionFinding
            {
                Server = session.Server,
                Database = session.Database,
                Severity = Severity.Warning,
                Audit = Audit.ContentType,
                Class = ContentTypeClass.StalePermission,
                Model = stale.Type.Type.Label,
                Table = "auth_permission",
                Key = $"{stale.Id}",
                Column = "codename",
                AppLabel = stale.Type.AppLabel,
                ContentTypeId = stale.Type.Type.Id,
                Evidence = stale.Why,
                Groups = PermissionGrants.Names(held, "Group"),
                Users = PermissionGrants.Names(held, "User"),
                RenameTo = stale.RenameTo,
                Permission = stale.Codename,
                PermissionId = stale.Id,
            };
        }
        StaleCodename[] permissions =
        [
            .. StalePermissions.Find(session, catalog, list, verdicts, context.Cancellation)
                .Where(p => IsWanted(p.Type)),
        ];
        using FindingLabels rows = new(session, catalog, context);
        foreach (StalePermissionFinding finding in rows.AddTo(permissions.Select(Describe)))
            yield return finding.Explained();
    }
}
