using DataOps.Core.Kernel;

namespace DataOps.PowerShell.Output;

/// <summary>Texts as the module's tables and lists show them: data may hold what a terminal obeys.</summary>
public static class ShownText
{
    /// <summary>The text with its control characters made visible; null stays null.</summary>
    public static string? Of(string? text) => text is null ? null : VisibleText.Of(text);
}
