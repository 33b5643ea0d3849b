namespace DataOps.Core.Django.Values;

/// <summary>What stands between the members of an embedded JSON array or object.</summary>
internal enum JsonSeparator
{
    /// <summary>As in Django's JSON without an indent.</summary>
    CommaAndBlank,

    /// <summary>As in Django's JSONL.</summary>
    Comma,
}
