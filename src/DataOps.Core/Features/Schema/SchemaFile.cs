using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DataOps.Core.Files;
using DataOps.Core.Files.Compression;
using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema;

/// <summary>A schema as a file: JSON by names, which docs/schema.schema.json describes.</summary>
internal static class SchemaFile
{
    private const string Format = "dataops-schema";

    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter<SchemaConstraintKind>(JsonNamingPolicy.CamelCase) },
        TypeInfoResolver = Resolver(),
    };

    // What is written at build time would read null for a list that is left out.
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The program keeps all of this assembly.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "No type here is made of a value type at run time.")]
    private static DefaultJsonTypeInfoResolver Resolver() => new() { Modifiers = { LeaveOutWhatIsEmpty } };

    private static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)s_options.GetTypeInfo(typeof(T));

    // The kind is written even where it is the first of its values.
    private static void LeaveOutWhatIsEmpty(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Properties)
            if (property.PropertyType == typeof(SchemaConstraintKind))
                property.ShouldSerialize = (_, _) => true;
            else if (property.PropertyType != typeof(string)
                && property.PropertyType.IsAssignableTo(typeof(System.Collections.IEnumerable)))
                property.ShouldSerialize = (_, value) =>
                    value is System.Collections.IEnumerable items && items.Cast<object>().Any();
    }

    // What the file itself is, in front of the schema.
    private sealed record Document
    {
        [JsonPropertyName("$schema")]
        public string? Schema { get; init; }

        public string? Format { get; init; }

        public int Version { get; init; }

        [JsonPropertyName("schema")]
        public DatabaseSchema? Content { get; init; }
    }

    /// <summary>Writes a file whole, or not at all; its size in bytes.</summary>
    public static long Write(DatasetFile file, DatabaseSchema schema) => file.Write(stream =>
    {
        JsonSerializer.Serialize(stream, new Document
        {
            Schema = "schema.schema.json",
            Format = Format,
            Version = DatabaseSchema.NewestVersion,
            Content = schema,
        }, TypeOf<Document>());
        stream.Write("\n"u8);
    });

    /// <summary>The text of a file.</summary>
    public static string ToJson(DatabaseSchema schema) => JsonSerializer.Serialize(schema, TypeOf<DatabaseSchema>());

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataOpsException"><c>FileNotFound</c>, <c>ReadFailed</c>, or <c>InvalidSchemaFile</c>: it is
    /// none, or of a newer version.</exception>
    public static DatabaseSchema Read(string path) => Read(path, stream =>
    {
        string full = FullPath.Of(path);
        using JsonDocument json = JsonDocument.Parse(stream);
        JsonElement root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("format", out JsonElement format)
            || format.ValueKind != JsonValueKind.String || format.GetString() != Format
            || !root.TryGetProperty("version", out JsonElement version)
            || !version.TryGetInt32(out int number))
            throw Invalid(full, "is no schema of Export-Schema", "Export-Schema writes one.");
        if (number > DatabaseSchema.NewestVersion)
            throw Invalid(full, $"has version {number} of the format, and this is DataOps for version "
                + $"{DatabaseSchema.NewestVersion}", "Use the DataOps that wrote it, or a newer one.");
        return root.Deserialize(TypeOf<Document>())?.Content is { PostgreSql: > 0 } schema
            ? schema
            : throw Invalid(full, "holds no schema", "Export-Schema writes one.");
    });

    /// <summary>Reads something from a file, decompressed where it is compressed.</summary>
    /// <exception cref="DataOpsException"><c>FileNotFound</c>, <c>ReadFailed</c>, or <c>InvalidSchemaFile</c>: its JSON
    /// is none.</exception>
    public static T Read<T>(string path, Func<Stream, T> read)
    {
        string full = FullPath.Of(path);
        if (!File.Exists(full))
            throw new DataOpsException(
                ErrorIds.FileNotFound, FailureKind.NotFound, $"There is no file {full}.",
                FileAdvice.Schema, full);
        try
        {
            using FileStream file = File.OpenRead(full);
            using Stream stream = Decompression.Open(file, full).Stream;
            return read(stream);
        }
        catch (JsonException e)
        {
            string where = e.Path is { Length: > 0 } at ? $" at {at}"
                : e.LineNumber is { } line ? $" in line {line + 1}" : "";
            throw Invalid(full, $"is not as Export-Schema writes it{where}: {FirstSentence(e)}",
                "docs/schema.schema.json says what it holds.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DataOpsException(
                ErrorIds.ReadFailed, FailureKind.InvalidData, $"{full} cannot be read: {e.Message}",
                "Check the file and its rights.", full, e);
        }
    }

    private static string FirstSentence(JsonException e) => e.Message.Split(". ")[0].TrimEnd('.');

    /// <summary>The failure of a file that holds something else.</summary>
    public static DataOpsException Invalid(string path, string what, string advice, Exception? inner = null) =>
        new(ErrorIds.InvalidSchemaFile, FailureKind.InvalidData, $"{path} {what}.", advice, path, inner);
}
