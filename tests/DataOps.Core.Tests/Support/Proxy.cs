using System.Net;
using System.Net.Sockets;

namespace DataOps.Core.Tests.Support;

/// <summary>Stands between clients and the server.</summary>
internal abstract class Proxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;

    protected Proxy(int server)
    {
        _server = server;
        _listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public virtual void Dispose() => _listener.Dispose();

    protected void RefuseMore() => _listener.Stop();

    /// <summary>Serves a client to its end.</summary>
    protected abstract Task Serve(TcpClient client);

    protected Task Connect(TcpClient server) => server.ConnectAsync(IPAddress.Loopback, _server);

    private async Task Accept()
    {
        try
        {
            while (true)
                _ = Serve(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
            return;
        }
    }
}
