namespace DataOps.Core.Changes;

/// <summary>How an operation speaks of rows that cannot be deleted because others need them.</summary>
/// <param name="Refusal">After "3 rows have a reference to rows that": <c>would be deleted, so nothing was
/// changed.</c></param>
/// <param name="Remedy">What the user can do with those rows: <c>Delete them first</c>.</param>
/// <param name="Force">What deletes them as well: <c>use -OnDependent Cascade</c>.</param>
internal sealed record DeletionWords(string Refusal, string Remedy, string Force);
