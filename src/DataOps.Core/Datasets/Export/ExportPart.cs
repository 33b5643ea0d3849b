using DataOps.Core.Catalog;

namespace DataOps.Core.Datasets;

/// <summary>Rows of one model that are written together.</summary>
/// <param name="Model">The model.</param>
/// <param name="Condition">Which of its rows, in SQL with t for its table; null for all.</param>
/// <param name="Exclude">Fields that are left out.</param>
internal sealed record ExportPart(Model Model, string? Condition, IReadOnlyList<string> Exclude);
