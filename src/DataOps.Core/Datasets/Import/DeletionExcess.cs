namespace DataOps.Core.Datasets;

/// <summary>A file deletes more than it is allowed to.</summary>
/// <param name="What">What it would delete, as a sentence without its end.</param>
/// <param name="Needed">The -MaxDelete that would allow it.</param>
internal sealed record DeletionExcess(string What, string Needed)
{
    /// <summary>Its stable name.</summary>
    public const string Id = "TooManyDeletions";

    /// <summary>What to do about it.</summary>
    public string Advice => $"Look at them with -WhatIf -Detailed, and allow them with -MaxDelete {Needed}.";

    /// <summary>The failure to throw.</summary>
    public DataOpsException Refusal(string path) => new(Id, FailureKind.InvalidOperation, $"{What}, so nothing was loaded.", Advice, path);
}
