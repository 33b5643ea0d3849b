using System.Net;
using System.Net.Sockets;
using System.Text;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>How network addresses are read.</summary>
internal static class NetworkRules
{
    public static string? Inet(ReadOnlySpan<byte> given, Utf8Output text)
    {
        string address = Encoding.UTF8.GetString(given.Trim(" \t\r\n"u8));
        int slash = address.IndexOf('/', StringComparison.Ordinal);
        string host = slash < 0 ? address : address[..slash];
        // .NET takes 10.1 and ::1%lo too; PostgreSQL does not.
        if (!IPAddress.TryParse(host, out IPAddress? ip) || host.Contains('%', StringComparison.Ordinal) || host.Contains('[', StringComparison.Ordinal)
            || (ip.AddressFamily == AddressFamily.InterNetwork && host.Count(c => c == '.') != 3))
            return "not an IP address";
        if (slash >= 0 && (!byte.TryParse(address[(slash + 1)..], out byte bits) || bits > (ip.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)))
            return "not an IP address";
        text.WriteText(address);
        return null;
    }
}
