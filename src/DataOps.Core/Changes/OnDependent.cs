namespace DataOps.Core.Changes;

/// <summary>What becomes of a row that needs a row to be deleted, where neither the database nor what is known of Django and Wagtail tells.</summary>
public enum OnDependent
{
    /// <summary>It is named, and nothing is changed.</summary>
    Fail,

    /// <summary>It is deleted as well, and what depends on it.</summary>
    Cascade,

    /// <summary>Its reference is cleared where it may be NULL; else it is named, and nothing is changed.</summary>
    SetNull,
}
