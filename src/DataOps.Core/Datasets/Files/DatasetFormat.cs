namespace DataOps.Core.Datasets;

/// <summary>The formats of Django's fixtures.</summary>
public enum DatasetFormat
{
    /// <summary>One array of objects.</summary>
    Json,

    /// <summary>One object a line.</summary>
    Jsonl,

    /// <summary>Objects as elements; is read, not written.</summary>
    Xml,

    /// <summary>A list of mappings; is read, not written.</summary>
    Yaml,
}
