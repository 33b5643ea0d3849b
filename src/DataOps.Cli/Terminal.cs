namespace DataOps.Cli;

/// <summary>The terminal's width.</summary>
internal static class Terminal
{
    private const int WidthWithoutTerminal = 100;

    /// <summary>Columns of the terminal; COLUMNS or 100 where there is none.</summary>
    public static int Width =>
        int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out int columns) && columns > 0 ? columns
        : Console.IsOutputRedirected && Console.IsErrorRedirected ? WidthWithoutTerminal
        : Console.WindowWidth is > 0 and int width ? width : WidthWithoutTerminal;

    /// <summary>Columns that a table on standard output may take.</summary>
    public static int TableWidth => Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("COLUMNS") is null ? WidthWithoutTerminal : Width;
}
