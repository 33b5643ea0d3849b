using DataOps.Core.Django.Migrations;
using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema;

/// <summary>The schema that is expected, and who says so.</summary>
/// <param name="Schema">The schema.</param>
internal sealed record SchemaExpectation(DatabaseSchema Schema)
{
    /// <summary>
    /// Where migrations say what is expected, by table and name; null for a schema that says itself all that is
    /// expected. What Django leaves to the database is then not compared: defaults, comments, sequences, views.
    /// </summary>
    public IReadOnlyDictionary<(string Table, string Name), SchemaOrigin>? Origins { get; init; }

    /// <summary>SQL of migrations: what it names may be there beside the models.</summary>
    public IReadOnlyList<string> Sql { get; init; } = [];

    /// <summary>Whether migrations say what is expected.</summary>
    public bool IsOfModels => Origins is not null;

    /// <summary>Where something comes from; null where no migration is asked.</summary>
    public SchemaOrigin? OriginOf(string table, string name) => Origins?.GetValueOrDefault((table, name));
}

/// <summary>The migration that says that something is expected.</summary>
/// <param name="Migration">Its name, as app.name.</param>
/// <param name="File">Its file.</param>
/// <param name="Line">The line; null for the file as a whole.</param>
internal sealed record SchemaOrigin(string Migration, string File, int? Line)
{
    /// <summary>Whether the migration says the name: the others are Django's, and of no version the same.</summary>
    public bool IsNamed { get; init; }

    /// <summary>Why its definition is not known, so that its name is all that is compared; null where it is.</summary>
    public string? Opaque { get; init; }

    /// <summary>Whether some versions of Django do not make it.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether the class of a column's field may set what no migration says: NULL, a key, an index.</summary>
    public bool IsLoose { get; init; }

    /// <summary>Whether a column refers to a model that is not known.</summary>
    public bool IsReferenceUnknown { get; init; }

    /// <summary>The type of a column, where versions differ or code gives it.</summary>
    public ColumnType? Type { get; init; }

    /// <summary>The migration in which PostgreSQL dropped it with something else, and Django kept it.</summary>
    public SchemaOrigin? DroppedBy { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Migration} ({File}{(Line is { } line ? $":{line}" : "")})";
}
