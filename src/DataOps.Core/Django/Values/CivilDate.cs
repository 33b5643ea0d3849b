namespace DataOps.Core.Django.Values;

/// <summary>A day of the proleptic Gregorian calendar, beyond the years that .NET knows; year 0 is 1 BC.</summary>
internal readonly record struct CivilDate(int Year, int Month, int Day)
{
    private const int DaysPerEra = 146097;
    private const int DaysFromMarch0000To2000 = 730425;

    /// <summary>Whether Python and .NET have this date.</summary>
    public bool IsOrdinary => Year is >= 1 and <= 9999;

    /// <summary>The day that is so many days after 2000-01-01.</summary>
    public static CivilDate FromDays(long daysSince2000)
    {
        // Years counted from March, so that the leap day is a year's last (Howard Hinnant's days algorithm).
        long days = daysSince2000 + DaysFromMarch0000To2000;
        long era = Math.DivRem(days >= 0 ? days : days - (DaysPerEra - 1), DaysPerEra).Quotient;
        uint dayOfEra = (uint)(days - era * DaysPerEra);
        uint yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
        uint dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        uint monthFromMarch = (5 * dayOfYear + 2) / 153;
        int day = (int)(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1);
        int month = (int)(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9);
        return new CivilDate((int)(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month, day);
    }
}
