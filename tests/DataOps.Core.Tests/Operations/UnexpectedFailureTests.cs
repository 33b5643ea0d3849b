namespace DataOps.Core.Tests.Operations;

public sealed class UnexpectedFailureTests
{
    [Fact]
    public void What_nobody_foresaw_has_an_id_and_says_where_it_happened()
    {
        DataOpsException failure = UnexpectedFailure.Of(Assert.Throws<InvalidOperationException>(Break));

        Assert.Equal(("UnexpectedFailure", "Something unexpected happened: no."), (failure.Id, failure.Message));
        Assert.EndsWith(
            $"InvalidOperationException in {typeof(UnexpectedFailureTests).FullName}.Break.", failure.Advice);
        Assert.DoesNotContain("\n", failure.Message + failure.Advice);
    }

    [Fact]
    public void A_failure_that_is_known_stays_as_it_is_and_memory_that_is_used_up_is_called_so()
    {
        DataOpsException known = new("NotFound", FailureKind.NotFound, "There is none.");

        Assert.Same(known, UnexpectedFailure.Of(known));
        Assert.Equal("OutOfMemory", UnexpectedFailure.Of(new InsufficientMemoryException()).Id);
    }

    private static void Break() => throw new InvalidOperationException("no.");
}
