namespace DataOps.Core.Definitions;

/// <summary>Something is wrong with a definition, or with a filter: which file, which place, and why.</summary>
internal static class DefinitionError
{
    /// <summary>The failure to throw.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="reason">What is wrong, as a sentence.</param>
    /// <param name="advice">What to do about it.</param>
    /// <param name="id">Its stable name.</param>
    public static DataOpsException At(
        JsonPlace place, string reason, string? advice = null, string id = ErrorIds.InvalidDefinition) =>
        new(id, FailureKind.InvalidData, $"{place}: {reason}", advice, place.File ?? place.Path);
}
