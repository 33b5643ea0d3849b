using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>A file would delete what it is not allowed to.</summary>
/// <param name="Id">The failure's stable name.</param>
/// <param name="What">What it would delete, as a sentence without its end.</param>
/// <param name="Needed">What would allow it, as <c>-MaxDelete 20</c>.</param>
internal sealed record DeletionExcess(string Id, string What, string Needed)
{
    /// <summary>What to do about it.</summary>
    public string Advice => $"Look at them with -WhatIf -Detailed, and allow them with {Needed}.";

    /// <summary>The failure to throw.</summary>
    public DataOpsException Refusal(string path) => new(Id, FailureKind.InvalidOperation, $"{What}, so nothing was loaded.", Advice, path);
}
