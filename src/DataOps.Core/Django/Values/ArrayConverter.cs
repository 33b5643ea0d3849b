using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>
/// Arrays as Django's ArrayField writes them: a JSON text in a string, every element a string, inner arrays such texts
/// again.
/// </summary>
/// <remarks>
/// Where the number of dimensions is unknown, elements that are texts of arrays again are read as inner arrays: as
/// Django
/// writes them, all of one length and with strings inside.
/// </remarks>
/// <param name="element">The elements' type.</param>
/// <param name="dimensions">How many dimensions the column was declared with; null when unknown.</param>
/// <param name="losses">Counts what is lost; null when nobody asks.</param>
internal sealed class ArrayConverter(ValueConverter element, int? dimensions, LossCount? losses)
    : NestedConverter($"'{{}}'", [.. element.Casts.Select(type => (SqlText)$"{type}[]")])
{
    // PostgreSQL's MAXDIM.
    private const int MostDimensions = 6;

    private readonly ArrayConverter? _inner =
        dimensions > 1 ? new ArrayConverter(element, dimensions - 1, null) : null;

    // Dimensions, whether there are NULLs, the elements' type, then size and first index of each dimension.
    protected override void Write(ReadOnlySpan<byte> field, Utf8Output text)
    {
        FieldCursor cursor = new(field);
        int count = cursor.ReadInt32();
        _ = cursor.ReadInt32();
        _ = cursor.ReadInt32();
        Span<int> sizes = stackalloc int[MostDimensions];
        bool isShifted = false;
        for (int i = 0; i < count; i++)
        {
            sizes[i] = cursor.ReadInt32();
            isShifted |= cursor.ReadInt32() != 1;
        }
        losses?.Add(isShifted ? Loss.Shifted : Loss.None);
        if (count == 0)
            text.Write("[]"u8);
        else
            WriteDimension(sizes[..count], ref cursor, text);
    }

    protected override string? Read(ref Utf8JsonReader value, Utf8Output text)
    {
        if (value.TokenType != JsonTokenType.StartArray)
            return "not an array";
        bool isNested = dimensions is null && element is not JsonConverter && HoldsArrays(value);
        string separator = "{";
        while (value.Read() && value.TokenType != JsonTokenType.EndArray)
        {
            text.WriteText(separator);
            separator = ",";
            if (ReadElement(ref value, isNested, text) is { } problem)
                return "element " + problem;
        }
        text.WriteText(separator == "{" ? "{}" : "}");
        return null;
    }

    protected override string? ReadText(ReadOnlySpan<byte> given, Utf8Output text) => "not an array";

    private void WriteDimension(scoped ReadOnlySpan<int> sizes, ref FieldCursor cursor, Utf8Output text)
    {
        text.WriteByte((byte)'[');
        for (int i = 0; i < sizes[0]; i++)
        {
            if (i > 0)
                text.Write(", "u8);
            if (sizes.Length > 1)
            {
                Utf8Output inner = new();
                WriteDimension(sizes[1..], ref cursor, inner);
                text.WriteJsonString(inner.Written);
            }
            else if (cursor.ReadValue(out ReadOnlySpan<byte> value))
            {
                element.WriteElement(value, text);
            }
            else
            {
                text.Write("null"u8);
            }
        }
        text.WriteByte((byte)']');
    }

    private string? ReadElement(ref Utf8JsonReader value, bool isNested, Utf8Output text)
    {
        if (value.TokenType != JsonTokenType.Null && (_inner is not null || isNested))
            return (_inner ?? this).ReadJson(ref value, text);
        return value.TokenType == JsonTokenType.StartArray && element is not (JsonConverter or RangeConverter)
            ? Read(ref value, text)
            : ReadQuoted(element, ref value, text);
    }

    private static bool HoldsArrays(Utf8JsonReader array)
    {
        int? length = null;
        while (array.Read() && array.TokenType != JsonTokenType.EndArray)
        {
            if (array.TokenType != JsonTokenType.String
                || !JsonText.TryUnescape(ref array, new Utf8Output(), out ReadOnlySpan<byte> inner))
                return false;
            int members = StringsInArray(inner);
            if (members <= 0 || members != (length ?? members))
                return false;
            length = members;
        }
        return length is not null;
    }

    // How many members the text of a JSON array has, provided that all are strings or null; -1 for anything else.
    private static int StringsInArray(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("["u8) || !JsonText.IsValid(text))
            return -1;
        int members = 0;
        Utf8JsonReader reader = JsonText.Reader(text);
        reader.Read();
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; members++)
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
                return -1;
        }
        return members;
    }
}
