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
    public static readonly ModelLabel Document = new("wagtaildocs", "document");
    public static readonly ModelLabel Media = new("wagtailmedia", "media");

    /// <summary>The revisions of pages before Wagtail 4.</summary>
    public static readonly ModelLabel PageRevision = Core("pagerevision");

    /// <summary>
    /// The links of rich text that name a row by its id: the HTML element, the attribute that says of what the id is,
    /// the value of that attribute, and the model.
    /// </summary>
    /// <remarks>https://docs.wagtail.org/en/stable/extending/rich_text_internals.html</remarks>
    public static readonly IReadOnlyList<(string Element, string Attribute, string Type, ModelLabel Model)> Links =
    [
        ("a", "linktype", "page", Page), ("a", "linktype", "document", Document),
        ("embed", "embedtype", "image", Image), ("embed", "embedtype", "wagtailmedia", Media),
    ];

    /// <summary>
    /// Models whose texts are history, what visitors and editors typed, or what Wagtail fetched: no links of the site.
    /// </summary>
    public static readonly IReadOnlySet<ModelLabel> WithoutLinks = new HashSet<ModelLabel>
    {
        Revision, PageRevision, Comment, Core("commentreply"), Core("taskstate"), new("wagtailembeds", "embed"),
        new("wagtailforms", "formsubmission"),
    };

    /// <summary>A model of wagtailcore.</summary>
    public static ModelLabel Core(string name) => new("wagtailcore", name);
}
