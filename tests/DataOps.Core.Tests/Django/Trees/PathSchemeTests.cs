using DataOps.Core.Django.Trees;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Trees;

namespace DataOps.Core.Tests.Django.Trees;

public sealed class PathSchemeTests(PostgresServer server)
{
    // treebeard's columns just added: two nodes have their paths, and the others the columns' defaults.
    private const string Added = """
        create table category (id int primary key, path varchar(255) not null default '', depth int not null default 1, numchild int not null default 0);
        insert into category (id) select generate_series(1, 12);
        insert into category values (21, '000001', 1, 1), (22, '000001000001', 2, 0), (23, '000002', 1, 0), (24, '000009000001', 2, 0)
        """;

    [Fact]
    public void A_step_counts_in_the_digits_of_its_alphabet_and_ends_with_the_last_one()
    {
        PathScheme paths = PathScheme.Wagtail;

        Assert.Equal(("0001000Z", "00010010"), (paths.Child("0001", 35), paths.Child("0001", 36)));
        Assert.Equal((36, 0), (paths.NumberOf("00010010"), paths.NumberOf("0001001a")));
        Assert.Equal(("0001", 2), (paths.Parent("0001000Z"), paths.Depth("0001000Z")));
        Assert.Equal("0001ZZZZ", paths.Child("0001", paths.Most));
        Assert.Equal("TreeFull", Assert.Throws<DataOpsException>(() => paths.Child("0001", paths.Most + 1)).Id);
    }

    [Fact]
    public void A_tree_in_which_most_paths_are_empty_is_searched_by_the_rows_that_have_one()
    {
        using TestDatabase site = server.Blank();
        site.Execute(Added);

        Assert.Equal(["24"], site.Run(new FindOrphan(), new()).Select(o => o.Key));
        Assert.Contains(site.Run(new TestTree(), new()), f => f is { Class: TreeProblem.Orphan, Key: "24" });
    }

    [Fact]
    public void A_depth_of_zero_tells_no_step_length()
    {
        using TestDatabase site = server.Blank();
        site.Execute("""
            create table category (id int primary key, path varchar(255) not null, depth int not null, numchild int not null);
            insert into category values (1, '0001', 0, 1), (2, '00010001', 0, 0), (3, '00020001', 0, 0)
            """);

        Assert.Equal(["3"], site.Run(new FindOrphan(), new()).Select(o => o.Key));
    }

    [Fact]
    public void A_repair_does_not_guess_a_step_length_that_most_rows_do_not_tell()
    {
        using TestDatabase site = server.Blank();
        site.Execute(Added);
        RepairTreeOptions options = new() { Orphan = OrphanNodes.Reattach, NoUndo = true };
        IReadOnlyDictionary<string, string> before = site.Digest();

        Assert.Equal(
            "UnknownStepLength", Assert.Throws<DataOpsException>(() => site.Run(new RepairTree(), options)).Id);
        Assert.Equal(before, site.Digest());

        site.Run(new RepairTree(), options with { StepLength = 6 });
        Assert.Empty(site.Run(new TestTree(), new() { StepLength = 6 }));
    }
}
