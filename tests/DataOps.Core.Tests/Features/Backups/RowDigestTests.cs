using System.Text;
using DataOps.Core.Features.Backups.Rows;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>The digest of rows.</summary>
public sealed class RowDigestTests
{
    [Fact]
    public void It_depends_on_the_rows_alone_not_on_their_order_nor_on_where_they_were_cut()
    {
        Random random = new(7);
        string[] rows = [.. Enumerable.Range(0, 300).Select(i => new string((char)('a' + (i % 26)), random.Next(50)))];
        RowDigest whole = Digest(rows, int.MaxValue, random);
        Assert.Equal(300, whole.Rows);
        for (int i = 0; i < 50; i++)
        {
            random.Shuffle(rows);
            Assert.Equal($"{whole}", $"{Digest(rows, random.Next(1, 90), random)}");
        }
        rows[17] += "x";
        Assert.NotEqual($"{whole}", $"{Digest(rows, 50, random)}");
    }

    [Fact]
    public void A_row_that_comes_twice_is_not_the_same_as_none()
    {
        Assert.NotEqual($"{Digest(["a", "b", "b"], 9, new(1))}", $"{Digest(["a"], 9, new(1))}");
        RowDigest half = new();
        half.Add("a\nb"u8);
        Assert.False(half.IsWhole);
    }

    private static RowDigest Digest(string[] rows, int most, Random random)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(rows.Select(r => r + "\n")));
        RowDigest digest = new();
        for (int at = 0; at < bytes.Length;)
        {
            int length = Math.Min(most == int.MaxValue ? most : random.Next(1, most + 1), bytes.Length - at);
            digest.Add(bytes.AsSpan(at, length));
            at += length;
        }
        return digest;
    }
}
