namespace DataOps.Core.Datasets;

/// <summary>The fixture formats of Django that can be streamed.</summary>
public enum DatasetFormat
{
    /// <summary>One array of objects.</summary>
    Json,

    /// <summary>One object a line.</summary>
    Jsonl,
}
