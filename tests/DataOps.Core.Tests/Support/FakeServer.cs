using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DataOps.Core.Tests.Support;

/// <summary>
/// Speaks PostgreSQL's start-up and nothing more: it lets everybody in, says which version it is, and writes down what
/// it is asked.
/// </summary>
public sealed class FakeServer : IDisposable
{
    private const int SslRequest = 80877103;
    private const int GssRequest = 80877104;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _version;

    public FakeServer(string version)
    {
        _version = version;
        _listener.Start();
        _ = Task.Run(Serve);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Messages after the start-up, by type; Terminate is not one.</summary>
    public ConcurrentQueue<char> Queries { get; } = new();

    public void Dispose() => _listener.Dispose();

    private void Serve()
    {
        try
        {
            while (true)
            {
                using TcpClient client = _listener.AcceptTcpClient();
                using NetworkStream stream = client.GetStream();
                Answer(stream);
            }
        }
        catch (Exception e)
            when (e is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private void Answer(NetworkStream stream)
    {
        while (ReadInt(stream) is var length && ReadInt(stream) is var code && Skip(stream, length - 8)
            && code is SslRequest or GssRequest)
            stream.WriteByte((byte)'N');
        Write(stream, 'R', [0, 0, 0, 0]);
        foreach ((string name,
            string value) in new[] { ("server_version", _version), ("server_encoding", "UTF8"),
            ("client_encoding", "UTF8"), ("integer_datetimes", "on"),
        ("standard_conforming_strings", "on"), ("DateStyle", "ISO, MDY"), ("TimeZone", "UTC") })
            Write(stream, 'S', Encoding.UTF8.GetBytes($"{name}\0{value}\0"));
        Write(stream, 'K', [0, 0, 0, 1, 0, 0, 0, 2]);
        Write(stream, 'Z', [(byte)'I']);
        for (int type = stream.ReadByte(); type >= 0 && type != 'X'; type = stream.ReadByte())
        {
            Queries.Enqueue((char)type);
            Skip(stream, ReadInt(stream) - 4);
            if (type is 'Q' or 'S')
            {
                Write(stream, 'E', Encoding.UTF8.GetBytes("SERROR\0C0A000\0MA fake server answers no query.\0\0"));
                Write(stream, 'Z', [(byte)'I']);
            }
        }
    }

    private static void Write(NetworkStream stream, char type, byte[] body)
    {
        byte[] message = new byte[body.Length + 5];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), body.Length + 4);
        body.CopyTo(message, 5);
        stream.Write(message);
    }

    private static int ReadInt(NetworkStream stream)
    {
        byte[] bytes = new byte[4];
        stream.ReadExactly(bytes);
        return BinaryPrimitives.ReadInt32BigEndian(bytes);
    }

    private static bool Skip(NetworkStream stream, int count)
    {
        stream.ReadExactly(new byte[count]);
        return true;
    }
}
