namespace DataOps.Core.Datasets;

/// <summary>The formats of Django's fixtures that can be read.</summary>
public enum FixtureFormat
{
    /// <summary>One array of objects.</summary>
    Json,

    /// <summary>One object a line.</summary>
    Jsonl,

    /// <summary>Objects as elements.</summary>
    Xml,

    /// <summary>A list of mappings.</summary>
    Yaml,
}
