using System.Buffers.Binary;

namespace DataOps.Core.Files.Compression;

/// <summary>Decodes LZMA2: chunks of LZMA, or of bytes as they are, that say how long they are.</summary>
internal sealed class Lzma2Decoder
{
    private readonly BufferedInput _input;
    private readonly RangeDecoder _range;
    private readonly LzmaWindow _window;
    private readonly LzmaDecoder _lzma;
    private bool _needsReset = true;
    private bool _needsProperties = true;
    private bool _needsState = true;
    private bool _isPlain;
    private int _left;
    private long _chunkEnd;

    /// <summary>Starts at the input's place, with a window of this size.</summary>
    public Lzma2Decoder(BufferedInput input, int dictionarySize)
    {
        (_input, _range, _window) = (input, new RangeDecoder(input), new LzmaWindow(dictionarySize));
        _lzma = new LzmaDecoder(_range, _window);
    }

    /// <summary>Decodes some bytes; 0 at the end.</summary>
    /// <exception cref="InvalidDataException">The data are damaged or incomplete.</exception>
    public int Read(Span<byte> buffer)
    {
        if (_left == 0 && !NextChunk())
            return 0;
        int count = Math.Min(Math.Min(buffer.Length, _left), _window.Room);
        if (_isPlain)
            _window.Copy(_input, count);
        else if (_lzma.Decode(count) < count)
            throw Damaged();
        _window.Take(buffer[..count]);
        _left -= count;
        if (_left == 0 && !_isPlain && (_lzma.IsInMatch || !_range.IsFinished || _input.Position != _chunkEnd))
            throw Damaged();
        return count;
    }

    private bool NextChunk()
    {
        byte control = _input.Next();
        if (control == 0)
            return false;
        _isPlain = control < 0x80;
        if (_isPlain && control > 2)
            throw Damaged();
        Span<byte> size = stackalloc byte[2];
        _input.Take(size);
        _left = BinaryPrimitives.ReadUInt16BigEndian(size) + 1;
        bool resets = _isPlain ? control == 1 : control >= 0xE0;
        if (resets)
            _window.Reset();
        else if (_needsReset)
            throw Damaged();
        _needsReset = false;
        if (!_isPlain)
            StartLzma(control);
        return true;
    }

    // The upper bits tell what starts anew: 1 the state, 2 the properties too, 3 the window too.
    private void StartLzma(byte control)
    {
        _left += (control & 0x1F) << 16;
        Span<byte> size = stackalloc byte[2];
        _input.Take(size);
        int packed = BinaryPrimitives.ReadUInt16BigEndian(size) + 1;
        int anew = (control >> 5) & 3;
        if (anew >= 2)
            SetProperties(_input.Next());
        else if (_needsProperties || (anew == 0 && _needsState))
            throw Damaged();
        else if (anew == 1)
            _lzma.Reset();
        _needsState = false;
        _chunkEnd = _input.Position + packed;
        _range.Start();
    }

    private void SetProperties(byte properties)
    {
        if (properties % 9 + properties / 9 % 5 > 4)
            throw Damaged();
        _lzma.SetProperties(properties);
        _needsProperties = false;
    }

    private static InvalidDataException Damaged() => new("The LZMA2 data are damaged.");
}
