using System.Text.Json;
using DataOps.Core.Catalog;
using DataOps.Core.Rows;

namespace DataOps.Core.Datasets;

/// <summary>A column as values of a file come into it.</summary>
/// <param name="name">What the file calls it.</param>
/// <param name="column">The target's column.</param>
internal sealed class StagingColumn(string name, Column column)
{
    private readonly FieldDecoder _decoder = FieldDecoder.For(column);
    private readonly Utf8Output _text = new();

    /// <summary>Whether texts in a JSON column are the JSON of a StreamField, as the user says; null when the texts tell.</summary>
    public bool? IsStreamField
    {
        set => (_decoder as JsonDecoder)?.ReadTextsAs(value);
    }

    /// <summary>What the file calls it.</summary>
    public string Field => name;

    /// <summary>The target's column.</summary>
    public Column Column => column;

    /// <summary>Its name, quoted.</summary>
    public string Sql => Connections.Sql.Identifier(column.Name);

    /// <summary>Adds a value's text to a buffer; returns what is wrong with it instead, or null.</summary>
    public string? Write(ReadOnlySpan<byte> json, StagingBuffer buffer)
    {
        Utf8JsonReader reader = JsonText.Reader(json);
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null && !column.NotNull)
        {
            buffer.AddNull();
            return null;
        }
        // JSON has a null of its own.
        if (reader.TokenType == JsonTokenType.Null && column.Type.Underlying.Name is not ("json" or "jsonb"))
            return "null, which the column does not allow";
        _text.Clear();
        string? problem = _decoder.Decode(ref reader, _text);
        if (problem is null)
            buffer.Add(_text.Written);
        return problem;
    }
}
