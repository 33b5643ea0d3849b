using DataOps.Core.Django.Trees;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Trees;
using Npgsql;
using AuditOfAll = DataOps.Core.Features.Audits.TestDatabase;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Audits;

/// <summary>One check that PostgreSQL refuses is a finding; the others report what they find.</summary>
public sealed class FailedCheckTests : IDisposable
{
    private const string Shop = """
        create table customer (id int primary key);
        create table parcel (id int primary key, customer_id int);
        create table bill (id int primary key, customer_id int, parcel_id int);
        create table note (id int primary key, customer_id int);
        insert into bill values (1, 7, 8);
        insert into note values (1, 7);
        alter table bill add constraint bill_customer foreign key (customer_id) references customer not valid;
        alter table bill add constraint bill_parcel foreign key (parcel_id) references parcel not valid;
        alter table note add constraint note_customer foreign key (customer_id) references customer not valid;
        """;

    private readonly TestDatabase _shop;
    private readonly string _role = $"auditor_{Guid.NewGuid():N}";

    public FailedCheckTests(PostgresServer server)
    {
        _shop = server.Blank();
        _shop.Execute(Shop);
        _shop.Execute($"create role {_role} login; grant select on customer, bill, note to {_role}");
    }

    [Fact]
    public void A_table_that_the_role_may_not_read_is_a_finding_with_the_grant_that_is_missing()
    {
        Finding[] found = [.. Run(new FindOrphan(), new FindOrphanOptions())];

        Assert.Equal(
            ["bill_customer 1 7", "note_customer 1 7"],
            found.Where(f => f.Class is not AuditProblem.CheckFailed).Select(f => $"{f.Reference} {f.Key} {f.Value}")
                .Order(StringComparer.Ordinal));
        Finding failed = Assert.Single(found, f => f.Class is AuditProblem.CheckFailed);
        Assert.Equal((Severity.Error, (Audit?)Audit.Orphan, "bill", "bill_parcel"),
            (failed.Severity, failed.Audit, failed.Table, failed.Reference));
        Assert.Equal("could not be checked: permission denied for table parcel", failed.Problem);
        Assert.Equal($"grant select on public.parcel to {_role}", failed.Remedy);
    }

    [Fact]
    public void The_audit_of_all_goes_on_after_it_and_the_grant_lets_it_pass()
    {
        Assert.Contains(
            Run(new AuditOfAll(), new()), f => f is { Class: AuditProblem.CheckFailed, Audit: Audit.Orphan });
        Assert.Equal(2,
            Run(new AuditOfAll(), new()).Count(f => f is { Audit: Audit.Orphan, Class: not AuditProblem.CheckFailed }));

        _shop.Execute(
            Run(new FindOrphan(), new FindOrphanOptions()).Single(f => f.Class is AuditProblem.CheckFailed).Remedy!);

        Assert.DoesNotContain(Run(new AuditOfAll(), new()), f => f.Class is AuditProblem.CheckFailed);
    }

    [Fact]
    public void A_tree_of_which_a_policy_hides_rows_is_a_finding_and_the_other_trees_are_tested()
    {
        _shop.Execute($"""
            create table shelf (id int primary key, path varchar(255) collate "C" unique, depth int not null, numchild int not null);
            insert into shelf values (1, '0001', 7, 0);
            create table crate (id int primary key, path varchar(255) collate "C" unique, depth int not null, numchild int not null);
            alter table crate enable row level security;
            create policy some_rows on crate using (id > 1);
            grant select on shelf, crate to {_role}
            """);

        Finding[] found = [.. Run(new TestTree(), new TestTreeOptions())];

        Assert.Contains(found, f => f is { Table: "shelf", Class: TreeProblem.Depth });
        Finding failed = Assert.Single(found, f => f.Class is AuditProblem.CheckFailed);
        Assert.Equal("crate", failed.Table);
        Assert.Contains("row-level security policy", failed.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_that_divides_by_zero_keeps_what_it_has_found_and_leaves_the_snapshot_usable()
    {
        using Session session = Open();
        using NpgsqlTransaction snapshot = session.BeginSnapshot();
        IEnumerable<Finding> Divide() =>
            session.Stream("select 10 / (3 - n) from generate_series(1, 5) n",
                r => new Finding { Count = r.GetInt32(0) }, CancellationToken.None);

        Finding[] found = [.. new Check(session, Audit.Tree, new OperationContext()).Run(Divide, [])];

        Assert.Equal([5L, 10L, 1L], found.Select(f => f.Count));
        Assert.Equal(((Enum?)AuditProblem.CheckFailed, "could not be checked: division by zero"),
            (found[2].Class, found[2].Problem));
        Assert.Equal(1, session.List<int>("select count(*)::int from public.note")[0]);
    }

    [Fact]
    public void A_caller_who_cancels_gets_no_finding_instead()
    {
        using CancellationTokenSource stop = new();
        using Session session = Open();
        using IEnumerator<Finding> found = new FindOrphan()
            .Run(session, new FindOrphanOptions(), new OperationContext { Cancellation = stop.Token }).GetEnumerator();
        Assert.True(found.MoveNext());
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
        {
            while (found.MoveNext())
                Assert.False(found.Current.Class is AuditProblem.CheckFailed, found.Current.ToString());
        });
    }

    public void Dispose()
    {
        _shop.Execute($"drop owned by {_role}; drop role {_role}");
        _shop.Dispose();
    }

    private List<Finding> Run<TOptions>(Operation<TOptions, Finding> operation, TOptions options)
        where TOptions : IOptions
    {
        using Session session = Open();
        return [.. operation.Run(session, options, new OperationContext())];
    }

    private Session Open() =>
        Session.Open(
            ConnectionSettings.Parse(_shop.Uri.Replace("postgres@", _role + "@", StringComparison.Ordinal)), "Test");
}
