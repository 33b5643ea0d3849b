using System.Text;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Files;

/// <summary>
/// The JSON of one object, made from another format: each value stands in the line in which it stands in the file.
/// </summary>
internal sealed class JsonObjectText
{
    private readonly Utf8Output _output = new();
    private long _line;

    /// <summary>The line in which the object starts.</summary>
    public long FirstLine { get; private set; }

    /// <summary>The file that was written.</summary>
    public ReadOnlySpan<byte> Written => _output.Written;

    /// <summary>Where it is written.</summary>
    public Utf8Output Output => _output;

    /// <summary>Bytes written.</summary>
    public int Length => (int)_output.Position;

    /// <summary>The object as a reader's current object takes it; valid until the next <see cref="Start"/>.</summary>
    public ReadOnlyMemory<byte> Memory => _output.WrittenMemory;

    /// <summary>Starts a new object.</summary>
    public void Start(long line)
    {
        _output.Clear();
        (FirstLine, _line) = (line, line);
    }

    /// <summary>Goes on in a line of the file; line breaks are blanks in JSON.</summary>
    public void GoTo(long line)
    {
        for (; _line < line; _line++)
            _output.WriteByte((byte)'\n');
    }

    /// <summary>Writes JSON as it is, on one line.</summary>
    public void Raw(ReadOnlySpan<byte> json) => _output.Write(json);

    /// <summary>Forgets what was written behind a place.</summary>
    public void CutTo(int length) => _output.CutTo(length);

    /// <summary>Writes a string.</summary>
    public void String(string text) => _output.WriteJsonString(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a string.</summary>
    public void String(ReadOnlySpan<byte> utf8) => _output.WriteJsonString(utf8);
}
