using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;
using Npgsql;

namespace DataOps.Core.Rows;

/// <summary>While it lives, a synchronous read of the connection's socket waits in the kernel.</summary>
/// <remarks>
/// .NET leaves a socket non-blocking for good once it was connected with a timeout or asynchronously. Every synchronous read that finds no data then goes through the
/// epoll thread and a thread-pool worker, whose spinning takes the processor from the server: 1.3 to 2 times the time for the same rows. Npgsql hands its socket out to
/// nobody, hence the reflection; without the socket (another Npgsql, Windows) everything works, more slowly.
/// </remarks>
internal sealed class BlockingSocket : IDisposable
{
    private static readonly PropertyInfo? ConnectorOf =
        typeof(NpgsqlConnection).GetProperty("Connector", BindingFlags.Instance | BindingFlags.NonPublic);

    private static readonly FieldInfo? SocketOf = ConnectorOf?.PropertyType.GetField("_socket", BindingFlags.Instance | BindingFlags.NonPublic);

    private readonly SafeSocketHandle _handle;

    private BlockingSocket(SafeSocketHandle handle) => _handle = handle;

    /// <summary>Makes the connection's socket blocking; null where that is not possible or not needed.</summary>
    public static BlockingSocket? Of(NpgsqlConnection connection)
    {
        if (OperatingSystem.IsWindows() || ConnectorOf?.GetValue(connection) is not { } connector || SocketOf?.GetValue(connector) is not Socket socket)
            return null;
        return SetNonBlocking(socket.SafeHandle, 0) == 0 ? new BlockingSocket(socket.SafeHandle) : null;
    }

    /// <summary>Gives the socket back as .NET believes it to be, without which the next asynchronous read would block its thread.</summary>
    public void Dispose()
    {
        if (!_handle.IsClosed)
            _ = SetNonBlocking(_handle, 1);
    }

    // The runtime's own portable form of fcntl(O_NONBLOCK); fcntl itself is variadic, which P/Invoke cannot call on every platform.
    [DllImport("libSystem.Native", EntryPoint = "SystemNative_FcntlSetIsNonBlocking")]
    private static extern int SetNonBlocking(SafeHandle socket, int isNonBlocking);
}
