using DataOps.Core.Features.Datasets.Import;

namespace DataOps.Core.Tests.Features.Datasets.Import;

public sealed class StagingColumnTests
{
    [Theory]
    [InlineData("text", true, "the column does not allow it")]
    [InlineData("text", false, null)]
    [InlineData("jsonb", true, null)]
    [InlineData("jsonb", false, null)]
    public void Null_is_refused_where_the_column_refuses_it_except_for_JSONs_own_null(
        string type, bool notNull, string? problem)
    {
        StagingBuffer buffer = new($"t", ["v"]);
        Assert.Equal(problem, new StagingColumn("v", TestColumn.Of(type, notNull), null, null).Write("null"u8, buffer));
        // The text null or COPY's \N, with the tab that ends each.
        Assert.Equal(problem is not null ? 0 : notNull ? 5 : 3, buffer.Waiting);
    }
}
