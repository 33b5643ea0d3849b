namespace DataOps.Core.Features.Datasets.Testing.Offline;

/// <summary>Keys, each as the 64 bits of <see cref="KeyHash"/>: a few bytes a key, whatever the keys are.</summary>
internal sealed class KeySet
{
    private const int Smallest = 16;
    private ulong[] _slots = new ulong[Smallest];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a key; false when it is there.</summary>
    public bool Add(ulong key)
    {
        // Four slots for three keys: the way from a key's place to a free one stays short.
        if (Count >= _slots.Length / 4 * 3)
            Grow();
        if (!Put(_slots, key))
            return false;
        Count++;
        return true;
    }

    /// <summary>Whether a key is there.</summary>
    public bool Contains(ulong key) => _slots[Place(_slots, key)] == Stored(key);

    private void Grow()
    {
        ulong[] larger = new ulong[checked(_slots.Length * 2)];
        foreach (ulong key in _slots)
            if (key != 0)
                Put(larger, key);
        _slots = larger;
    }

    private static bool Put(ulong[] slots, ulong key)
    {
        int place = Place(slots, key);
        if (slots[place] != 0)
            return false;
        slots[place] = Stored(key);
        return true;
    }

    private static int Place(ulong[] slots, ulong key)
    {
        ulong stored = Stored(key);
        int place = (int)(stored & (ulong)(slots.Length - 1));
        while (slots[place] != 0 && slots[place] != stored)
            place = (place + 1) & (slots.Length - 1);
        return place;
    }

    // 0 is a free slot.
    private static ulong Stored(ulong key) => key == 0 ? 1 : key;
}
