using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Npgsql;

namespace DataOps.Core.Postgres.Connections;

/// <summary>Tells whoever listens to a connection which statements it sends, and which of them take long.</summary>
internal static partial class StatementLog
{
    // A statement that takes longer is most often one that waits for a lock.
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(1);
    private static readonly ConditionalWeakTable<NpgsqlConnection, Action<string>> s_listeners = [];

    /// <summary>Has somebody listen to a connection; null for nobody.</summary>
    public static void Listen(this NpgsqlConnection connection, Action<string>? listener)
    {
        s_listeners.Remove(connection);
        if (listener is not null)
            s_listeners.Add(connection, listener);
    }

    /// <summary>Tells that a statement is sent, on one line; its values stay untold, also where it has them as
    /// literals.</summary>
    public static void Tell(this NpgsqlConnection connection, SqlText sql)
    {
        if (s_listeners.TryGetValue(connection, out Action<string>? listener))
            listener(Whitespace().Replace(sql.WithParameters().Text, " ").Trim());
    }

    /// <summary>Tells how long the last statement took, if that was long.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="start">When it was sent, as <see cref="Stopwatch.GetTimestamp"/> has it.</param>
    public static void TellTime(this NpgsqlConnection connection, long start)
    {
        if (Stopwatch.GetElapsedTime(start) is var time && time > s_long
            && s_listeners.TryGetValue(connection, out Action<string>? listener))
            listener($"That statement took {time.TotalSeconds:0.0} s.");
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
