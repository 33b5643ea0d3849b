namespace DataOps.Core.Django.Values;

/// <summary>What stands between the items of a list inside an object.</summary>
/// <param name="Open">Its bracket, and what stands before the first item.</param>
/// <param name="Item">Between two items.</param>
/// <param name="Close">What stands behind the last item, and the closing bracket.</param>
internal sealed record ListLayout(string Open, string Item, string Close);
