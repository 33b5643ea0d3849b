using System.Text.Json;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>A type whose value is one JSON token.</summary>
internal abstract class ScalarConverter(SqlText? empty = null) : ValueConverter(empty)
{
    private readonly Utf8Output _unescaped = new();

    /// <inheritdoc/>
    public override string? ReadJson(ref Utf8JsonReader value, Utf8Output text)
    {
        switch (value.TokenType)
        {
            case JsonTokenType.String or JsonTokenType.PropertyName:
                string? problem = JsonText.TryUnescape(ref value, _unescaped, out ReadOnlySpan<byte> given)
                    ? Read(given, text)
                    : "not valid Unicode";
                _unescaped.Clear();
                return problem;
            case JsonTokenType.Number:
                return Read(value.ValueSpan, text);
            case JsonTokenType.True:
                return Read("True"u8, text);
            case JsonTokenType.False:
                return Read("False"u8, text);
            default:
                value.Skip();
                return "not a single value";
        }
    }

    /// <summary>
    /// Writes the text of a JSON string, number or truth value as the type's text; returns what is wrong with it, or
    /// null.
    /// </summary>
    protected abstract string? Read(ReadOnlySpan<byte> given, Utf8Output text);
}

/// <summary>A type whose JSON never needs an escape: numbers, truth values, times, UUIDs, addresses.</summary>
/// <param name="isQuoted">Whether JSON has it as a string.</param>
/// <param name="empty">What Django takes for empty; null when the type has none.</param>
/// <param name="losses">Counts what <see cref="LossOf"/> finds; null where nothing can be lost, or nobody asks.</param>
internal abstract class PlainConverter(bool isQuoted, SqlText? empty = null, LossCount? losses = null)
    : ScalarConverter(empty)
{
    /// <inheritdoc/>
    public sealed override void WriteJson(ReadOnlySpan<byte> field, Utf8Output output)
    {
        losses?.Add(LossOf(field, isElement: false));
        if (!isQuoted)
        {
            Write(field, output);
            return;
        }
        output.WriteByte((byte)'"');
        Write(field, output);
        output.WriteByte((byte)'"');
    }

    /// <inheritdoc/>
    public sealed override void WriteElement(ReadOnlySpan<byte> field, Utf8Output output)
    {
        losses?.Add(LossOf(field, isElement: true));
        output.WriteByte((byte)'"');
        WritePython(field, output);
        output.WriteByte((byte)'"');
    }

    /// <summary>Writes a value as Django's serializer does, without quotes.</summary>
    protected abstract void Write(ReadOnlySpan<byte> field, Utf8Output output);

    /// <summary>
    /// Writes a value as Python's <c>str()</c> or <c>isoformat()</c> does, which Django makes elements with.
    /// </summary>
    protected virtual void WritePython(ReadOnlySpan<byte> field, Utf8Output output) => Write(field, output);

    /// <summary>Why a fixture does not give this value back exactly.</summary>
    protected virtual Loss LossOf(ReadOnlySpan<byte> field, bool isElement) => Loss.None;
}
