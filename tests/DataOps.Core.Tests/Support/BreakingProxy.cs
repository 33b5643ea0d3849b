using System.Net.Sockets;
using System.Text;

namespace DataOps.Core.Tests.Support;

/// <summary>
/// Stands between a client and the server, and breaks when told: the server gets the statement, the client never gets
/// the answer.
/// </summary>
internal sealed class BreakingProxy(int server) : Proxy(server)
{
    private volatile string? _breakAfter;
    private volatile bool _refuse;

    public void DropAnswersAfter(string statement, bool andRefuse = false) =>
        (_refuse, _breakAfter) = (andRefuse, statement);

    protected override async Task Serve(TcpClient client)
    {
        using TcpClient from = client;
        if (_refuse && _breakAfter is null)
            return;
        using TcpClient to = new();
        await Connect(to);
        Task answers = to.GetStream().CopyToAsync(from.GetStream());
        byte[] buffer = new byte[1 << 16];
        try
        {
            for (int read; (read = await from.GetStream().ReadAsync(buffer)) > 0;)
            {
                bool isLast = _breakAfter is { } statement
                    && Encoding.Latin1.GetString(buffer, 0, read).Contains(
                        statement, StringComparison.OrdinalIgnoreCase);
                if (isLast)
                {
                    _breakAfter = null;
                    from.Client.Shutdown(SocketShutdown.Send);
                }
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read));
                if (isLast)
                {
                    from.Close();
                    // Leaves the server the time to end the transaction; the proxy's own answers go nowhere.
                    await Task.WhenAny(answers, Task.Delay(2000));
                    return;
                }
            }
        }
        catch (IOException)
        {
            return;
        }
    }
}
