using Npgsql;

namespace DataOps.Core.Tests.Support;

/// <summary>A test's own SQL as text: what the product may not do.</summary>
internal static class PlainSql
{
    public static int Execute(this Session session, string sql, CancellationToken cancellation = default) =>
        session.Run(SqlText.Raw(sql), cancellation);

    public static IReadOnlyList<T> List<T>(
        this Session session, string sql, CancellationToken cancellation = default) =>
        session.Query<T>(SqlText.Raw(sql), cancellation);

    public static IEnumerable<T> Stream<T>(
        this Session session, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation) =>
        session.Read(SqlText.Raw(sql), read, cancellation);
}
