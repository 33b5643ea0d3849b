namespace DataOps.Core.Postgres.Catalog;

/// <summary>How PostgreSQL makes a type (pg_type.typtype).</summary>
internal enum PgTypeKind
{
    /// <summary>Built in or of an extension; arrays too.</summary>
    Base,

    /// <summary>Another type with a constraint.</summary>
    Domain,

    /// <summary>A list of labels.</summary>
    Enum,

    /// <summary>A row type.</summary>
    Composite,

    /// <summary>A range.</summary>
    Range,

    /// <summary>A set of ranges (PostgreSQL 14 and later).</summary>
    Multirange,
}

/// <summary>A column's type, as far as reading and writing its values needs it.</summary>
/// <param name="Oid">pg_type.oid; stable across servers for the built-in types only.</param>
/// <param name="Schema">The schema it is in; pg_catalog for the built-in types.</param>
/// <param name="Name">pg_type.typname, as <c>int4</c>, <c>timestamptz</c>, <c>hstore</c>.</param>
/// <param name="Kind">How it is made.</param>
/// <param name="Element">An array's element type; null unless an array.</param>
/// <param name="Base">What a domain is made of, or what a range is a range of; null otherwise.</param>
internal sealed record PgType(
    uint Oid, string Schema, string Name, PgTypeKind Kind, PgType? Element = null, PgType? Base = null)
{
    /// <summary>Whether it is an array.</summary>
    public bool IsArray => Element is not null;

    /// <summary>The type that values really have: a domain's base type, else the type itself.</summary>
    public PgType Underlying => Kind == PgTypeKind.Domain && Base is not null ? Base.Underlying : this;

    /// <summary>The quoted, qualified name for a cast.</summary>
    internal SqlText Sql => SqlText.Identifier(Schema, Name);
}
