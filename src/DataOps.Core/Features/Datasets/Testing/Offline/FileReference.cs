namespace DataOps.Core.Features.Datasets.Testing.Offline;

/// <summary>A field that is taken for a reference, as no schema says what it is.</summary>
/// <param name="From">The model that has it.</param>
/// <param name="Field">The field.</param>
/// <param name="Label">What it is taken to refer to.</param>
/// <param name="Target">That model in the file; null when the file has no object of it.</param>
/// <param name="Evidence">What it was recognised by.</param>
internal sealed record FileReference(FileModel From, string Field, string Label, FileModel? Target, string Evidence)
{
    /// <summary>
    /// Whether the name alone is too little: some of the values have to be keys of the target's objects.
    /// </summary>
    public bool NeedsHits { get; init; }

    /// <summary>Values with a target in the file.</summary>
    public long Hits { get; set; }

    /// <summary>Values without a target in the file.</summary>
    public long Missing { get; set; }

    /// <summary>Whether the file bears out that it is a reference.</summary>
    public bool IsSupported => !NeedsHits || Hits > 0;
}
