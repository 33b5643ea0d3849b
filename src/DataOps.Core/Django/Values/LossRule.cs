using System.Buffers.Binary;
using System.Text.Json;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Which binary values of a type a fixture does not give back exactly.</summary>
internal static class LossRule
{
    private const long DayMicroseconds = 86_400_000_000;

    // Days and microseconds from 0001-01-01 and to 9999-12-31, counted from 2000-01-01: the times that Python has.
    private const int FirstDay = -730_119;
    private const int LastDay = 2_921_939;
    private const long FirstMoment = FirstDay * DayMicroseconds;
    private const long LastMoment = (LastDay + 1L) * DayMicroseconds - 1;

    /// <summary>The rule of a type; null where every value is exact.</summary>
    public static InexactRule? Of(PgType real, TimePrecision precision)
    {
        if (real.Element is not null)
            return Array;
        bool cuts = precision == TimePrecision.Millisecond;
        return (real.Kind, real.Name) switch
        {
            (PgTypeKind.Base, "timestamptz" or "timestamp") => (field, isElement) => Moment(field, cuts && !isElement),
            (PgTypeKind.Base, "time") => (field, isElement) => Time(field, cuts && !isElement),
            (PgTypeKind.Base, "date") => Date,
            (PgTypeKind.Base, "interval") => Interval,
            (PgTypeKind.Base, "jsonb") => (field, _) => Json(JsonText.OfBinary(field)),
            (PgTypeKind.Base, "json") => (field, _) => Json(field.Trim(" \t\r\n"u8)),
            _ => null,
        };
    }

    private static Loss Moment(ReadOnlySpan<byte> field, bool cuts)
    {
        long microseconds = BinaryPrimitives.ReadInt64BigEndian(field);
        if (microseconds is < FirstMoment or > LastMoment)
            return Loss.NotInPython;
        return cuts && microseconds % 1000 != 0 ? Loss.CutTime : Loss.None;
    }

    private static Loss Time(ReadOnlySpan<byte> field, bool cuts)
    {
        long microseconds = BinaryPrimitives.ReadInt64BigEndian(field);
        return microseconds == DayMicroseconds ? Loss.NotInPython : cuts && microseconds % 1000 != 0 ? Loss.CutTime : Loss.None;
    }

    private static Loss Date(ReadOnlySpan<byte> field, bool isElement) =>
        BinaryPrimitives.ReadInt32BigEndian(field) is < FirstDay or > LastDay ? Loss.NotInPython : Loss.None;

    private static Loss Interval(ReadOnlySpan<byte> field, bool isElement)
    {
        long microseconds = BinaryPrimitives.ReadInt64BigEndian(field);
        int days = BinaryPrimitives.ReadInt32BigEndian(field[8..]);
        int months = BinaryPrimitives.ReadInt32BigEndian(field[12..]);
        if (DurationText.IsInfinite(microseconds, days, months))
            return Loss.NotInPython;
        // Python's own intervals have no months, and a time that is not negative and less than a day.
        return months != 0 || microseconds is < 0 or >= DayMicroseconds ? Loss.InDays : Loss.None;
    }

    private static Loss Json(ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual("null"u8))
            return Loss.JsonNull;
        return text.StartsWith("\"["u8) && HoldsBlocks(text) ? Loss.BlocksInString : Loss.None;
    }

    private static bool HoldsBlocks(ReadOnlySpan<byte> text)
    {
        Utf8JsonReader reader = JsonText.Reader(text);
        reader.Read();
        return JsonText.TryUnescape(ref reader, new Utf8Output(), out ReadOnlySpan<byte> inner) && StreamValue.Is(inner);
    }

    // Dimensions, whether there are NULLs, the elements' type, then size and first index of each dimension.
    private static Loss Array(ReadOnlySpan<byte> field, bool isElement)
    {
        FieldCursor cursor = new(field);
        int dimensions = cursor.Int32();
        _ = cursor.Int32();
        _ = cursor.Int32();
        for (int i = 0; i < dimensions; i++)
        {
            _ = cursor.Int32();
            if (cursor.Int32() != 1)
                return Loss.Shifted;
        }
        return Loss.None;
    }
}
