namespace DataOps.Core.Files;

/// <summary>The formats of dataset files: Django's fixtures, and feincms3-data's.</summary>
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

    /// <summary>
    /// The object of version, specs and objects that feincms3-data's f3dumpdata writes and f3loaddata reads.
    /// </summary>
    Feincms,
}
