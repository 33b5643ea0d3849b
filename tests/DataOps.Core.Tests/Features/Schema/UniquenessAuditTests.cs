using DataOps.Core.Features.Schema;
using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Features.Schema.Duplicates;
using Npgsql;
using AuditOfAll = DataOps.Core.Features.Audits.TestDatabase;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Schema;

/// <summary>Rows that are doubled where nothing keeps them apart.</summary>
public sealed class UniquenessAuditTests(PostgresServer server)
{
    // What Django's own constraints are called is looked up: the sample site has them by other names.
    private const string Free = """
        do $$ declare c record; begin
          for c in select conrelid::regclass as t, conname from pg_constraint
                   where contype = 'u' and conrelid = any ('{auth_user,auth_permission,django_content_type,
                     auth_user_groups,wagtailcore_site}'::regclass[])
          loop execute format('alter table %s drop constraint %I', c.t, c.conname); end loop; end $$
        """;

    [Fact]
    public void Without_its_constraint_a_table_whose_rows_differ_is_a_warning_and_the_remedy_restores_it()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute(Free);

        Finding[] found = Find(site);

        Assert.Equal(
            [
                "auth_permission content_type_id,codename", "auth_user username", "auth_user_groups user_id,group_id",
                "django_content_type app_label,model", "wagtailcore_site hostname,port",
            ],
            found.Select(f => $"{f.Table} {f.Column}").Order(StringComparer.Ordinal));
        Assert.All(found, f => Assert.Equal(
            (Severity.Warning, (Enum?)UniquenessProblem.MissingConstraint), (f.Severity, f.Class)));
        Assert.All(found, f => Assert.StartsWith("Repair-Constraint -Constraint '", f.Remedy, StringComparison.Ordinal));
        site.Run(new RepairConstraint(), new()
        {
            Constraint = [.. found.Select(f => f.Remedy!.Split('\'')[1])], NoUndo = true,
        });
        Assert.Empty(Find(site));
        Assert.Contains("django_content_type_app_label_model_76bd3d3b_uniq", site.Column(
            "select conname::text from pg_constraint where conrelid = 'django_content_type'::regclass"));
    }

    [Fact]
    public void Rows_that_have_come_in_twice_are_an_error_and_the_remedy_makes_one_of_them()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute(Free);
        site.Execute("""
            insert into django_content_type (app_label, model) select app_label, model from django_content_type
              where model = 'breadpage';
            insert into auth_group (id, name) values (900, 'Bakers');
            insert into auth_user_groups (user_id, group_id) select id, 900 from auth_user limit 1;
            insert into auth_user_groups (user_id, group_id) select user_id, group_id from auth_user_groups, generate_series(1, 2)
              where group_id = 900;
            """);

        Finding[] found = [.. Find(site).Where(f => f.Class is UniquenessProblem.DoubledRow)];

        Assert.Equal(["auth_user_groups 3 Error", "django_content_type 2 Error"],
            found.Select(f => $"{f.Table} {f.Count} {f.Severity}").Order(StringComparer.Ordinal));
        Finding type = found.Single(f => f.Table == "django_content_type");
        Assert.Equal("breads,breadpage", type.Value);
        Assert.Contains("get_for_model fails", type.Problem, StringComparison.Ordinal);
        Assert.Equal(
            "Repair-Duplicate -Model contenttypes.contenttype -Field app_label,model -Keep MostReferenced -WhatIf",
            type.Remedy);
        Assert.Equal("Repair-Duplicate -Table auth_user_groups -Field user_id,group_id -Keep MostReferenced -WhatIf",
            found.Single(f => f.Table == "auth_user_groups").Remedy);
        site.Run(new RepairDuplicate(), new()
        {
            Table = ["auth_user_groups"], Field = ["user_id", "group_id"], Keep = KeptRow.Oldest, NoUndo = true,
        });
        Assert.Equal(1, site.Scalar<long>("select count(*) from auth_user_groups where group_id = 900"));
        Assert.DoesNotContain(
            Find(site), f => f is { Table: "auth_user_groups", Class: UniquenessProblem.DoubledRow });
    }

    [Fact]
    public void With_Detailed_each_doubled_value_is_a_finding()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        site.Execute(Free + """
            ;
            insert into auth_permission (name, content_type_id, codename) select name, content_type_id, codename from auth_permission
              where codename in ('add_user', 'change_user');
            """);

        Assert.Equal(["add_user", "change_user"],
            Find(site, detailed: true).Where(IsDoubled).Select(f => f.Value!.Split(',')[1]));
        Finding sum = Find(site).Single(IsDoubled);
        Assert.Equal((4, null), ((int)sum.Count, sum.Value));
        Assert.StartsWith("4 rows; the first: 2 rows have content_type_id,codename ", sum.Problem,
            StringComparison.Ordinal);

        static bool IsDoubled(Finding f) => f is { Table: "auth_permission", Class: UniquenessProblem.DoubledRow };
    }

    [Theory]
    [InlineData("create unique index lower_name on auth_group (name) where id > 0", 1)]
    [InlineData("create unique index other_name on auth_group (name)", 0)]
    [InlineData("alter table auth_group add unique (name) deferrable", 0)]
    public void What_keeps_rows_apart_by_another_name_is_enough(string made, int findings)
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("alter table auth_group drop constraint auth_group_name_key");
        site.Execute(made);

        Assert.Equal(findings, Find(site).Length);
    }

    [Fact]
    public void Under_a_unique_index_that_is_not_valid_rows_are_read_from_the_table_itself()
    {
        using TestDatabase shop = server.Blank();
        shop.Execute("""
            create table ware (id int primary key, name text, size int);
            insert into ware values (1, 'Mug', 1), (2, 'mug', 1), (3, 'mug', 2), (4, null, 1), (5, null, 1), (6, 'Bowl', 1);
            """);
        Assert.Throws<PostgresException>(
            () => shop.Execute("create unique index concurrently ware_name on ware (lower(name)) where size < 2"));

        Finding doubled = Assert.Single(Find(shop));

        Assert.Equal(("ware", "name,size", "mug", 2L),
            (doubled.Table, doubled.Column, doubled.Value, doubled.Count));
        Assert.Contains("ware_name should keep them apart and is not valid", doubled.Problem, StringComparison.Ordinal);
        Assert.Equal("on", shop.Session.Query<string>($"show enable_indexscan")[0]);
    }

    [Theory]
    [InlineData("update wagtailcore_site set is_default_site = false", Severity.Warning, 1)]
    [InlineData("insert into wagtailcore_site (hostname, port, site_name, root_page_id, is_default_site) " +
        "select 'two.example.org', 80, '', root_page_id, true from wagtailcore_site limit 1", Severity.Error, 2)]
    [InlineData("truncate wagtailcore_site cascade", null, 0)]
    public void One_site_is_the_default(string change, Severity? severity, int count)
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute(change);

        Finding? found = Find(site).SingleOrDefault();

        Assert.Equal((severity, count), (found?.Severity, (int)(found?.Count ?? 0)));
        if (found is not null)
            Assert.Matches(@"^Set-Site \S+:\d+ -AsDefault -WhatIf$", found.Remedy);
    }

    [Fact]
    public void An_own_app_called_sites_has_its_own_keys()
    {
        using TestDatabase shop = server.Blank();
        shop.Execute("""
            create table django_content_type (id int primary key, app_label text, model text, unique (app_label, model));
            create table sites_site (id int primary key, domain text);
            insert into django_content_type values (1, 'sites', 'site');
            insert into sites_site values (1, 'a'), (2, 'a');
            """);

        Assert.Empty(Find(shop));
    }

    private static Finding[] Find(TestDatabase site, bool detailed = false) =>
        [.. site.Run(new AuditOfAll(), new() { Audit = [Audit.Uniqueness], Detailed = detailed })];
}
