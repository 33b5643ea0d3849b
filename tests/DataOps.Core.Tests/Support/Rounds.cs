using System.Globalization;

namespace DataOps.Core.Tests.Support;

/// <summary>
/// How often a random test goes round: a number that suits every run, times DATAOPS_ROUNDS for a run that takes longer.
/// </summary>
internal static class Rounds
{
    private const int Shares = 3;

    private static readonly double s_factor = double.Parse(
        Environment.GetEnvironmentVariable("DATAOPS_ROUNDS") ?? "1", CultureInfo.InvariantCulture);

    /// <summary>The number of rounds, at least one.</summary>
    public static int Of(int everyday) => Math.Max(1, (int)Math.Round(everyday * s_factor));

    /// <summary>
    /// Cases of a test of which each costs seconds: a third of them in an everyday run, others each day; all in one that
    /// takes longer.
    /// </summary>
    public static TheoryData<string> Share(IEnumerable<string> cases) => [.. cases
        .Where((_, i) => Of(1) > 1 || i % Shares == DateTime.UtcNow.DayOfYear % Shares)];
}
