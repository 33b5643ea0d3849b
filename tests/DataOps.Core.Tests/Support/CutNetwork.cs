using System.Collections.Concurrent;
using System.Net.Sockets;

namespace DataOps.Core.Tests.Support;

/// <summary>
/// A network between a client and the server that fails when so many bytes have passed, in both directions together:
/// all connections end at once, and no other is made. Before, it may stand still.
/// </summary>
internal sealed class CutNetwork : Proxy
{
    private readonly ConcurrentBag<TcpClient> _open = [];
    private readonly long _last;
    private readonly TimeSpan _stall;
    private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes;

    public CutNetwork(int server, long last = long.MaxValue, TimeSpan stall = default)
        : base(server) => (_last, _stall) = (last, stall);

    /// <summary>How many have passed.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public bool IsCut => _cut.Task.IsCompleted;

    public override void Dispose()
    {
        Cut();
        base.Dispose();
    }

    private void Cut()
    {
        _cut.TrySetResult();
        RefuseMore();
        foreach (TcpClient client in _open)
            client.Dispose();
    }

    protected override async Task Serve(TcpClient client)
    {
        TcpClient server = new();
        _open.Add(client);
        _open.Add(server);
        try
        {
            await Connect(server);
            // Who was accepted while all others were cut off is so, too.
            if (!IsCut)
                await Task.WhenAny(Pass(client, server), Pass(server, client));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return;
        }
        finally
        {
            client.Dispose();
            server.Dispose();
        }
    }

    private async Task Pass(TcpClient from, TcpClient to)
    {
        byte[] buffer = new byte[1 << 12];
        try
        {
            for (int read; (read = await from.GetStream().ReadAsync(buffer)) > 0;)
            {
                long before = Interlocked.Add(ref _bytes, read) - read;
                if (before >= _last)
                    await _cut.Task;
                else if (before + read >= _last)
                {
                    await Task.Delay(_stall);
                    Cut();
                }
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return;
        }
    }
}
