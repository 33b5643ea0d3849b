namespace DataOps.Core.Features.Pages;

/// <summary>What becomes of a page in whose place there is a new one.</summary>
public enum OldPage
{
    /// <summary>It stays as a draft behind its siblings, its slug with -old behind it; with its history, and without its children.</summary>
    Keep,

    /// <summary>It is deleted, with its revisions and comments and whatever depends on it.</summary>
    Delete,
}
