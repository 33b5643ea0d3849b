using System.Runtime.CompilerServices;

namespace DataOps.Core.Postgres.Copy;

/// <summary>Buffers that grow with a value of up to a gigabyte, and do not hold it twice.</summary>
internal static class LargeBuffer
{
    // From here on the smaller buffers that are left behind count.
    private const int Large = 1 << 26;

    // From here on a buffer gets all the room that there may be: what is not written to takes no memory, where each
    // copy would take as much as the value.
    private const int Whole = 1 << 28;

    /// <summary>Replaces a full buffer by a larger one.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="start">Where what is kept starts; it moves to the front.</param>
    /// <param name="kept">How many bytes are kept.</param>
    /// <param name="needed">How many bytes it has to hold at least.</param>
    /// <param name="most">How many bytes it may hold, <paramref name="needed"/> or more.</param>
    /// <remarks>Code that is not optimized keeps the buffers that it has left.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Grow(ref byte[] buffer, int start, int kept, long needed, int most)
    {
        bool isLarge = buffer.Length >= Large;
        // What stands behind a large value is small.
        byte[] larger = Allocate(Math.Max(2L * buffer.Length, needed + (needed / 8)), most, buffer.Length >= Whole);
        buffer.AsSpan(start, kept).CopyTo(larger);
        buffer = larger;
        if (isLarge)
            Collect();
    }

    /// <summary>Gives a buffer's memory back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Release(ref byte[] buffer)
    {
        bool isLarge = buffer.Length >= Large;
        buffer = [];
        if (isLarge)
            Collect();
    }

    private static void Collect() =>
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    // Where memory is limited, as in a container, there may be enough for the value, and not for the largest one.
    private static byte[] Allocate(long length, int most, bool whole)
    {
        if (whole)
            try
            {
                return GC.AllocateUninitializedArray<byte>(most);
            }
            catch (OutOfMemoryException)
            {
                return GC.AllocateUninitializedArray<byte>((int)Math.Min(length, most));
            }
        return GC.AllocateUninitializedArray<byte>((int)Math.Min(length, most));
    }
}
