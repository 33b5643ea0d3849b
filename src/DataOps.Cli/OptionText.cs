using DataOps.Core.Kernel;

namespace DataOps.Cli;

/// <summary>Reads what stands behind an option.</summary>
internal static class OptionText
{
    /// <exception cref="DataOpsException">The text is not a value of the type.</exception>
    public static T Parse<T>(string option, string text) => (T)Parse(typeof(T), option, text);

    /// <exception cref="DataOpsException">The text is not a value of the type.</exception>
    public static object Parse(Type type, string option, string text)
    {
        if (type == typeof(string))
            return text;
        if (type.IsEnum)
            return Enum.GetNames(type).FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name
                ? Enum.Parse(type, name)
                : throw Wrong(option, text, $"Use {string.Join(", ", Enum.GetNames(type))}.");
        try
        {
            return Convert.ChangeType(text, type);
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidCastException)
        {
            throw Wrong(option, text, "Use a number.");
        }
    }

    private static DataOpsException Wrong(string option, string text, string advice) =>
        new("InvalidOption", FailureKind.InvalidArgument, $"{option} cannot be \"{text}\".", advice, option);
}
