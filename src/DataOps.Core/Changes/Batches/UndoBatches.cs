using DataOps.Core.Changes.UndoFiles;

namespace DataOps.Core.Changes.Batches;

/// <summary>
/// The one undo file of a run in batches: each is put behind the others before its transaction commits, and cut off
/// again if that fails.
/// </summary>
/// <remarks>
/// A batch is an undo file by itself, and gzip files that follow each other are one: whatever kills the process, what
/// was committed is whole in the file. Only the last batch can be one that was never committed.
/// </remarks>
/// <param name="place">Where; there is no file before the first batch.</param>
/// <param name="operation">The operation that all batches are of, as <c>Repair-Orphan</c>.</param>
internal sealed class UndoBatches(UndoPlace place, string operation)
{
    private string? _digest;
    private string? _digestBefore;
    private long _length;
    private long _lengthBefore;

    /// <summary>Where the file is.</summary>
    public UndoPlace Place => place;

    /// <summary>Batches in it.</summary>
    public int Count { get; private set; }

    /// <summary>The first line of the next batch.</summary>
    public UndoHeader Continue(UndoHeader header) =>
        header with { Batch = Count + 1, Previous = _digest, Offset = _length, Operation = operation };

    /// <summary>Puts a whole batch behind the others, or none of it; it is on the disk afterwards.</summary>
    /// <param name="file">The batch, in a file beside this one, which is moved or copied.</param>
    /// <param name="digest">Its digest.</param>
    /// <exception cref="IOException">The file cannot be written, or is no longer what it was.</exception>
    public void Add(string file, string digest)
    {
        if (Count == 0)
            place.Put(file);
        else
            Append(file);
        (_digestBefore, _lengthBefore) = (_digest, _length);
        (_digest, _length) = (digest, new FileInfo(place.Path).Length);
        Count++;
    }

    /// <summary>Takes the last batch away again: its transaction was rolled back.</summary>
    public void TakeBack()
    {
        Count--;
        (_digest, _length) = (_digestBefore, _lengthBefore);
        if (Count == 0)
            File.Delete(place.Path);
        else
            Cut();
    }

    private void Append(string file)
    {
        if (new FileInfo(place.Path).Length != _length)
            throw new IOException("Another program has written to the file.");
        try
        {
            using FileStream from = new(file, FileMode.Open, FileAccess.Read, FileShare.Read);
            using FileStream to = new(place.Path, FileMode.Append, FileAccess.Write, FileShare.Read);
            from.CopyTo(to);
            to.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // A full disk may have taken a part of it.
            Cut();
            throw;
        }
    }

    private void Cut()
    {
        using FileStream file = new(place.Path, FileMode.Open, FileAccess.Write, FileShare.Read);
        file.SetLength(_length);
        file.Flush(flushToDisk: true);
    }
}
