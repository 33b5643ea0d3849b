namespace DataOps.Core.Kernel;

/// <summary>What a database can be audited for.</summary>
public enum Audit : long
{
    /// <summary>Rows whose reference has no target (Find-Orphan).</summary>
    Orphan,

    /// <summary>Foreign keys that are missing, or not enforced (Repair-Constraint).</summary>
    Constraint,

    /// <summary>Content types and permissions of models that are gone (Find-StaleContentType).</summary>
    ContentType,

    /// <summary>Sequences that hand out keys which are taken, or soon none (Reset-Sequence).</summary>
    Sequence,

    /// <summary>Trees, and what Wagtail derives from its pages' places (Test-Tree).</summary>
    Tree,

    /// <summary>Rows that are there twice and should not be, and unique constraints that are missing.</summary>
    Uniqueness,

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
}
