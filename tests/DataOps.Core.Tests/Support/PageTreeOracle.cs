namespace DataOps.Core.Tests.Support;

/// <summary>A page tree as lists of children, moved in memory as one reads it in treebeard's manual.</summary>
internal sealed class PageTreeOracle
{
    private readonly Dictionary<long, List<long>> _children = [];
    private readonly Dictionary<long, long> _parents = [];
    private readonly long _root;

    private PageTreeOracle(long root) => _root = root;

    /// <summary>The pages of a database, which have to be one whole tree.</summary>
    public static PageTreeOracle Of(TestDatabase site)
    {
        (long Id, string Path)[] pages =
            [.. site.Rows("select id::int8, path from wagtailcore_page order by path").Select(
                r => ((long)r[0]!, (string)r[1]!))];
        Dictionary<string, long> byPath = pages.ToDictionary(p => p.Path, p => p.Id);
        PageTreeOracle tree = new(pages[0].Id);
        foreach ((long id, string path) in pages)
        {
            tree._children[id] = [];
            if (path.Length == 4)
                continue;
            tree._parents[id] = byPath[path[..^4]];
            tree._children[tree._parents[id]].Add(id);
        }
        return tree;
    }

    /// <summary>All pages but the root.</summary>
    public IReadOnlyList<long> Pages => [.. _parents.Keys.Order()];

    /// <summary>A page's parent.</summary>
    public long ParentOf(long page) => _parents[page];

    /// <summary>Whether a page is another one, or below it.</summary>
    public bool IsWithin(long page, long other)
    {
        for (long p = page; ; p = _parents[p])
            if (p == other)
                return true;
            else if (p == _root)
                return false;
    }

    /// <summary>Moves a page.</summary>
    public void Move(long page, long target, string position)
    {
        bool isChild = position.EndsWith("Child", StringComparison.Ordinal);
        long parent = isChild ? target : _parents[target];
        int own = _children[_parents[page]].IndexOf(page);
        _children[_parents[page]].Remove(page);
        _parents[page] = parent;
        List<long> beside = _children[parent];
        beside.Insert(position switch
        {
            "FirstChild" or "FirstSibling" => 0,
            "LastChild" or "LastSibling" => beside.Count,
            _ when page == target => own,
            "Left" => beside.IndexOf(target),
            _ => beside.IndexOf(target) + 1,
        }, page);
    }

    /// <summary>Each page with its children in their order.</summary>
    public string[] Lines() =>
        [.. _children.Where(c => c.Value.Count > 0).OrderBy(c => c.Key)
            .Select(c => $"{c.Key}: {string.Join(' ', c.Value)}")];
}
