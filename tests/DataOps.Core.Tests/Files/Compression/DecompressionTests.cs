using System.Buffers.Binary;
using System.IO.Compression;
using DataOps.Core.Files.Compression;
using SharpCompress.Compressors.Xz;

namespace DataOps.Core.Tests.Files.Compression;

/// <summary>
/// What other programs compress comes out as it was, and what is cut off, damaged or followed by anything is noticed.
/// </summary>
public sealed class DecompressionTests : IDisposable
{
    // Files of one text in every form that Python's library, which is xz's own, writes.
    private const string Compress = """
        import bz2, gzip, lzma, os, random, sys, zlib
        folder, seed, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        r = random.Random(seed)
        words = [bytes(r.choices(range(97, 123), k=r.randint(1, 12))) for _ in range(200)]
        data = b" ".join(r.choices(words, k=size)) + r.randbytes(size) + b"a" * (3 * size)
        def put(name, content):
            with open(os.path.join(folder, name), "wb") as f: f.write(content)
        put("data", data)
        half = len(data) // 2
        for level in (0, 1, 9):
            put(f"{level}.gz", gzip.compress(data, level))
            put(f"{level}.xz", lzma.compress(data, preset=level))
            put(f"{level}.lzma", lzma.compress(data, format=lzma.FORMAT_ALONE, preset=level))
        put("two.gz", gzip.compress(data[:half]) + gzip.compress(data[half:]))
        put("1.bz2", bz2.compress(data, 1)); put("9.bz2", bz2.compress(data))
        put("two.bz2", bz2.compress(data[:half]) + bz2.compress(data[half:]))
        put("two.xz", lzma.compress(data[:half]) + bytes(8) + lzma.compress(data[half:]) + bytes(4))
        for name in ("NONE", "CRC32", "CRC64", "SHA256"):
            put(f"{name}.xz", lzma.compress(data, check=getattr(lzma, "CHECK_" + name), preset=6 | lzma.PRESET_EXTREME))
        for lc, lp, pb in ((0, 0, 0), (4, 0, 4), (1, 3, 2)):
            put(f"{lc}{lp}{pb}.xz", lzma.compress(data, filters=[{"id": lzma.FILTER_LZMA2, "lc": lc, "lp": lp, "pb": pb, "dict_size": 4096}]))
            put(f"{lc}{lp}{pb}.lzma", lzma.compress(data, format=lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": 5000}]))
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-compression-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(60_000)]
    public void What_others_compressed_comes_out_as_it_was(int size)
    {
        (byte[] data, string[] files) = Make(size);

        Assert.Equal(24, files.Length);
        Assert.All(files,
            file => Assert.True(
                data.AsSpan().SequenceEqual(Read(File.ReadAllBytes(file), Path.GetFileName(file))), file));
    }

    [Fact]
    public void A_file_that_is_cut_at_any_byte_is_noticed()
    {
        (_, string[] files) = Make(40);

        foreach (string file in files)
        {
            byte[] whole = File.ReadAllBytes(file);
            int[] ends = file.EndsWith("two.xz", StringComparison.Ordinal)
                ? [whole.Length - 4, Streams(whole)[1], Streams(whole)[1] - 4, Streams(whole)[1] - 8]
                : Path.GetFileName(file) == "two.gz"
                    ? [whole.AsSpan(1).IndexOf((ReadOnlySpan<byte>)[0x1F, 0x8B, 8]) + 1]
                : Path.GetFileName(file) == "two.bz2" ? [whole.AsSpan(1).IndexOf("BZh9"u8) + 1] : [];
            foreach (int length in Places(6, whole.Length))
            {
                // The end of the first of two is an end.
                if (!ends.Contains(length))
                    Assert.True(Fails(whole[..length], Path.GetFileName(file)),
                        $"{Path.GetFileName(file)} cut at {length} of {whole.Length}");
            }
        }
    }

    [Fact]
    public void Whatever_follows_the_end_is_noticed()
    {
        (_, string[] files) = Make(40);

        foreach (byte[] garbage in (byte[][])[[1], [0], "garbage"u8.ToArray(), [0x1F, 0x8B, 8, 0, 0],
            "BZh9"u8.ToArray(), [0xFD, (byte)'7', (byte)'z']])
            Assert.All(files, file =>
                Assert.True(Fails([.. File.ReadAllBytes(file), .. garbage], Path.GetFileName(file)),
                Path.GetFileName(file) + " + " + garbage.Length));
    }

    [Fact]
    public void A_changed_byte_changes_nothing_or_is_noticed()
    {
        (byte[] data, string[] files) = Make(40);

        // The old format has no checksum, and neither has xz without one.
        foreach (string file in files.Where(
            f => !f.EndsWith(".lzma", StringComparison.Ordinal) && !f.EndsWith("NONE.xz", StringComparison.Ordinal)))
        {
            byte[] whole = File.ReadAllBytes(file);
            foreach (int i in Places(6, whole.Length))
            {
                byte[] changed = [.. whole];
                changed[i] ^= (byte)(1 << (i % 8));
                byte[]? read = TryRead(changed, Path.GetFileName(file));
                Assert.True(read is null || data.AsSpan().SequenceEqual(read), $"{Path.GetFileName(file)}, byte {i}");
            }
        }
    }

    [Fact]
    public void Damage_without_a_checksum_ends_in_a_clear_failure_or_in_other_bytes()
    {
        (_, string[] files) = Make(40);

        foreach (string file in files.Where(f => f.EndsWith(".lzma", StringComparison.Ordinal)))
        {
            byte[] whole = File.ReadAllBytes(file);
            foreach (int i in Places(13, whole.Length))
            {
                byte[] changed = [.. whole];
                changed[i] ^= (byte)(1 << (i % 8));
                byte[]? read = TryRead(changed, Path.GetFileName(file));
                Assert.True(read is null || read.Length < 1 << 26, $"{Path.GetFileName(file)}, byte {i}");
            }
        }
    }

    [Fact]
    public void A_dictionary_of_more_than_256_MB_is_refused_before_its_memory_is_taken()
    {
        _ = Make(40);
        byte[] xz = File.ReadAllBytes(Path.Join(_folder, "9.xz"));
        byte[] lzma = File.ReadAllBytes(Path.Join(_folder, "9.lzma"));

        // 1.5 GB, 4 GB, and sizes that there are not.
        foreach (byte code in (byte[])[37, 40, 41, 63])
        {
            // The one filter's number and length, and the dictionary's code, stand behind the length and the flags of
            // the block's header.
            byte[] header = xz[12..(12 + (xz[12] + 1) * 4 - 4)];
            header[4] = code;
            byte[] checksum = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(checksum, Crc32.Compute(header));
            byte[] changed = [.. xz[..12], .. header, .. checksum, .. xz[(12 + header.Length + 4)..]];
            AssertRefusedWithoutMemory(changed, "x.xz");
        }
        foreach (uint size in (uint[])[(1u << 28) + 1, 3u << 29, uint.MaxValue])
        {
            BinaryPrimitives.WriteUInt32LittleEndian(lzma.AsSpan(1), size);
            AssertRefusedWithoutMemory(lzma, "x.lzma");
        }
    }

    [Fact]
    public void A_block_that_was_lost_is_noticed_by_the_index()
    {
        _ = Make(40);
        byte[] whole = File.ReadAllBytes(Path.Join(_folder, "9.xz"));
        int indexLength = (BinaryPrimitives.ReadInt32LittleEndian(whole.AsSpan(whole.Length - 8)) + 1) * 4;

        Assert.True(Fails([.. whole[..12], .. whole[^(12 + indexLength)..]], "x.xz"));
    }

    [Fact]
    public void A_zip_file_has_one_member_that_is_whole()
    {
        byte[] one = Zip(("a.json", "[]"), ("folder/", ""));
        Assert.Equal("[]"u8.ToArray(), Read(one, "x.zip"));
        Assert.Equal("a.json", Decompression.Open(new MemoryStream(one), "x").Name);

        Assert.Contains("has 2 members",
            Assert.Throws<InvalidDataException>(() => Read(Zip(("a.json", "[]"), ("b.json", "[]")), "x.zip")).Message);
        Assert.Contains("has 0 members", Assert.Throws<InvalidDataException>(() => Read(Zip(), "x.zip")).Message);
        byte[] encrypted = [.. one];
        encrypted[6] |= 1;
        encrypted[encrypted.AsSpan().IndexOf("PK\u0001\u0002"u8) + 8] |= 1;
        Assert.Contains("a.json in the zip file is encrypted",
            Assert.Throws<InvalidDataException>(() => Read(encrypted, "x.zip")).Message);
        for (int length = 4; length < one.Length; length++)
            Assert.True(Fails(one[..length], "x.zip"), $"cut at {length}");
        byte[] changed = [.. one];
        changed[30 + "a.json".Length + 1] ^= 1;
        Assert.True(Fails(changed, "x.zip"));
    }

    [Fact]
    public void A_pipe_is_decompressed_too()
    {
        using MemoryStream gzip = new();
        using (GZipStream stream = new(gzip, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write("[]"u8);

        Assert.Equal("[]"u8.ToArray(), Read(new Pipe(gzip.ToArray()), "standard input"));
        Assert.Equal("{"u8.ToArray(), Read(new Pipe("{"u8.ToArray()), "standard input"));
        Assert.Empty(Read(new Pipe([]), "standard input"));
        (byte[] data, string[] files) = Make(40);
        Assert.All(files, file => Assert.Equal(data, Read(new Pipe(File.ReadAllBytes(file)), Path.GetFileName(file))));
        Assert.Contains("pipe",
            Assert.Throws<InvalidDataException>(() => Read(new Pipe(Zip(("a", "b"))), "standard input")).Message);
    }

    // Some of a file's bytes; all of them with DATAOPS_ROUNDS=8.
    private static IEnumerable<int> Places(int from, int to) =>
        Enumerable.Range(from, to - from).Where(_ => Random.Shared.Next(32) < Rounds.Of(4));

    private static void AssertRefusedWithoutMemory(byte[] bytes, string name)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("more than 256 MB", Assert.Throws<InvalidDataException>(() => Read(bytes, name)).Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private (byte[] Data, string[] Files) Make(int size)
    {
        int seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
        PythonScript.Run(Compress, "", "bz2, lzma, random; random.randbytes", _folder, $"{seed}", $"{size}");
        return (File.ReadAllBytes(Path.Join(_folder, "data")),
            [.. Directory.GetFiles(_folder).Where(f => Path.HasExtension(f)).Order(StringComparer.Ordinal)]);
    }

    private static bool Fails(byte[] bytes, string name) => TryRead(bytes, name) is null;

    private static byte[]? TryRead(byte[] bytes, string name)
    {
        try
        {
            return Read(bytes, name);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static byte[] Read(byte[] bytes, string name) => Read(new MemoryStream(bytes), name);

    private static byte[] Read(Stream stream, string name)
    {
        using Stream read = Decompression.Open(stream, name).Stream;
        using MemoryStream memory = new();
        read.CopyTo(memory);
        return memory.ToArray();
    }

    private static int[] Streams(byte[] bytes) =>
        [.. Enumerable.Range(0, bytes.Length).Where(i => XzReader.Starts(bytes.AsSpan(i)))];

    private static byte[] Zip(params (string Name, string Text)[] members)
    {
        using MemoryStream memory = new();
        using (ZipArchive archive = new(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, string text) in members)
            {
                using StreamWriter writer = new(archive.CreateEntry(name).Open());
                writer.Write(text);
            }
        }
        return memory.ToArray();
    }

    /// <summary>A stream that delivers a byte at a time and knows no place.</summary>
    private sealed class Pipe(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);
    }
}
