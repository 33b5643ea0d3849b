namespace DataOps.Core.Tests.Django.Values;

/// <summary>Values of texts, bytes, UUIDs, addresses and what is selected as text.</summary>
internal static class TextValues
{
    public const string Written =
        """
        type     | value             | field            | json    | exact | text  | element
        varchar  |                   |                  | ""
        name     | x                 | 78               | "x"
        mood     | so so             | 'so so'          | "so so"
        positive | 7                 | 00000007         | 7
        money    | 1.5               | '$1.50'          | "$1.50" |       | $1.50
        bit(3)   | 101               | '101'            | "101"
        tsvector | é:1               | 27C3A9273A31     | "'é':1" |       | 'é':1 | "'\u00e9':1"
        pair     | (1,x)             | '(1,x)'          | "(1,x)"
        xml      | <a/>              | '<a/>'           | "<a/>"
        uuid | A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11 | A0EEBC999C0B4EF8BB6D6BB9BD380A11
            | "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11" |  | a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
        bytea    | \x                |                  | ""
        bytea    | \xfffefd00        | FFFEFD00         | "//79AA=="
        inet     | ::ffff:1.2.3.4    | 0380001000000000000000000000FFFF01020304 | "::ffff:1.2.3.4"
        inet     | 192.168.0.1/24    | 02180004C0A80001 | "192.168.0.1/24"
        inet     | 2001:db8::1       | 0380001020010DB8000000000000000000000001 | "2001:db8::1"
        cidr     | 10.0.0.0/8        | 020801040A000000 | "10.0.0.0/8"
        macaddr  | 08:00:2b:01:02:03 | 08002B010203     | "08:00:2b:01:02:03"
        """;

    public const string Read =
        """
        type       | json                               | text           | stored
        text       | 5                                  | 5
        text       | "\u00e9\ud83d\ude00"               | é😀
        varchar(3) | "ééé"                              | ééé
        varchar(3) | "abc  "                            | `abc  `        | abc
        uuid       | "urn:uuid:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11" | a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
        uuid       | "A0EEBC999C0B4EF8BB6D6BB9BD380A11" | a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
        bytea      | "//79\nAA=="                       | \xfffefd00
        inet       | "::ffff:1.2.3.4"                   | ::ffff:1.2.3.4 | ::ffff:1.2.3.4/128
        """;

    public const string Refused =
        """
        type       | json       | problem
        varchar(3) | "abcd"     | longer than 3 characters
        text       | "a\u0000b" | holds a NUL character, which PostgreSQL cannot store
        text       | "\ud83d"   | not valid Unicode
        uuid       | 5          | not a UUID
        bytea      | "*"        | not base64
        inet       | "10.1"     | not an IP address
        uuid       | "{A0EEBC999C0B4EF8BB6D6BB9BD380A11}" | not a UUID
        """;
}
