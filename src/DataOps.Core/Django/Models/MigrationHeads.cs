namespace DataOps.Core.Django.Models;

/// <summary>The newest migration that is applied to each app.</summary>
internal static class MigrationHeads
{
    /// <summary>The migrations, by app; none in a database without the table of migrations.</summary>
    // The number in front of a migration's name is its order, by Django's convention; squashed ones are recorded late.
    public static IReadOnlyList<(string App, string Name)> Of(
        Session session, DatabaseCatalog database, CancellationToken cancellation) =>
        database.Find(DjangoTables.Migrations) is { } table ? Of(session, table.Sql, cancellation) : [];

    /// <summary>The migrations of that table.</summary>
    public static IReadOnlyList<(string App, string Name)> Of(
        Session session, SqlText table, CancellationToken cancellation) =>
        session.Query<(string, string)>(
            $"select distinct on (app) app::text, name::text from {table} order by app, name desc", cancellation);
}
