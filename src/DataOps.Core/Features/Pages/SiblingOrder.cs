using DataOps.Core.Django.Trees;

namespace DataOps.Core.Features.Pages;

/// <summary>A child of the page below which pages move.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Path">Its place before.</param>
/// <param name="Slug">Its slug.</param>
internal sealed record Sibling(long Id, string Path, string Slug);

/// <summary>
/// The children of one page in their order, in memory: pages are put among them, and take their numbers in the end.
/// </summary>
/// <remarks>Each step costs the same, however many children there are and have been moved.</remarks>
internal sealed class SiblingOrder
{
    private readonly LinkedList<Sibling> _order;
    private readonly Dictionary<long, LinkedListNode<Sibling>> _byId = [];
    // With the path of the sibling on whose right a page was put: it may be put elsewhere itself.
    private readonly Dictionary<long, string?> _moved = [];

    /// <summary>The children as they stand, in the order of their paths.</summary>
    public SiblingOrder(IEnumerable<Sibling> children)
    {
        _order = new LinkedList<Sibling>(children);
        for (LinkedListNode<Sibling>? node = _order.First; node is not null; node = node.Next)
            _byId[node.Value.Id] = node;
    }

    /// <summary>How many there are.</summary>
    public int Count => _order.Count;

    /// <summary>Puts a page, which may be one of the children, where it is to be.</summary>
    /// <param name="page">The page, as it is.</param>
    /// <param name="position">The place.</param>
    /// <param name="to">The sibling that Left and Right are seen from.</param>
    /// <returns>False where it is there already.</returns>
    public bool Put(Sibling page, PagePosition position, long to)
    {
        LinkedListNode<Sibling>? own = _byId.GetValueOrDefault(page.Id);
        LinkedListNode<Sibling>? before = position switch
        {
            PagePosition.FirstChild or PagePosition.FirstSibling => null,
            PagePosition.LastChild or PagePosition.LastSibling => _order.Last,
            _ when to == page.Id => own!.Previous,
            PagePosition.Left => _byId[to].Previous,
            _ => _byId[to],
        };
        if (own is not null && before == own)
            before = own.Previous;
        if (own is not null && own.Previous == before)
            return false;
        if (own is not null)
            _order.Remove(own);
        _byId[page.Id] = before is null ? _order.AddFirst(page) : _order.AddAfter(before, page);
        _moved[page.Id] = position == PagePosition.Right && !_moved.ContainsKey(to) ? before?.Value.Path : null;
        return true;
    }

    /// <summary>
    /// Each child with its number: pages that were put take the numbers behind the sibling on their left, and whoever
    /// is in their way makes room, as far as the next gap.
    /// </summary>
    public IEnumerable<(Sibling Page, long Number)> Numbers(PathScheme paths)
    {
        long last = 0;
        bool makesRoom = false;
        foreach (Sibling page in _order)
        {
            bool isMoved = _moved.TryGetValue(page.Id, out string? left);
            long number = paths.NumberOf(page.Path);
            if (isMoved && left is not null)
                last = Math.Max(last, paths.NumberOf(left));
            makesRoom = isMoved || (makesRoom && number <= last);
            if (makesRoom)
                number = last + 1;
            last = Math.Max(last, number);
            yield return (page, number);
        }
    }
}
