using System.Globalization;
using System.IO.Hashing;

namespace DataOps.Core.Features.Backups.Rows;

/// <summary>
/// A digest of rows in the text form of COPY that does not depend on their order: the sum of the XXH128 of each row,
/// modulo 2¹²⁸. Parts of a table are added up.
/// </summary>
internal sealed class RowDigest
{
    private readonly XxHash128 _begun = new();
    private UInt128 _sum;
    private bool _hasBegun;

    /// <summary>Rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Whether the bytes so far end with a row.</summary>
    public bool IsWhole => !_hasBegun;

    /// <summary>
    /// Adds bytes, wherever they were cut; a newline inside a value is escaped, so that one ends a row.
    /// </summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        for (int end; (end = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(end + 1)..])
        {
            if (_hasBegun)
            {
                _begun.Append(bytes[..end]);
                _sum += _begun.GetCurrentHashAsUInt128();
                _begun.Reset();
                _hasBegun = false;
            }
            else
            {
                _sum += XxHash128.HashToUInt128(bytes[..end]);
            }
            Rows++;
        }
        if (bytes.Length > 0)
        {
            _begun.Append(bytes);
            _hasBegun = true;
        }
    }

    /// <summary>Adds the rows of another part.</summary>
    public void Add(RowDigest part)
    {
        _sum += part._sum;
        Rows += part.Rows;
    }

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => _sum.ToString("x32", CultureInfo.InvariantCulture);
}
