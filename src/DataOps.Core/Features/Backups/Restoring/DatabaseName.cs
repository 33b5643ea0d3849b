using System.Text;

namespace DataOps.Core.Features.Backups.Restoring;

/// <summary>The names of the databases that a restore makes and keeps.</summary>
internal static class DatabaseName
{
    /// <summary>How a time stands in a name.</summary>
    public const string TimeFormat = "yyyyMMddHHmmss";

    private const int Longest = 63;

    /// <summary>
    /// A name with an ending: PostgreSQL would cut off the end of a longer one, which tells it from the others.
    /// </summary>
    public static string Fit(string name, string ending)
    {
        while (Encoding.UTF8.GetByteCount(name + ending) > Longest)
            name = name[..^1];
        return name + ending;
    }
}
