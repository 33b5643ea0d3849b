namespace DataOps.Core.Features.Pages;

/// <summary>What to do with a page that is replaced by a new one.</summary>
public enum OldPage
{
    /// <summary>
    /// Keep it as a draft behind its siblings, with its history, without its children; -old is appended to its slug.
    /// </summary>
    Keep,

    /// <summary>Delete it, with its revisions, comments and other dependent rows.</summary>
    Delete,
}
