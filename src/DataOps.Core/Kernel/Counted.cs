namespace DataOps.Core.Kernel;

/// <summary>Numbers of things in sentences.</summary>
public static class Counted
{
    /// <summary>The number and its noun: 1 row, 3 rows.</summary>
    public static string Of(long count, string noun) => Of(count, noun, noun + "s");

    /// <summary>The number and its noun, whose plural is not regular.</summary>
    public static string Of(long count, string one, string many) => count == 1 ? $"1 {one}" : $"{count} {many}";
}
