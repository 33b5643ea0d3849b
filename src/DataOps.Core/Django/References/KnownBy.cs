namespace DataOps.Core.Django.References;

/// <summary>How a model's table or a reference is known, the surest first.</summary>
public enum KnownBy : long
{
    /// <summary>A constraint of the database.</summary>
    Constraint,

    /// <summary>The site's description, or the operator's own words.</summary>
    SiteDescription,

    /// <summary>What is known of Django, Wagtail and other packages.</summary>
    BuiltIn,

    /// <summary>Wagtail's index of references, or a link that a text holds.</summary>
    Content,

    /// <summary>The columns beside each other, as a content type and an object id.</summary>
    Shape,

    /// <summary>A name, by Django's rules.</summary>
    Name,
}
