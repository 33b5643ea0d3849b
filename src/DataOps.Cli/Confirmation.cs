using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Cli;

/// <summary>
/// Asks before something is changed: when --confirm says so, and by default where the operation asks first.
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
                "Confirmation needed, but standard input is not a terminal.", "Add --confirm:false in a script.");
        string place = session is null ? "" : $" in {session.Database} on {session.Server}";
        Console.Error.Write(
            $"{operation.Name}{place}: {Plan(operation, session, options, context)}. Go on? [y/N] ");
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
            Console.Error.WriteLine($"  [{i + 1}] {question.Choices[i]}");
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

    // What is asked about is what would happen.
    private static string Plan(
        OperationDescription operation, Session? session, IOptions options, OperationContext context)
    {
        object[] results = [.. operation.Run(session, operation.AsPlan(options), context)];
        return results.OfType<ChangeResult>().LastOrDefault()?.Describe()
            ?? (results.Length == 1 ? "1 file" : $"{results.Length} files");
    }
}
