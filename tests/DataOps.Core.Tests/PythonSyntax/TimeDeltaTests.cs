using DataOps.Core.Python.Evaluation;
using DataOps.Core.Tests.Django.Migrations;

namespace DataOps.Core.Tests.PythonSyntax;

/// <summary>Durations as Python writes them.</summary>
public sealed class TimeDeltaTests
{
    [Theory]
    [InlineData("days=1", "1 day, 0:00:00")]
    [InlineData("hours=1, minutes=2", "1:02:00")]
    [InlineData("2, 3, 4", "2 days, 0:00:03.000004")]
    [InlineData("seconds=-1", "-1 day, 23:59:59")]
    [InlineData("weeks=-1, days=7", "0:00:00")]
    [InlineData("days=999999999", "999999999 days, 0:00:00")]
    [InlineData("days=1000000000", null)]
    [InlineData("hours=1.5", null)]
    [InlineData("hours=LIMIT", null)]
    [InlineData("years=1", null)]
    public void A_duration_is_the_text_that_str_gives(string arguments, string? text)
    {
        PythonFiles files = History.FilesOf(("made.py", $"import datetime\nMADE = datetime.timedelta({arguments})"));

        Assert.Equal(text, TimeDelta.Text(Assert.IsType<CallValue>(files.Follow("made.MADE"))));
    }
}
