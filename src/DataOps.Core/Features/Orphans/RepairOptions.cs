namespace DataOps.Core.Features.Orphans;

/// <summary>Which options of a repair go together.</summary>
internal static class RepairOptions
{
    /// <summary>Makes sure that they do.</summary>
    /// <exception cref="DataOpsException"><c>ContradictingOptions</c>: which do not.</exception>
    public static void Check(RepairOrphanOptions options)
    {
        if (options is { Action: OrphanAction.Repoint, To: null })
            throw Contradicting("-Action Repoint needs the key to refer to.", "Give it with -To.", nameof(options.To));
        if (options is { BatchSize: not null, Detailed: true, WhatIf: false })
            throw Contradicting(
                "-Detailed with -BatchSize needs -WhatIf, as each batch is planned only when its turn comes.",
                "Leave one of them out.", nameof(options.Detailed));
    }

    private static DataOpsException Contradicting(string message, string advice, string target) =>
        new(ErrorIds.ContradictingOptions, FailureKind.InvalidArgument, message, advice, target);
}
