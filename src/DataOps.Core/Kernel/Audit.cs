namespace DataOps.Core.Kernel;

/// <summary>
/// What a database can be audited for, in the order in which problems are repaired: pages are rebuilt before the
/// revisions that know them are orphans to be moved away, rows before the constraints on them.
/// </summary>
public enum Audit : long
{
    /// <summary>Trees, and what Wagtail derives from its pages' places (Test-Tree).</summary>
    Tree,

    /// <summary>Content types and permissions of models that are gone (Find-StaleContentType).</summary>
    ContentType,

    /// <summary>Rows that are there twice and should not be, and unique constraints that are missing.</summary>
    Uniqueness,

    /// <summary>Rows whose reference has no target (Find-Orphan).</summary>
    Orphan,

    /// <summary>Foreign keys that are missing, or not enforced (Repair-Constraint).</summary>
    Constraint,

    /// <summary>Sequences that hand out keys which are taken, or soon none (Reset-Sequence).</summary>
    Sequence,

    /// <summary>
    /// Indexes, collations, foreign keys, tables and texts that are not as the application needs them.
    /// </summary>
    Schema,

    /// <summary>Privileges that the application's role lacks; only with a role.</summary>
    Privilege,

    /// <summary>
    /// Where the database is not as the site's migrations, its description or a snapshot say; only with one of them.
    /// </summary>
    Drift,

    /// <summary>Files and the rows that name them (Test-Storage); only with a storage.</summary>
    Storage,
}
