namespace DataOps.Core.Django.Knowledge;

/// <summary>Wagtail's own models, as far as the code names them.</summary>
internal static class WagtailTables
{
    public static readonly ModelLabel Page = Core("page");
    public static readonly ModelLabel Revision = Core("revision");
    public static readonly ModelLabel Site = Core("site");
    public static readonly ModelLabel Locale = Core("locale");
    public static readonly ModelLabel Collection = Core("collection");
    public static readonly ModelLabel Comment = Core("comment");
    public static readonly ModelLabel PageLogEntry = Core("pagelogentry");
    public static readonly ModelLabel ModelLogEntry = Core("modellogentry");
    public static readonly ModelLabel WorkflowState = Core("workflowstate");
    public static readonly ModelLabel ReferenceIndex = Core("referenceindex");
    public static readonly ModelLabel SearchEntry = new("wagtailsearch", "indexentry");
    public static readonly ModelLabel EditingSession = new("wagtailadmin", "editingsession");
    public static readonly ModelLabel Redirect = new("wagtailredirects", "redirect");
    public static readonly ModelLabel Image = new("wagtailimages", "image");
    public static readonly ModelLabel Rendition = new("wagtailimages", "rendition");

    /// <summary>The revisions of pages before Wagtail 4.</summary>
    public static readonly ModelLabel PageRevision = Core("pagerevision");

    /// <summary>A model of wagtailcore.</summary>
    public static ModelLabel Core(string name) => new("wagtailcore", name);
}
