using System.Buffers.Binary;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Dates.</summary>
internal sealed class DateConverter(LossCount? losses) : PlainConverter(isQuoted: true, $"current_date", losses)
{
    // 0001-01-01 and 9999-12-31, counted from 2000-01-01: the days that Python has.
    internal const int FirstDay = -730_119;
    internal const int LastDay = 2_921_939;

    protected override void Write(ReadOnlySpan<byte> field, Utf8Output output)
    {
        int days = BinaryPrimitives.ReadInt32BigEndian(field);
        if (TimeText.WriteInfinity(days == int.MaxValue, days == int.MinValue, output))
            return;
        CivilDate date = CivilDate.FromDays(days);
        TimeText.WriteDate(date, output);
        TimeText.WriteEra(date, output);
    }

    protected override Loss LossOf(ReadOnlySpan<byte> field, bool isElement) =>
        BinaryPrimitives.ReadInt32BigEndian(field) is < FirstDay or > LastDay ? Loss.NotInPython : Loss.None;

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text)
    {
        if (TimeText.CopyInfinity(given, text))
            return null;
        TextCursor cursor = new(given);
        bool isDate = TimeText.ReadDate(ref cursor, text) && TimeText.ReadEra(ref cursor, text) && cursor.AtEnd;
        return isDate ? null : "not a date";
    }
}

/// <summary>Times of a day without a zone.</summary>
internal sealed class TimeConverter(ValueForm form) : PlainConverter(isQuoted: true, $"'00:00'", form.Losses)
{
    private readonly int _digits = TimeText.Digits(form.Precision);

    public override SqlText Updated(SqlText stored, SqlText given) =>
        $"""
        case when pg_catalog.date_trunc('milliseconds', {stored}::interval) operator(pg_catalog.=) {given}::interval
          then {stored} else {given} end
        """;

    protected override void Write(ReadOnlySpan<byte> field, Utf8Output output) =>
        TimeText.WriteTime(BinaryPrimitives.ReadInt64BigEndian(field), _digits, output);

    protected override void WritePython(ReadOnlySpan<byte> field, Utf8Output output) =>
        TimeText.WriteTime(BinaryPrimitives.ReadInt64BigEndian(field), TimeText.AllDigits, output);

    protected override Loss LossOf(ReadOnlySpan<byte> field, bool isElement)
    {
        long microseconds = BinaryPrimitives.ReadInt64BigEndian(field);
        return microseconds == TimeText.DayMicroseconds
            ? Loss.NotInPython
            : TimeText.LossOf(microseconds, isElement, _digits);
    }

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text)
    {
        TextCursor cursor = new(given);
        return TimeText.ReadTime(ref cursor, text) && cursor.AtEnd ? null : "not a time";
    }
}

/// <summary>Times of a day with a zone, which Django has no field for.</summary>
internal sealed class TimeWithZoneConverter() : PlainConverter(isQuoted: true)
{
    protected override void Write(ReadOnlySpan<byte> field, Utf8Output output)
    {
        TimeText.WritePostgresTime(BinaryPrimitives.ReadInt64BigEndian(field), output);
        // Stored as seconds west of Greenwich.
        int west = BinaryPrimitives.ReadInt32BigEndian(field[sizeof(long)..]);
        int seconds = Math.Abs(west);
        output.WriteByte(west > 0 ? (byte)'-' : (byte)'+');
        output.WriteInteger(seconds / 3600, 2);
        if (seconds % 3600 == 0)
            return;
        output.WriteByte((byte)':');
        output.WriteInteger(seconds / 60 % 60, 2);
        if (seconds % 60 == 0)
            return;
        output.WriteByte((byte)':');
        output.WriteInteger(seconds % 60, 2);
    }

    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text)
    {
        TextCursor cursor = new(given);
        bool isTime = TimeText.ReadTime(ref cursor, text) && TimeText.ReadZone(ref cursor, text, out _) && cursor.AtEnd;
        return isTime ? null : "not a time";
    }
}

/// <summary>
/// Dates with times: points in time (timestamptz), which are read as UTC when they name no zone and nobody says
/// another, or without a zone (timestamp).
/// </summary>
internal sealed class TimestampConverter(bool hasZone, ValueForm form)
    : PlainConverter(isQuoted: true, $"now()", form.Losses)
{
    // The times that Python has.
    private const long FirstMoment = DateConverter.FirstDay * TimeText.DayMicroseconds;
    private const long LastMoment = (DateConverter.LastDay + 1L) * TimeText.DayMicroseconds - 1;

    private readonly int _digits = TimeText.Digits(form.Precision);
    private readonly NaiveTimes? _naive = hasZone ? form.NaiveTimes : null;

    public override SqlText Updated(SqlText stored, SqlText given) =>
        $"""
        case when pg_catalog.date_trunc('milliseconds', {stored}) operator(pg_catalog.=) {given}
          then {stored} else {given} end
        """;

    protected override void Write(ReadOnlySpan<byte> field, Utf8Output output) =>
        Write(field, _digits, hasZone ? "Z"u8 : [], output);

    protected override void WritePython(ReadOnlySpan<byte> field, Utf8Output output) =>
        Write(field, TimeText.AllDigits, hasZone ? "+00:00"u8 : [], output);

    protected override Loss LossOf(ReadOnlySpan<byte> field, bool isElement)
    {
        long microseconds = BinaryPrimitives.ReadInt64BigEndian(field);
        return microseconds is < FirstMoment or > LastMoment
            ? Loss.NotInPython
            : TimeText.LossOf(microseconds, isElement, _digits);
    }

    // A column without a zone refuses any other than UTC, which PostgreSQL would drop silently.
    protected override string? Read(ReadOnlySpan<byte> given, Utf8Output text)
    {
        if (TimeText.CopyInfinity(given, text))
            return null;
        TextCursor cursor = new(given);
        bool isShifted = false;
        int start = text.Written.Length;
        bool isDate = TimeText.ReadDate(ref cursor, text);
        int local = text.Written.Length;
        if (isDate && !cursor.AtEnd && !cursor.Rest.StartsWith(TimeText.BeforeChrist))
        {
            text.WriteByte((byte)' ');
            isDate = cursor.ReadOneOf("Tt "u8) != 0 && TimeText.ReadTime(ref cursor, text);
            local = text.Written.Length;
            isDate = isDate && TimeText.ReadZone(ref cursor, text, out isShifted);
        }
        if (isDate && _naive is not null && text.Written.Length == local)
            TimeText.WriteOffset(_naive.Take(text.Written[start..]), text);
        if (!isDate || !TimeText.ReadEra(ref cursor, text) || !cursor.AtEnd)
            return "not a date and time";
        return isShifted && !hasZone ? "has a time zone, which the column cannot hold" : null;
    }

    private void Write(ReadOnlySpan<byte> field, int digits, ReadOnlySpan<byte> zone, Utf8Output output)
    {
        long microseconds = BinaryPrimitives.ReadInt64BigEndian(field);
        if (TimeText.WriteInfinity(microseconds == long.MaxValue, microseconds == long.MinValue, output))
            return;
        (long days, long time) = Math.DivRem(microseconds, TimeText.DayMicroseconds);
        if (time < 0)
            (days, time) = (days - 1, time + TimeText.DayMicroseconds);
        CivilDate date = CivilDate.FromDays(days);
        TimeText.WriteDate(date, output);
        if (date.IsOrdinary)
        {
            output.WriteByte((byte)'T');
            TimeText.WriteTime(time, digits, output);
            output.Write(zone);
            return;
        }
        output.WriteByte((byte)' ');
        TimeText.WritePostgresTime(time, output);
        output.Write(hasZone ? "+00"u8 : []);
        TimeText.WriteEra(date, output);
    }
}
