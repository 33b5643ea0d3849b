namespace DataOps.Core.Features.Datasets.Testing;

/// <summary>
/// What Test-Dataset emits: what it found, what would change or what is in the file, and last the sum.
/// </summary>
public interface IDatasetTestResult
{
    /// <summary>The server; null without a database.</summary>
    string? Server { get; }

    /// <summary>The database; null where none was connected.</summary>
    string? Database { get; }
}
