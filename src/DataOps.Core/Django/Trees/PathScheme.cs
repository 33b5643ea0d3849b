using System.Globalization;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Django.Trees;

/// <summary>How treebeard writes a materialised path: so many characters a step, each a digit of the alphabet's number system; the first digit is its
/// zero.</summary>
/// <param name="StepLength">Characters a step.</param>
/// <param name="Alphabet">The digits in their order.</param>
internal sealed record PathScheme(int StepLength, string Alphabet)
{
    /// <summary>treebeard's default, which Wagtail uses.</summary>
    public static readonly PathScheme Default = new(4, Base36);

    private const string Base36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Lower36 = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const string Base62 = Base36 + "abcdefghijklmnopqrstuvwxyz";
    private const int FewRows = 3;
    private const int FewPercent = 5;

    /// <summary>The step of zeros.</summary>
    public string Zero => new(Alphabet[0], StepLength);

    /// <summary>The last step.</summary>
    public string Last => new(Alphabet[^1], StepLength);

    /// <summary>The highest number that a step can have.</summary>
    public long Most => (long)Math.Min(Math.Pow(Alphabet.Length, StepLength) - 1, long.MaxValue / 2);

    /// <summary>Whether its letters come in one case only, so that two paths that differ in case are a slip.</summary>
    public bool HasOneCase => Alphabet.ToUpperInvariant().Distinct().Count() == Alphabet.Length;

    /// <summary>Finds out by the rows how a tree's paths are written, as far as it is not given.</summary>
    /// <param name="session">The session.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="stepLength">The length of a step, where it is given.</param>
    /// <param name="alphabet">The alphabet, where it is given.</param>
    /// <param name="cancellation">Cancels the query that runs.</param>
    /// <param name="rows">The rows, as SQL; the table's when null.</param>
    /// <exception cref="DataOpsException">What is given cannot be.</exception>
    public static PathScheme Of(Session session, Tree tree, int? stepLength, string? alphabet, CancellationToken cancellation, string? rows = null)
    {
        rows ??= tree.Table.Sql;
        if (stepLength is <= 0)
            throw new DataOpsException("InvalidStepLength", FailureKind.InvalidArgument, $"A step of {stepLength} characters is none.",
                "Give the model's steplen.", stepLength);
        if (alphabet is not null && (alphabet.Length < 2 || alphabet.Distinct().Count() != alphabet.Length))
            throw new DataOpsException(
                "InvalidAlphabet", FailureKind.InvalidArgument, $"\"{alphabet}\" is no alphabet: two characters or more, each once.",
                    "Give the model's alphabet.", alphabet);
        if (tree.HasOneRoot)
            return Default;
        return new PathScheme(stepLength ?? FindStep(session, tree, rows, cancellation), alphabet ?? FindAlphabet(session, tree, rows, cancellation));
    }

    /// <summary>The condition that a path has characters of the alphabet only.</summary>
    public string IsInAlphabet(string path) => $"translate({path}, {SqlText.Literal(Alphabet)}, '') = ''";

    /// <summary>The condition that a path is one below a root, so that it has a parent's.</summary>
    public string HasParent(string path) => $"length({path}) > {StepLength} and length({path}) % {StepLength} = 0 and {IsInAlphabet(path)}";

    /// <summary>What sorts paths as the alphabet does.</summary>
    public string Order(string path)
    {
        string sorted = string.Concat(Alphabet.Order());
        return sorted == Alphabet ? path : $"translate({path}, {SqlText.Literal(Alphabet)}, {SqlText.Literal(sorted)}) collate \"C\"";
    }

    /// <summary>A number as a step, in SQL.</summary>
    public string StepSql(string number)
    {
        string alphabet = SqlText.Literal(Alphabet);
        IEnumerable<string> digits = Enumerable.Range(0, StepLength).Reverse().Select(power =>
            $"substr({alphabet}, (({number}) / {Power(power)} % {Alphabet.Length})::int + 1, 1)");
        return $"({string.Join(" || ", digits)})";
    }

    /// <summary>A number as a step.</summary>
    public string Step(long number)
    {
        char[] step = new char[StepLength];
        for (int i = StepLength - 1; i >= 0; i--, number /= Alphabet.Length)
            step[i] = Alphabet[(int)(number % Alphabet.Length)];
        return new string(step);
    }

    /// <summary>The number of a step; null where a character is none of the alphabet's.</summary>
    public long? Number(string step)
    {
        long number = 0;
        foreach (char c in step)
        {
            int digit = Alphabet.IndexOf(c);
            if (digit < 0)
                return null;
            number = (number * Alphabet.Length) + digit;
        }
        return number;
    }

    private string Power(int power) => ((long)Math.Pow(Alphabet.Length, power)).ToString(CultureInfo.InvariantCulture);

    // depth tells it, and most rows agree; roots first, as damage is mostly further down.
    private static int FindStep(Session session, Tree tree, string rows, CancellationToken cancellation)
    {
        string depth = $"c.{SqlText.Identifier(tree.Depth!.Name)}";
        string path = tree.PathOf("c");
        return session.List<int>($"""
            select step::int4 from (
              select length({path}) / {depth} as step, count(*) as rows from {rows} c
              where {depth} > 0 and length({path}) > 0 and length({path}) % {depth} = 0 group by 1) s
            order by rows desc, step <> {Default.StepLength}, step limit 1
            """, cancellation: cancellation).FirstOrDefault(Default.StepLength);
    }

    // A few odd rows are damage, many are another alphabet.
    private static string FindAlphabet(Session session, Tree tree, string rows, CancellationToken cancellation)
    {
        string path = tree.PathOf("c");
        string[] candidates = [Base36, Lower36, Base62];
        IEnumerable<string> counts = candidates.Select(a => $"count(*) filter (where translate({path}, '{a}', '') <> '')");
        string sql = $"select array[count(*), {string.Join(", ", counts)}] from {rows} c";
        long[] odd = session.Stream(sql, r => r.GetFieldValue<long[]>(0), cancellation).Single();
        for (int i = 0; i < candidates.Length; i++)
            if (odd[i + 1] < FewRows || odd[i + 1] * 100 < odd[0] * FewPercent)
                return candidates[i];
        return string.Concat(Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c));
    }
}
