namespace DataOps.Core.Kernel;

/// <summary>
/// A result of one site: of operations that give results of several, where -Schema names several schemas.
/// </summary>
public interface IOfSchema
{
    /// <summary>The schema of the site; null where -Schema names one alone, or none.</summary>
    string? Schema { get; }

    /// <summary>The same result, of the site in a schema.</summary>
    IOfSchema InSchema(string schema);
}
