namespace DataOps.Core.Tests.Django.Values;

/// <summary>Values of dates, times and intervals.</summary>
internal static class TimeValues
{
    public const string Written =
        """
        type | value | field | json | exact | text | element
        timestamptz | 2024-02-29 13:14:15.123456+02 | 0002B58220DC9200 | "2024-02-29T11:14:15.123Z"
            | "2024-02-29T11:14:15.123456Z" | 2024-02-29 11:14:15.123456+00 | "2024-02-29T11:14:15.123456+00:00"
        timestamptz | 2024-01-01 00:00:00.000999+00 | 0002B0D5D4E943E7 | "2024-01-01T00:00:00.000Z"
            | "2024-01-01T00:00:00.000999Z" |  | "2024-01-01T00:00:00.000999+00:00"
        timestamptz | 1999-12-31 23:59:59+00 | FFFFFFFFFFF0BDC0 | "1999-12-31T23:59:59Z" |  |
            | "1999-12-31T23:59:59+00:00"
        timestamptz | 0001-01-01 00:00:00+00 | FF1FE2FFC59C6000 | "0001-01-01T00:00:00Z" |  |
            | "0001-01-01T00:00:00+00:00"
        timestamptz | infinity         | 7FFFFFFFFFFFFFFF                 | "infinity"
        timestamptz | 10000-01-01 00:00:00.5+00 | 0380E70B91432120 | "10000-01-01 00:00:00.5+00" |
            | 10000-01-01 00:00:00.500000+00:00:00
        timestamptz | 0044-03-15 12:00:00+00 BC | FF1AF9E8FB46D000 | "0044-03-15 12:00:00+00 BC" |
            | 0044-03-15 12:00:00+00:00:00 BC
        timestamp | 2024-02-29 13:14:15.1 | 0002B583CE037E60 | "2024-02-29T13:14:15.100"
            | "2024-02-29T13:14:15.100000" | 2024-02-29 13:14:15.100000
        date        | 1900-03-01       | FFFF718F                         | "1900-03-01"
        date        | 9999-12-31       | 002C95D3                         | "9999-12-31"
        date        | -infinity        | 80000000                         | "-infinity"
        date        | 4714-11-24 BC    | FFDA97A7                         | "4714-11-24 BC"
        time        | 23:59:59.999999  | 000000141DD75FFF                 | "23:59:59.999"     | "23:59:59.999999"
        time        | 24:00:00         | 000000141DD76000                 | "24:00:00"
        timetz | 12:00:00.5-03:30 | 0000000A0EF3512000003138 | "12:00:00.5-03:30" |  | 12:00:00.500000-03:30:00
        interval | 400 days 01:00:00 | 00000000D693A4000000019000000000 | "400 01:00:00" |
            | 400 days 3600.000000 secs
        interval | -1 days +00:00:05.000007 | 00000000004C4B47FFFFFFFF00000000 | "-1 00:00:05.000007" |
            | -1 days 5.000007 secs
        interval | -00:00:01 | FFFFFFFFFFF0BDC00000000000000000 | "-1 23:59:59" |  | -1 days 86399.000000 secs
        interval | 1 year 2 mons 3 days | 0000000000000000000000030000000E | "428 00:00:00" |
            | 428 days 0.000000 secs
        interval | -1 year -1 mons | 000000000000000000000000FFFFFFF3 | "-395 00:00:00" |  | -395 days 0.000000 secs
        interval | 30:00:00 | 00000019254D38000000000000000000 | "1 06:00:00" |  | 1 days 21600.000000 secs
        interval | 0 | 00000000000000000000000000000000 | "00:00:00" |  | 0 days 0.000000 secs
        """;

    public const string Read =
        """
        type        | json                        | text                            | stored
        date        | "2024-02-29"                | 2024-02-29
        date        | "2024-1-5"                  | 2024-01-05
        time        | "12:30"                     | 12:30:00
        time        | "23:59:59.9999999"          | 23:59:59.999999
        timestamptz | "2024-02-29T13:14:15.1Z"    | 2024-02-29 13:14:15.100000+00   | 2024-02-29 13:14:15.1+00
        timestamptz | "2024-02-29 13:14:15+02:00" | 2024-02-29 13:14:15+02:00:00    | 2024-02-29 11:14:15+00
        timestamptz | "2024-02-29T13:14:15.123456789-0330" | 2024-02-29 13:14:15.123456-03:30:00
            | 2024-02-29 16:44:15.123456+00
        timestamptz | "2024-02-29"                | 2024-02-29                      | 2024-02-29 00:00:00+00
        timestamptz | "0044-03-15 12:00:00+00 BC" | 0044-03-15 12:00:00+00:00:00 BC | 0044-03-15 12:00:00+00 BC
        timestamp   | "2024-02-29T13:14:15Z"      | 2024-02-29 13:14:15+00          | 2024-02-29 13:14:15
        interval    | "-1 00:00:05.000007"        | -1 days 5.000007 secs           | -1 days +00:00:05.000007
        interval    | "10:20"                     | 0 days 620.000000 secs          | 00:10:20
        interval    | "90"                        | 0 days 90.000000 secs           | 00:01:30
        interval    | "P1DT2H03M4.5S"             | 1 days 7384.500000 secs         | 1 day 02:03:04.5
        interval    | "-PT1H"                     | 0 days -3600.000000 secs        | -01:00:00
        interval    | "1 mon 2 days -00:00:01"    | 1 mon 2 days -00:00:01
        interval    | "3 days, 1:02:03"           | 3 days 3723.000000 secs         | 3 days 01:02:03
        """;

    public const string Refused =
        """
        type        | json                               | problem
        date        | "2023-02-29"                       | not a date
        date        | "29.02.2024"                       | not a date
        time        | "25:00:00"                         | not a time
        timestamptz | "2024-01-01T10:00:00 Europe/Paris" | not a date and time
        timestamp   | "2024-01-01T10:00:00+02:00"        | has a time zone, which the column cannot hold
        interval    | "soon"                             | not a duration
        """;
}
