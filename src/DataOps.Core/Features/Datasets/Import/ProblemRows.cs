using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>Asks the database for rows that are wrong: the first hundred are listed, all are counted.</summary>
internal sealed class ProblemRows(Session session, ImportProblems problems, CancellationToken cancellation)
{
    private const int Listed = 100;

    /// <summary>Adds a problem for each row of a query.</summary>
    /// <param name="line">The SQL of the file's line.</param>
    /// <param name="texts">The SQL of up to three texts that the problem tells.</param>
    /// <param name="from">The query from "from" on.</param>
    /// <param name="describe">Makes a problem of the line and the texts.</param>
    public void Add(string line, string[] texts, string from, Func<string[], ProblemText> describe)
    {
        string sql = $"select {line}, array[{string.Join(", ", texts.Select(t => $"({t})::text"))}]::text[], count(*) over () {from} order by 1 limit {Listed}";
        long listed = 0;
        long total = 0;
        foreach ((long at, string[] cells, long all) in session.Stream(sql, r => (r.GetInt64(0), r.GetFieldValue<string[]>(1), r.GetInt64(2)), cancellation))
        {
            ProblemText problem = describe(cells);
            problems.Add(
                problem.Sentence, new(problem.Id, at, problem.Advice, [problem.Model, problem.Key, problem.Field, problem.What], problem.Target));
            (listed, total) = (listed + 1, all);
        }
        problems.AddUnlisted(total - listed);
    }
}

/// <summary>A problem in words.</summary>
/// <param name="Id">The failure's id.</param>
/// <param name="Sentence">What there is so many of.</param>
/// <param name="Advice">What the user can do.</param>
/// <param name="Model">The model.</param>
/// <param name="Key">The row's key.</param>
/// <param name="Field">The field.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Target">The model of the rows that are missing; null where none are.</param>
internal sealed record ProblemText(string Id, string Sentence, string Advice, string Model, string Key, string Field, string What, string? Target = null);
