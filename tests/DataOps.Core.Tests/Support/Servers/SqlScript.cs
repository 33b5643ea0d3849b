using System.IO.Compression;
using System.Text;
using Npgsql;

namespace DataOps.Core.Tests.Support.Servers;

/// <summary>
/// Runs a SQL file as psql would: statements, and the rows of <c>COPY … FROM stdin</c>. The fetched servers come
/// without psql.
/// </summary>
public static class SqlScript
{
    public static void Run(string connectionString, string file)
    {
        using NpgsqlConnection connection = new(connectionString);
        connection.Open();
        using Stream stream = File.OpenRead(file);
        using StreamReader script = new(file.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(stream, CompressionMode.Decompress)
            : stream, Encoding.UTF8);
        StringBuilder statements = new();
        while (script.ReadLine() is { } line)
        {
            if (line.StartsWith("COPY ", StringComparison.Ordinal)
                && line.EndsWith("FROM stdin;", StringComparison.Ordinal))
            {
                Execute(connection, statements);
                CopyRows(connection, line, script);
            }
            else
            {
                statements.AppendLine(line);
            }
        }
        Execute(connection, statements);
    }

    private static void Execute(NpgsqlConnection connection, StringBuilder statements)
    {
        using NpgsqlCommand command = new(statements.ToString(), connection) { CommandTimeout = 0 };
        statements.Clear();
        command.ExecuteNonQuery();
    }

    private static void CopyRows(NpgsqlConnection connection, string copy, StreamReader script)
    {
        using TextWriter rows = connection.BeginTextImport(copy);
        while (script.ReadLine() is { } line && line != "\\.")
        {
            rows.Write(line);
            rows.Write('\n');
        }
    }
}
