namespace DataOps.Core.Tests.Django.Values;

/// <summary>Values of numbers and truth values.</summary>
internal static class NumberValues
{
    public const string Written =
        """
        type | value | field | json | exact | text | element
        int2    | -32768               | 8000                         | -32768
        int4    | 2147483647           | 7FFFFFFF                     | 2147483647
        int8    | -9223372036854775808 | 8000000000000000             | -9223372036854775808
        oid     | 4294967295           | FFFFFFFF                     | 4294967295
        bool | t | 01 | true |  |  | "True"
        float8  | 1e22                 | 4480F0CF064DD592             | 1e+22                  |       | 1e+22
        float8  | 0.1                  | 3FB999999999999A             | 0.1
        float8  | 1                    | 3FF0000000000000             | 1.0                    |       | 1.0
        float8  | -0                   | 8000000000000000             | -0.0                   |       | -0.0
        float8 | 123456789012345680 | 437B69B4BA630F35 | 1.2345678901234568e+17 |  | 1.2345678901234568e+17
        float8 | 1e15 | 430C6BF526340000 | 1000000000000000.0 |  | 1000000000000000.0
        float8 | 1234567890123456 | 43118B54F22AEB00 | 1234567890123456.0 |  | 1234567890123456.0
        float8  | -1234567890123456.5  | C3118B54F22AEB02             | -1234567890123456.5
        float8  | 1e16                 | 4341C37937E08000             | 1e+16                  |       | 1e+16
        float8  | 0.0001               | 3F1A36E2EB1C432D             | 0.0001
        float8  | 0.00001              | 3EE4F8B588E368F1             | 1e-05                  |       | 1e-05
        float8  | 5e-324               | 0000000000000001             | 5e-324
        float8 | NaN | 7FF8000000000000 | NaN |  |  | "nan"
        float8 | -Infinity | FFF0000000000000 | -Infinity |  |  | "-inf"
        float4  | 0.1                  | 3FB999999999999A             | 0.1
        float4  | 16777216             | 4170000000000000             | 16777216.0             |       | 16777216.0
        float4 | -1.5e9 | C1D65A0BC0000000 | -1500000000.0 |  | -1500000000.0
        float4  | 1e-7                 | 3E7AD7F29ABCAF48             | 1e-07                  |       | 1e-07
        float4 | 1.1071601e+09 | 41D07F7B09000000 | 1107160100.0 |  | 1107160100.0
        numeric | 1.500                | 000200000000000300011388     | "1.500"
        numeric | 0.000                | 0000000000000003             | "0.000"
        numeric | -10000.0001          | 0003000140000004000100000001 | "-10000.0001"
        numeric | 100000000            | 00010002000000000001         | "100000000"
        numeric | 0.0000001            | 0001FFFE00000007000A         | "1E-7"                 |       | 1E-7
        numeric | -0.00000012          | 0001FFFE40000008000C         | "-1.2E-7"              |       | -1.2E-7
        numeric | 0.0000000000         | 000000000000000A             | "0E-10"                |       | 0E-10
        numeric | 0.0000010            | 0001FFFE000000070064         | "0.0000010"
        numeric | NaN                  | 00000000C0000000             | "NaN"
        """;

    public const string Read =
        """
        type          | json                   | text  | stored
        int4          | "5"                    | 5
        int4          | 5.0                    | 5
        int4          | true                   | 1
        int8          | "-9223372036854775808" | -9223372036854775808
        float8        | "1e3"                  | 1e3   | 1000
        float8        | "NaN"                  | NaN
        float8        | "-Infinity"            | -Infinity
        float8        | 0.0                    | 0.0   | 0
        numeric(10,2) | "1.50"                 | 1.50
        numeric(10,2) | 1.5                    | 1.5   | 1.50
        numeric       | "0E-10"                | 0E-10 | 0.0000000000
        numeric(4,2)  | "0.5e2"                | 0.5e2 | 50.00
        bool          | "True"                 | t     | true
        bool          | 0                      | f     | false
        """;

    public const string Refused =
        """
        type         | json                | problem
        int2         | 40000               | out of range for smallint
        int4         | "x"                 | not an integer
        int4         | ""                  | not an integer
        int4         | 1.5                 | not an integer
        int8         | 9223372036854775808 | out of range for bigint
        int4         | {"a": 1}            | not a single value
        float8       | 1e999               | out of range for double precision
        float8       | "abc"               | not a number
        numeric(5,2) | "1000"              | out of range for numeric(5,2)
        numeric      | "1,5"               | not a decimal number
        bool         | "maybe"             | neither true nor false
        """;
}
