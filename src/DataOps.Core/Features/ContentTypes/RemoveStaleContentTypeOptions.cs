namespace DataOps.Core.Features.ContentTypes;

/// <summary>Options of <see cref="RemoveStaleContentType"/>. Wildcards are PowerShell's: * ? [a-z].</summary>
public sealed partial record RemoveStaleContentTypeOptions : DeletingOptions
{
    /// <summary>Models, as app or app.model. Default: all that are stale.</summary>
    [Option(Position = 0, Pipeline = true, Wildcards = true, Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> Model { get; init; } = [];

    /// <summary>Labels of apps. Default: all.</summary>
    [Option(Wildcards = true, Completes = OptionNames.AppLabel)]
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

    /// <summary>Models that no longer exist, as app.model; only their content types are deleted.</summary>
    [Option(Completes = OptionNames.ModelName)]
    public IReadOnlyList<string> StaleModel { get; init; } = [];

    /// <summary>Permissions to delete, as app.model.codename; only they are deleted.</summary>
    public IReadOnlyList<string> StalePermission { get; init; } = [];

    /// <summary>Also delete stale permissions of models that exist.</summary>
    public bool Permission { get; init; }

    /// <summary>
    /// Move what references a content type or a permission to another one before deleting it, as blog.oldpost=blog.post
    /// or blog.post.add_oldpost=blog.post.add_post. A name or pattern alone takes the new name that was found.
    /// </summary>
    [Option(Wildcards = true)]
    public IReadOnlyList<string> Repoint { get; init; } = [];

    /// <summary>
    /// What to do with rows that reference a deleted row when the model's on_delete is unknown (tables of removed
    /// apps).
    /// </summary>
    public OnDependent OnDependent { get; init; }

    /// <summary>
    /// Also delete content types that are undecidable and have no table, or that only hold permissions.
    /// </summary>
    public bool Force { get; init; }
}
