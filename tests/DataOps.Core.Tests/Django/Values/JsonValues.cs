namespace DataOps.Core.Tests.Django.Values;

/// <summary>Values of JSON.</summary>
internal static class JsonValues
{
    public const string Written =
        """
        type  | value | field         | json  | exact | text  | element
        jsonb | {"a":[1,null,"é\u0001"],"b":1.10} | 01'{"a": [1, null, "'C3A9'\u0001"], "b": 1.10}'
            | {"a": [1, null, "é\u0001"], "b": 1.10} |  | {"a": [1, null, "é\u0001"], "b": 1.10}
            | {"a": [1, null, "\u00e9\u0001"], "b": 1.10}
        jsonb | [0.0000001, -0.0000125, 0.00001] | 01'[0.0000001, -0.0000125, 0.00001]'
            | [1e-07, -1.25e-05, 1e-05] |  | [1e-07, -1.25e-05, 1e-05] | [1e-07, -1.25e-05, 1e-05]
        jsonb | {"a\"": [0.0001, 1.10, 100000], "0.00001": "0.00001"}
            | 017B22615C22223A205B302E303030312C20312E31302C203130303030305D2C2022302E3030303031223A2022302E3030303031227D
            | {"a\"": [0.0001, 1.10, 100000], "0.00001": "0.00001"} |  |
            | {"a\"": [0.0001, 1.10, 100000], "0.00001": "0.00001"}
        jsonb | [0.00000, 0.000010, 0.000012345678901234567890, 10.00001]
            | 01'[0.00000, 0.000010, 0.000012345678901234567890, 10.00001]'
            | [0.00000, 0.000010, 0.000012345678901234567890, 10.00001] |  |
            | [0.00000, 0.000010, 0.000012345678901234567890, 10.00001]
        jsonb | 1e-7  | 01'0.0000001' | 1e-07 |       | 1e-07 | 1e-07
        """;

    public const string Read =
        """
        type  | json              | text | stored
        jsonb | {"a": [1, null]}  | {"a": [1, null]}
        jsonb | "plain \"text\""  | "plain \"text\""
        jsonb | "[{\"type\": \"p\", \"value\": \"\\u00e9\"}]" | [{"type": "p", "value": "\u00e9"}]
            | [{"type": "p", "value": "é"}]
        jsonb | "[]"              | []
        jsonb | "[{\"type\": 1}]" | "[{\"type\": 1}]"
        jsonb | "[not json"       | "[not json"
        """;

    public const string Refused =
        """
        type  | json            | problem
        jsonb | {"a": "\u0000"} | holds a NUL character, which PostgreSQL cannot store
        jsonb | "\ude00\ud83d"  | not valid Unicode
        """;
}
