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
    /// <summary>The model; null for an operation.</summary>
    public ModelLabel? Model { get; init; }

    /// <summary>The migration; null where it is not known.</summary>
    public MigrationKey? Key { get; init; }

    /// <summary>The command that prints the statements of the migration; null where it is not known.</summary>
    public string? Command => Key is { } key ? $"python3 manage.py sqlmigrate {key.App} {key.Name}" : null;

    /// <summary>What the model asks for; null for an operation.</summary>
    public ModelPart? Part { get; init; }

    /// <summary>The migration in which PostgreSQL dropped it with something else, and Django kept it.</summary>
    public SchemaOrigin? DroppedBy { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Migration} ({File}{(Line is { } line ? $":{line}" : "")})";
}
