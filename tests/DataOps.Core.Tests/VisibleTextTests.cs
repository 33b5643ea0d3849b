namespace DataOps.Core.Tests;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("Zürich\tand\nmore", "Zürich\tand\nmore")]
    [InlineData("\u001b[31mred\u001b[0m", "\\u001b[31mred\\u001b[0m")]
    [InlineData("\u009b2J\u0007\u007f", "\\u009b2J\\u0007\\u007f")]
    [InlineData("a\u202etxt.exe\u2069", "a\\u202etxt.exe\\u2069")]
    [InlineData("", "")]
    public void What_a_terminal_would_obey_is_shown(string text, string visible) =>
        Assert.Equal(visible, VisibleText.Of(text));
}
