using DataOps.Core.Django.References;
using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Orphans;

/// <summary>Which options of a repair go together.</summary>
internal static class RepairOptions
{
    /// <summary>Makes sure that they do.</summary>
    /// <exception cref="DataOpsException"><c>ContradictingOptions</c>: which do not.</exception>
    public static void Check(RepairOrphanOptions options)
    {
        if (options.Action == OrphanAction.Repoint != options.To is not null)
            throw Contradicting("-Action Repoint and -To belong together: what to do, and the key to refer to.", "Give both, or neither.", nameof(options.To));
        if (options.QuarantineTable is not null && options.Action != OrphanAction.Quarantine)
            throw Contradicting("-QuarantineTable goes with -Action Quarantine alone.", "Leave one of them out.", nameof(options.QuarantineTable));
        if (options.BatchSize is null)
            return;
        if (options.Action is OrphanAction.RecreateParent or OrphanAction.RebuildHalf or OrphanAction.PlainPage)
            throw Contradicting($"-Action {options.Action} is done at once or not at all, and so takes no -BatchSize.", "Leave -BatchSize out.",
                nameof(options.BatchSize));
        if (options.Detailed && !options.WhatIf)
            throw Contradicting("-BatchSize plans each batch when its turn comes, and cannot tell its rows before: -Detailed goes with -WhatIf there.",
                "Leave one of them out.", nameof(options.Detailed));
    }

    private static DataOpsException Contradicting(string message, string advice, string target) =>
        new("ContradictingOptions", FailureKind.InvalidArgument, message, advice, target);
}
