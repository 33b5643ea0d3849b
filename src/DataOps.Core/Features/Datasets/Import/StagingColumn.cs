using System.Text.Json;
using DataOps.Core.Django.Values;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// A column as values of a file come into it; a reference may come as its target's natural key, which has a column of
/// its own.
/// </summary>
/// <param name="name">What the file calls it.</param>
/// <param name="column">The target's column.</param>
/// <param name="reference">The reference that it makes; null for other columns.</param>
/// <param name="natural">The natural key of what it refers to; null when there is none.</param>
internal sealed class StagingColumn(string name, Column column, Reference? reference, NaturalKey? natural)
{
    private ValueConverter _converter = ValueConverter.For(column);
    private readonly Utf8Output _text = new();

    /// <summary>How the file holds its values.</summary>
    public ValueForm Form
    {
        set => (_converter, Naive) = (ValueConverter.For(column, value), value.NaiveTimes);
    }

    /// <summary>
    /// What is written where an object lacks it; null where nothing is, as none is asked for or known.
    /// </summary>
    public FieldDefault? Default { get; set; }

    /// <summary>Whether it is a unique text that may be NULL, in which '' can stand once.</summary>
    public bool IsUniqueText { get; init; }

    /// <summary>Whether an empty text becomes NULL.</summary>
    public bool EmptyIsNull { get; set; }

    /// <summary>How many have.</summary>
    public long Emptied { get; private set; }

    /// <summary>Its times without a zone.</summary>
    public NaiveTimes? Naive { get; private set; }

    /// <summary>The key and the place of the first object with one; null where there is none.</summary>
    public (string Key, long Place)? FirstNaive { get; set; }

    /// <summary>What the file calls it.</summary>
    public string Field => name;

    /// <summary>The target's column.</summary>
    public Column Column => column;

    /// <summary>The reference that it makes; one that is only implied counts when a natural key came.</summary>
    public Reference? Reference => reference is { IsField: true } || HasNatural ? reference : null;

    /// <summary>The natural key of what it refers to.</summary>
    public NaturalKey? Natural => natural;

    /// <summary>Whether a value came as a natural key.</summary>
    public bool HasNatural { get; private set; }

    /// <summary>Its name, quoted.</summary>
    public SqlText Sql => column.Sql;

    /// <summary>The column of a relation in a query.</summary>
    public SqlText In(Alias alias) => column.In(alias);

    /// <summary>The name of the column of natural keys, quoted; empty when there is none.</summary>
    public SqlText NaturalSql => natural is null ? SqlText.Empty : SqlText.Identifier("_key_" + column.Number);

    /// <summary>The names of both, as COPY takes them.</summary>
    public IEnumerable<string> StagedNames => natural is null ? [column.Name] : [column.Name, "_key_" + column.Number];

    /// <summary>The names of both, quoted.</summary>
    public IEnumerable<SqlText> StagedColumns => StagedNames.Select(SqlText.Identifier);

    /// <summary>Both, as a table is made of them.</summary>
    public SqlText StagedSql => natural is null ? Sql : (SqlText)$"{Sql}, null::text[] as {NaturalSql}";

    /// <summary>Adds a value to a buffer; returns what is wrong with it instead, or null.</summary>
    public string? Write(ReadOnlySpan<byte> json, StagingBuffer buffer)
    {
        Utf8JsonReader reader = JsonText.Reader(json);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray && reference is not null)
            return WriteNatural(ref reader, buffer);
        bool isEmpty = EmptyIsNull && reader.TokenType == JsonTokenType.String && reader.ValueSpan.IsEmpty;
        Emptied += isEmpty ? 1 : 0;
        if (isEmpty || (reader.TokenType == JsonTokenType.Null && !column.NotNull))
        {
            WriteNull(buffer);
            return null;
        }
        // JSON has a null of its own.
        if (reader.TokenType == JsonTokenType.Null && !_converter.HasNull)
            return "the column does not allow it";
        _text.Clear();
        string? problem = _converter.ReadJson(ref reader, _text);
        if (problem is null)
        {
            buffer.Add(_text.Written);
            if (natural is not null)
                buffer.AddNull();
        }
        // The memory of a large value goes before the next one comes.
        _text.Clear();
        return problem;
    }

    /// <summary>Adds NULL to a buffer.</summary>
    public void WriteNull(StagingBuffer buffer)
    {
        buffer.AddNull();
        if (natural is not null)
            buffer.AddNull();
    }

    private string? WriteNatural(ref Utf8JsonReader reader, StagingBuffer buffer)
    {
        if (natural is null)
            return $"a natural key of {reference!.Target}, whose natural key is unknown: give it with -NaturalKey "
                + "app.model=field";
        _text.Clear();
        if (NaturalKeyText.Write(ref reader, _text) is { } problem)
            return problem;
        HasNatural = true;
        buffer.AddNull();
        buffer.Add(_text.Written);
        return null;
    }
}

/// <summary>A natural key of a fixture, a JSON list, as PostgreSQL's text of a list of texts.</summary>
internal static class NaturalKeyText
{
    /// <summary>Writes the key on whose bracket the reader stands; returns what is wrong with it, or null.</summary>
    public static string? Write(ref Utf8JsonReader key, Utf8Output text)
    {
        text.WriteByte((byte)'{');
        for (int i = 0; key.Read() && key.TokenType != JsonTokenType.EndArray; i++)
        {
            if (i > 0)
                text.WriteByte((byte)',');
            switch (key.TokenType)
            {
                case JsonTokenType.String when key.GetString()!.Contains('\0'):
                    return "a natural key with a NUL character, which PostgreSQL stores in no text";
                case JsonTokenType.String:
                    WriteQuoted(key.GetString()!, text);
                    break;
                case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                    text.Write(key.ValueSpan);
                    break;
                case JsonTokenType.Null:
                    text.Write("NULL"u8);
                    break;
                default:
                    return "not a natural key";
            }
        }
        text.WriteByte((byte)'}');
        return null;
    }

    private static void WriteQuoted(string value, Utf8Output text)
    {
        text.WriteByte((byte)'"');
        text.WriteText(value.Replace("\\", "\\\\").Replace("\"", "\\\""));
        text.WriteByte((byte)'"');
    }
}
