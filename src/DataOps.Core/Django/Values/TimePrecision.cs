namespace DataOps.Core.Django.Values;

/// <summary>How much of a time's fraction is written.</summary>
public enum TimePrecision
{
    /// <summary>As Django's dumpdata: three digits, the rest cut off; none when there is no fraction.</summary>
    Millisecond,

    /// <summary>As stored: six digits, none when there is no fraction; Django reads this form too.</summary>
    Microsecond,
}
