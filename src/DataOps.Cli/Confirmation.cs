using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Cli;

/// <summary>
/// Asks before something is changed: when --confirm says so, and by default where the operation asks first and its plan
/// takes something away.
/// </summary>
internal static class Confirmation
{
    /// <exception cref="DataOpsException">The answer is no, or there is nobody to ask.</exception>
    public static void Ask(
        OperationDescription operation, Session? session, IOptions options, OperationContext context, bool? confirm)
    {
        if (operation.IsPlan(options) || !(confirm ?? operation.AsksFirst))
            return;
        if (Console.IsInputRedirected)
            throw new DataOpsException(
                ErrorIds.NobodyToAsk, FailureKind.InvalidArgument,
                "Confirmation needed, but standard input is not a terminal.", "Add -y in a script.");
        (int told, ChangeResult? sum) = (0, null);
        foreach (object result in operation.Run(session, operation.AsPlan(options), context))
            (told, sum) = (told + 1, result as ChangeResult ?? sum);
        // What takes no row away needs no question, unless somebody wants one.
        if (confirm is null && (sum?.NeedsYes() == false || told == 0))
            return;
        string place = session is null ? "" : $" in {session.Database} on {session.Server}";
        string what = sum?.Describe() ?? Counted.Of(told, "file");
        Console.Error.Write(VisibleText.Of($"{operation.Name}{place}: {what}. Go on? [y/N] "));
        if (Console.ReadLine()?.Trim().StartsWith('y') is not true)
            throw new DataOpsException(ErrorIds.Declined, FailureKind.InvalidOperation, "Nothing was changed.");
    }

    /// <summary>Asks which of several answers it is; an empty line is the one that changes nothing.</summary>
    /// <exception cref="DataOpsException">The input ended: nothing is changed.</exception>
    public static int Choose(Question question, ProgressLine progress)
    {
        progress.Clear();
        Console.Error.WriteLine();
        Console.Error.WriteLine(VisibleText.Of($"{question.Title}\n{question.Text}"));
        for (int i = 0; i < question.Choices.Count; i++)
            Console.Error.WriteLine(VisibleText.Of($"  [{i + 1}] {question.Choices[i]}"));
        while (true)
        {
            Console.Error.Write($"Which? [{question.Default + 1}] ");
            string answer = Console.ReadLine()?.Trim() ?? throw new DataOpsException(
                ErrorIds.Declined, FailureKind.InvalidOperation, "Nothing was changed.");
            if (answer.Length == 0)
                return question.Default;
            if (int.TryParse(answer, out int number) && number >= 1 && number <= question.Choices.Count)
                return number - 1;
        }
    }
}
