namespace DataOps.Core.Django.Trees;

/// <summary>
/// The form of treebeard's materialised paths: steps of one length, each a number in the digits of an alphabet.
/// </summary>
/// <param name="StepLength">Characters per step.</param>
/// <param name="Alphabet">The digits in their order; the first is zero.</param>
internal sealed record PathScheme(int StepLength, string Alphabet)
{
    /// <summary>treebeard's default, which Wagtail uses.</summary>
    public static readonly PathScheme Wagtail = new(4, Base36);

    private const string Base36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Lower36 = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const string Base62 = Base36 + "abcdefghijklmnopqrstuvwxyz";
    private const int FewRows = 3;
    private const int FewPercent = 5;

    /// <summary>Whether the length of a step was given, or most rows of the tree agree on it.</summary>
    public bool IsCertain { get; private init; } = true;

    /// <summary>The step of zeros.</summary>
    public string Zero => new(Alphabet[0], StepLength);

    /// <summary>The last step.</summary>
    public string Last => new(Alphabet[^1], StepLength);

    /// <summary>The highest number that a step can have.</summary>
    public long Most => (long)Math.Min(Math.Pow(Alphabet.Length, StepLength) - 1, long.MaxValue / 2);

    /// <summary>Whether its letters come in one case only, so that two paths that differ in case are a slip.</summary>
    public bool HasOneCase => Alphabet.ToUpperInvariant().Distinct().Count() == Alphabet.Length;

    /// <summary>The form of a tree's paths; what is not given is found in the rows.</summary>
    /// <exception cref="DataOpsException">A given step length or alphabet is invalid.</exception>
    public static PathScheme Of(Session session, Tree tree, int? stepLength, string? alphabet,
        CancellationToken cancellation, SqlText? rows = null)
    {
        SqlText relation = rows ?? tree.Table.Sql;
        if (stepLength is <= 0)
            throw new DataOpsException(ErrorIds.InvalidStepLength, FailureKind.InvalidArgument,
                $"A step of {stepLength} characters is none.",
                "Give the model's steplen.", stepLength);
        if (alphabet is not null && (alphabet.Length < 2 || alphabet.Distinct().Count() != alphabet.Length))
            throw new DataOpsException(
                ErrorIds.InvalidAlphabet, FailureKind.InvalidArgument,
                $"\"{alphabet}\" is no alphabet: two characters or more, each once.",
                    "Give the model's alphabet.", alphabet);
        if (tree.HasOneRoot)
            return Wagtail;
        (int found, bool isCertain) = stepLength is { } given
            ? (given, true)
            : FindStep(session, relation, tree, cancellation);
        return new PathScheme(found,
            alphabet ?? FindAlphabet(session, tree, relation, cancellation)) { IsCertain = isCertain };
    }

    /// <summary>
    /// The characters per step that most rows agree on: a path has as many steps as the node is deep.
    /// </summary>
    /// <returns>The length, Wagtail's where no row tells; and whether more than half of all rows agree on it, or there
    /// are none.</returns>
    private static (int Length, bool IsCertain) FindStep(
        Session session, SqlText rows, Tree tree, CancellationToken cancellation)
    {
        SqlText length = $"length({tree.PathOf("c")})";
        SqlText deep = tree.Depth!.In("c");
        // CASE keeps the order of its tests: a depth of 0 divides nothing, and an empty path tells nothing.
        IReadOnlyList<(int? Length, long Rows)> steps = session.Query<(int? Length, long Rows)>($"""
            select (case when {deep} > 0 and {length} > 0 then case
                when {length} % {deep} = 0 then {length} / {deep} end end)::int4, count(*)
            from {rows} c group by 1
            """, cancellation);
        (int? Length, long Rows) best = steps.Where(s => s.Length is not null)
            .OrderByDescending(s => s.Rows).ThenBy(s => s.Length != Wagtail.StepLength).ThenBy(s => s.Length)
                .FirstOrDefault((Wagtail.StepLength, 0));
        long all = steps.Sum(s => s.Rows);
        return (best.Length!.Value, all == 0 || best.Rows * 2 > all);
    }

    /// <summary>The failure for a tree that has no path left.</summary>
    public static DataOpsException Full(string why) => new(
        ErrorIds.TreeFull, FailureKind.Limit, $"The tree has no room: {why}. Nothing was changed.",
        "Repair-Tree -Compact closes the gaps between siblings.");

    /// <summary>The path of a node's parent; empty for a root.</summary>
    public string Parent(string path) => path[..^StepLength];

    /// <summary>The number of a path's steps; 1 for a root.</summary>
    public int Depth(string path) => path.Length / StepLength;

    /// <summary>
    /// A node's number among its siblings, from 1; 0 where its last step is not written in the alphabet.
    /// </summary>
    public long NumberOf(string path) => Number(path[^StepLength..]) ?? 0;

    /// <summary>The path of a child.</summary>
    /// <exception cref="DataOpsException"><c>TreeFull</c>: the number is beyond <see cref="Most"/>.</exception>
    public string Child(string parent, long number) => number <= Most
        ? parent + Step(number)
        : throw Full($"behind the last child of {(parent.Length == 0 ? "the roots" : parent)} there is no path left");

    /// <summary>Whether a text is a path.</summary>
    public bool IsPath(string path) => path.Length > 0 && path.Length % StepLength == 0 && path.All(Alphabet.Contains);

    /// <summary>Whether a text is a path, in SQL.</summary>
    public SqlText IsPathSql(SqlText path) => $"{IsInAlphabet(path)} and length({path}) % {Steps} = 0 and {path} <> ''";

    /// <summary>The path of a node's parent, in SQL.</summary>
    public SqlText ParentSql(SqlText path) => $"left({path}, -{Steps})";

    /// <summary>The number of a path's steps, in SQL.</summary>
    public SqlText DepthSql(SqlText path) => $"length({path}) / {Steps}";

    /// <summary>Whether a text has characters of the alphabet only, in SQL.</summary>
    public SqlText IsInAlphabet(SqlText path) => $"translate({path}, {SqlText.Literal(Alphabet)}, '') = ''";

    /// <summary>Whether a path is one below a root, so that it has a parent's, in SQL.</summary>
    public SqlText HasParent(SqlText path) =>
        $"length({path}) > {Steps} and length({path}) % {Steps} = 0 and {IsInAlphabet(path)}";

    /// <summary>What sorts paths as the alphabet does, in SQL.</summary>
    public SqlText Order(SqlText path)
    {
        string sorted = string.Concat(Alphabet.Order());
        return sorted == Alphabet
            ? path
            : (SqlText)$"translate({path}, {SqlText.Literal(Alphabet)}, {SqlText.Literal(sorted)}) collate \"C\"";
    }

    /// <summary>A number as a step, in SQL.</summary>
    public SqlText StepSql(SqlText number)
    {
        SqlText alphabet = SqlText.Literal(Alphabet);
        SqlText digitCount = SqlText.Literal(Alphabet.Length);
        IEnumerable<SqlText> digits = Enumerable.Range(0, StepLength).Reverse().Select(power =>
            (SqlText)$"substr({alphabet}, (({number}) / {Power(power)} % {digitCount})::int + 1, 1)");
        return $"({SqlText.Join(" || ", digits)})";
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

    private SqlText Steps => SqlText.Literal(StepLength);

    private SqlText Power(int power) => SqlText.Literal((long)Math.Pow(Alphabet.Length, power));

    // A few odd rows are damage, many are another alphabet.
    private static string FindAlphabet(Session session, Tree tree, SqlText rows, CancellationToken cancellation)
    {
        SqlText path = tree.PathOf("c");
        string[] candidates = [Base36, Lower36, Base62];
        IEnumerable<SqlText> counts =
            candidates.Select(a => (SqlText)$"count(*) filter (where translate({path}, {SqlText.Value(a)}, '') <> '')");
        SqlText sql = $"select array[count(*), {counts}] from {rows} c";
        long[] odd = session.Read(sql, r => r.GetFieldValue<long[]>(0), cancellation).Single();
        for (int i = 0; i < candidates.Length; i++)
            if (odd[i + 1] < FewRows || odd[i + 1] * 100 < odd[0] * FewPercent)
                return candidates[i];
        return string.Concat(Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c));
    }
}
