using System.Globalization;

namespace DataOps.Core.Tests.Support;

/// <summary>
/// How often a random test goes round: a number that suits every run, times DATAOPS_ROUNDS for a run that takes longer.
/// </summary>
internal static class Rounds
{
    private static readonly double s_factor = double.Parse(
        Environment.GetEnvironmentVariable("DATAOPS_ROUNDS") ?? "1", CultureInfo.InvariantCulture);

    /// <summary>The number of rounds, at least one.</summary>
    public static int Of(int everyday) => Math.Max(1, (int)Math.Round(everyday * s_factor));
}
