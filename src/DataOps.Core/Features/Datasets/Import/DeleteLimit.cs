using System.Globalization;
using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>The most that a file may delete: a number of rows, or a percentage of the rows in scope.</summary>
/// <param name="Number">The number.</param>
/// <param name="IsPercentage">Whether it is a percentage.</param>
internal sealed record DeleteLimit(decimal Number, bool IsPercentage)
{
    private const string Default = "50%";

    /// <summary>Reads it as the user gives it.</summary>
    /// <exception cref="DataOpsException">It is neither.</exception>
    public static DeleteLimit Parse(string? text)
    {
        string given = (text ?? Default).Trim();
        bool isPercentage = given.EndsWith('%');
        bool isNumber = isPercentage
            ? decimal.TryParse(given[..^1].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            : decimal.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        return isNumber && number >= 0 && (!isPercentage || number <= 100)
            ? new DeleteLimit(number, isPercentage)
            : throw new DataOpsException(
                "InvalidMaxDelete", FailureKind.InvalidArgument, $"-MaxDelete \"{given}\" is neither a number of rows nor a percentage.",
                "As 20, or 10%.", nameof(LoadOptions.MaxDelete));
    }

    /// <summary>Whether a part of a whole is more than the percentage.</summary>
    public bool IsExceeded(long deleted, long scope) => IsPercentage && deleted > 0 && deleted * 100m > Number * scope;

    /// <summary>Whether a sum is more than the number.</summary>
    public bool IsExceeded(long deleted) => !IsPercentage && deleted > Number;

    /// <inheritdoc/>
    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture) + (IsPercentage ? " %" : "");
}
