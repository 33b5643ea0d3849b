namespace DataOps.Core.Postgres.Catalog;

/// <summary>A sequence, a column that draws from it, and how far both are.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Table">The table.</param>
/// <param name="Column">The column, of an integer type.</param>
/// <param name="Last">Its last value; the one that comes next when it was never used.</param>
/// <param name="IsCalled">Whether it was used.</param>
/// <param name="Used">The furthest value that is in use, in the direction in which it counts; null when there is
/// none.</param>
internal sealed record SequenceState(
    Sequence Sequence, Table Table, Column Column, long Last, bool IsCalled, long? Used)
{
    private const double NearEnd = 0.8;

    /// <summary>The name as a person writes it.</summary>
    public string DisplayName => Sequence.Schema == "public" ? Sequence.Name : $"{Sequence.Schema}.{Sequence.Name}";

    /// <summary>Whether some column owns it; an identity's always is.</summary>
    public bool IsOwned => Sequence.OwnedBy is not null;

    /// <summary>Whether the table has the sequence's schema and role, as ownership demands.</summary>
    public bool CanBeOwned => Sequence.Schema == Table.Schema && Sequence.Role == Table.Role;

    /// <summary>
    /// Whether the sequence ends before the column's type does because its own type is narrower; one with a limit of
    /// its own is meant to.
    /// </summary>
    public bool IsNarrower => Increment > 0 && Most < TypeRange.Most && Most == Sequence.TypeText switch
    {
        "smallint" => short.MaxValue,
        "integer" => int.MaxValue,
        _ => long.MaxValue,
    };

    private long Increment => Sequence.Increment;

    private long Least => Sequence.Least;

    private long Most => Sequence.Most;

    /// <summary>Whether it will give out what is in use, or has been passed.</summary>
    public bool IsBehind => Used is { } used && (Increment > 0 ? Next <= used : Next >= used);

    /// <summary>
    /// The value to set it to: the first of its steps that is not behind what is in use; null beyond its end.
    /// </summary>
    public long? NewValue
    {
        get
        {
            if (Used is not { } used)
                return null;
            Int128 distance = (Int128)used - Last;
            Int128 steps = (distance + Increment - Math.Sign(Increment)) / Increment;
            Int128 value = Last + (steps * Increment);
            return value >= Least && value <= Most ? (long)value : null;
        }
    }

    /// <summary>How much of the values is used up, from 0 to 1, as far as the column can hold them.</summary>
    public double Fraction
    {
        get
        {
            Int128 position = Used is { } used ? Further(used, Last) : Last;
            Int128 origin = Increment > 0 ? Least : Most;
            return (double)(position - origin) / Math.Max(1, Math.Abs((double)(End - origin))) * Math.Sign(Increment);
        }
    }

    /// <summary>The last value that both the sequence and the column can have.</summary>
    public long End => Increment > 0 ? Math.Min(Most, TypeRange.Most) : Math.Max(Least, TypeRange.Least);

    /// <summary>Whether little is left.</summary>
    public bool IsNearEnd => Fraction >= NearEnd && !(Sequence.Cycles && End == (Increment > 0 ? Most : Least));

    private Int128 Next => IsCalled ? (Int128)Last + Increment : Last;

    private (long Least, long Most) TypeRange => Column.Type.Underlying.Name switch
    {
        "int2" => (short.MinValue, short.MaxValue),
        "int4" => (int.MinValue, int.MaxValue),
        _ => (long.MinValue, long.MaxValue),
    };

    private long Further(long a, long b) => Increment > 0 ? Math.Max(a, b) : Math.Min(a, b);
}
