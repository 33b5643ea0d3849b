using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace DataOps.Core.Features.Sites;

/// <summary>The name of a host as Django compares it with that of a request.</summary>
internal static partial class HostName
{
    private const int Longest = 255;

    /// <summary>Lower case, without the dot of a full name, other alphabets in Punycode.</summary>
    /// <remarks>
    /// django.http.request.split_domain_port lowers a request's name and cuts the dot; browsers send Punycode; a name
    /// with any other character is refused by host_validation_re, so no request could ever match it.
    /// </remarks>
    /// <exception cref="DataOpsException">The name is none that a request can have.</exception>
    public static string Read(string given)
    {
        string lower = given.ToLowerInvariant();
        string name = lower.EndsWith('.') ? lower[..^1] : lower;
        if (IPAddress.TryParse(name.Trim('[', ']'), out IPAddress? address)
            && address.AddressFamily == AddressFamily.InterNetworkV6)
            return $"[{address}]";
        return Punycode(name) is { Length: <= Longest } host && Valid().IsMatch(host)
            ? host
            : throw new DataOpsException(
                ErrorIds.InvalidHostName, FailureKind.InvalidArgument, $"\"{given}\" is not a host name.",
                "Give the name alone, as www.example.com, and the port with -Port.", given);
    }

    private static string? Punycode(string name)
    {
        try
        {
            return new IdnMapping().GetAscii(name);
        }
        catch (ArgumentException)
        {
            // A label that is empty, too long, or of characters that no name has.
            return null;
        }
    }

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$")]
    private static partial Regex Valid();
}
