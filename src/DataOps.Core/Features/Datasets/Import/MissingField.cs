namespace DataOps.Core.Features.Datasets.Import;

/// <summary>What becomes of a field that an object of the file lacks.</summary>
public enum MissingField
{
    /// <summary>A row that is there keeps its value; a new one takes the column's default, or NULL, or is refused.</summary>
    Keep,

    /// <summary>
    /// As Django's loader does, which knows the defaults that models have in Python: the column's default, or NULL, or an empty value of its type, in rows
    /// that are there too.
    /// </summary>
    Default,
}
