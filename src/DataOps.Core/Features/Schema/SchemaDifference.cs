using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema;

/// <summary>What a difference between two schemas is.</summary>
public enum SchemaDifferenceKind : long
{
    /// <summary>It is expected, and is not there.</summary>
    Missing,

    /// <summary>
    /// PostgreSQL dropped it together with a column, and Django still has it: a migration that drops it by name fails.
    /// </summary>
    Ghost,

    /// <summary>It is there, and is not expected.</summary>
    Extra,

    /// <summary>It is another one than expected.</summary>
    Different,

    /// <summary>It is as expected but for its name.</summary>
    Renamed,

    /// <summary>A constraint is NOT VALID: existing rows were never checked.</summary>
    NotValid,

    /// <summary>A constraint is not enforced, or a trigger does not fire.</summary>
    NotEnforced,

    /// <summary>An index is not used, as building it failed.</summary>
    Invalid,

    /// <summary>Rows will stop a migration that is not applied yet.</summary>
    Blocked,

    /// <summary>A migration that is not applied yet drops what is not there.</summary>
    Fails,

    /// <summary>A migration that is not applied yet drops a table or a column with its values.</summary>
    Lost,

    /// <summary>A migration that is not applied yet writes a table anew.</summary>
    Rewrite,

    /// <summary>A migration that is not applied yet locks a large table.</summary>
    Lock,
}

/// <summary>What a difference is about.</summary>
public enum SchemaObjectKind : long
{
    /// <summary>A table.</summary>
    Table,

    /// <summary>A column.</summary>
    Column,

    /// <summary>A primary key.</summary>
    PrimaryKey,

    /// <summary>A unique constraint.</summary>
    Unique,

    /// <summary>A check.</summary>
    Check,

    /// <summary>A foreign key.</summary>
    ForeignKey,

    /// <summary>An exclusion constraint.</summary>
    Exclusion,

    /// <summary>An index.</summary>
    Index,

    /// <summary>A trigger.</summary>
    Trigger,

    /// <summary>A policy of row security.</summary>
    Policy,

    /// <summary>A view or a materialized view.</summary>
    View,

    /// <summary>A sequence.</summary>
    Sequence,

    /// <summary>An enum, a domain or a composite type.</summary>
    Type,

    /// <summary>An extension.</summary>
    Extension,

    /// <summary>The newest migration of an app.</summary>
    Migration,
}

/// <summary>
/// A difference between the schema that is expected and the one that is there: Expected and Value are the two, Class
/// is a <see cref="SchemaDifferenceKind"/>, and Remedy the SQL that ends it.
/// </summary>
public sealed record SchemaDifference : Finding
{
    /// <summary>What it is about.</summary>
    public SchemaObjectKind Kind { get; init; }

    /// <summary>The name of the object: the expected one, or the one that is there where none is expected.</summary>
    public string Name { get; init; } = "";

    /// <summary>What breaks because of it.</summary>
    public string Consequence { get; init; } = "";

    /// <summary>The migration since which it is expected, as app.name; null where no migration is asked.</summary>
    public string? Migration { get; init; }

    /// <summary>The definition that is expected; null where nothing is, or only its name is known.</summary>
    internal SchemaObject? Wanted { get; init; }

    /// <summary>Where that stands; null where no migration is asked.</summary>
    internal SchemaOrigin? Origin { get; init; }

    /// <summary>The file that says so.</summary>
    public string? File { get; init; }

    /// <summary>Its line.</summary>
    public int? Line { get; init; }
}
