using System.Diagnostics;
using DataOps.Core.Features.Schema;
using DataOps.Core.Postgres.Schemas;
using Npgsql;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Schema;

/// <summary>A yard, and the snapshot of it that each of its changes is compared with.</summary>
public sealed class YardFixture : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-yard-").FullName;

    public YardFixture(PostgresServer server)
    {
        Database = server.Blank();
        Database.Execute(Yard.Sql);
        Database.Run(new ExportSchema(), new() { Path = Snapshot });
    }

    public TestDatabase Database { get; }

    public string Snapshot => Path.Combine(_folder, "yard.json");

    public void Dispose()
    {
        Database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Every change of a schema is one difference, and its own SQL ends it.</summary>
public sealed class CompareSchemaTests(YardFixture yard, PostgresServer server) : IClassFixture<YardFixture>
{
    // The change; class, kind and name of what is reported; what takes it back where no SQL does.
    public static TheoryData<string, string> Changes => new()
    {
        // Tables.
        { "drop table archive.log", "Missing Table archive.log" },
        { "create table shed (id int)", "Extra Table shed|drop table shed" },
        { "alter table dock rename to pier", "Renamed Table dock" },
        { "alter table dock set (fillfactor = 70)", "Different Table dock" },
        { "comment on table boat is 'Boats.'", "Different Table boat" },
        { "alter table boat disable row level security", "Different Table boat" },
        { "alter table boat force row level security", "Different Table boat" },
        { "alter table archive.log set unlogged", "Different Table archive.log" },
        // Columns.
        { "alter table boat add colour text", "Extra Column colour|alter table boat drop colour" },
        { "alter table boat add colour text not null", "Extra Column colour|alter table boat drop colour" },
        { "alter table boat drop feel", "Missing Column feel" },
        { "alter table boat drop period", "Missing Column period" },
        { "alter table boat rename feel to temper", "Renamed Column feel" },
        { "alter table boat alter label type varchar(90) collate \"C\"", "Different Column label" },
        { "alter table boat alter label type varchar(80) collate \"POSIX\"", "Different Column label" },
        { "alter table dock alter note type varchar(9)", "Different Column note" },
        { "alter table boat alter label drop not null", "Different Column label" },
        { "alter table boat alter dock_id set not null", "Different Column dock_id" },
        { "alter table boat alter label drop default", "Different Column label" },
        { "alter table boat alter label set default 'x'", "Different Column label" },
        { "alter table boat alter feel set default 'calm'", "Different Column feel" },
        { "alter table boat alter id drop default", "Different Column id" },
        { "alter table dock alter id drop identity", "Different Column id" },
        { "alter table dock alter id set generated always", "Different Column id" },
        { "alter table boat alter span drop expression", "Different Column span|" + RestoreSpan },
        { "alter table boat drop span, add span numeric generated always as (length * 3) stored",
            "Different Column span|" + RestoreSpan },
        { "comment on column boat.name is null", "Different Column name" },
        { "comment on column boat.length is 'Metres.'", "Different Column length" },
        // Constraints.
        { "alter table boat drop constraint boat_pkey cascade",
            "Missing PrimaryKey boat_pkey, Missing ForeignKey log_boat_id_fkey, Missing ForeignKey trip_boat_id_fkey" },
        { "alter table boat drop constraint boat_dock_name", "Missing Unique boat_dock_name" },
        { "alter table boat drop constraint boat_dock_name; alter table boat add constraint boat_dock_name "
            + "unique (dock_id, name)", "Different Unique boat_dock_name" },
        { "alter table boat drop constraint boat_dock_name; alter table boat add constraint boat_dock_name "
            + "unique (dock_id, name) include (id) deferrable", "Different Unique boat_dock_name" },
        { "alter table boat rename constraint boat_dock_name to boat_name_dock", "Renamed Unique boat_dock_name" },
        { "alter table dock drop constraint dock_code_key; create unique index dock_code_key on dock (code)",
            "Different Unique dock_code_key" },
        { "alter table dock add unique (id, code)", "Extra Unique dock_id_code_key" },
        { "alter table boat drop constraint boat_long", "Missing Check boat_long" },
        { "alter table boat drop constraint boat_long; alter table boat add constraint boat_long check (length > 1)",
            "Different Check boat_long" },
        { "alter table boat drop constraint boat_long; alter table boat add constraint boat_long "
            + "check (length > 0) not valid", "NotValid Check boat_long" },
        { "alter table boat drop constraint boat_long; alter table boat add constraint boat_long "
            + "check (length > 0) no inherit", "Different Check boat_long" },
        { "alter table boat drop constraint boat_long; alter table boat add constraint boat_long "
            + "check (length::integer > 0)", "Different Check boat_long" },
        { "alter table boat rename constraint boat_long to boat_size", "Renamed Check boat_long" },
        { "alter table boat add constraint boat_new check (id > 0)", "Extra Check boat_new" },
        { "alter table boat drop constraint boat_dock_fk", "Missing ForeignKey boat_dock_fk" },
        { "alter table boat validate constraint boat_dock_fk", "Different ForeignKey boat_dock_fk" },
        { "alter table boat drop constraint boat_dock_fk; alter table boat add constraint boat_dock_fk foreign key "
            + "(dock_id) references dock on delete set null deferrable initially deferred not valid",
            "Different ForeignKey boat_dock_fk" },
        { "alter table boat drop constraint boat_dock_fk; alter table boat add constraint boat_dock_fk foreign key "
            + "(dock_id) references dock on delete cascade on update cascade deferrable initially deferred not valid",
            "Different ForeignKey boat_dock_fk" },
        { "alter table boat drop constraint boat_dock_fk; alter table boat add constraint boat_dock_fk foreign key "
            + "(dock_id) references dock match full on delete cascade deferrable initially deferred not valid",
            "Different ForeignKey boat_dock_fk" },
        { "alter table boat alter constraint boat_dock_fk not deferrable", "Different ForeignKey boat_dock_fk" },
        { "alter table boat alter constraint boat_dock_fk deferrable initially immediate",
            "Different ForeignKey boat_dock_fk" },
        { "alter table boat rename constraint boat_dock_fk to dock_fk", "Renamed ForeignKey boat_dock_fk" },
        { "alter table archive.log disable trigger all",
            "NotEnforced ForeignKey log_boat_id_fkey|alter table archive.log enable trigger all" },
        { "alter table archive.log add foreign key (id) references dock", "Extra ForeignKey log_id_fkey" },
        { "alter table boat drop constraint boat_period", "Missing Exclusion boat_period" },
        { "alter table boat drop constraint boat_period; alter table boat add constraint boat_period "
            + "exclude using gist (period with =)", "Different Exclusion boat_period" },
        { "alter table boat drop constraint boat_period; alter table boat add constraint boat_period "
            + "exclude using gist (period with &&) where (id > 0)", "Different Exclusion boat_period" },
        { "alter table boat drop constraint boat_period; alter table boat add constraint boat_period "
            + "exclude using gist (period with &&) deferrable", "Different Exclusion boat_period" },
        // Indexes.
        { "drop index boat_name", "Missing Index boat_name" },
        { "alter index boat_name rename to name_boat", "Renamed Index boat_name" },
        { "create index boat_more on boat (feel)", "Extra Index boat_more" },
        { "drop index boat_name; create index boat_name on boat using hash (name)", "Different Index boat_name" },
        { "drop index boat_name; create index boat_name on boat (name desc)", "Different Index boat_name" },
        { "drop index boat_name; create index boat_name on boat (name nulls first)", "Different Index boat_name" },
        { "drop index boat_name; create index boat_name on boat (name collate \"POSIX\")", "Different Index boat_name" },
        { "drop index boat_name; create index boat_name on boat (name varchar_pattern_ops)",
            "Different Index boat_name" },
        { "drop index boat_name; create index boat_name on boat (name) include (id)", "Different Index boat_name" },
        { "drop index boat_name; create unique index boat_name on boat (name)", "Different Index boat_name" },
        { "drop index boat_name; create index boat_name on boat (name) where id > 5", "Different Index boat_name" },
        { "alter index boat_name set (fillfactor = 50)", "Different Index boat_name" },
        { "update pg_index set indisvalid = false where indexrelid = 'boat_name'::regclass", "Invalid Index boat_name" },
        { "drop index boat_lower; create unique index boat_lower on boat (upper(name) varchar_pattern_ops desc nulls "
            + "last, id) where dock_id is not null", "Different Index boat_lower" },
        { "drop index trip_made", "Missing Index trip_made" },
        { "drop index fleet_boats", "Missing Index fleet_boats" },
        // Triggers and policies.
        { "drop trigger boat_touch on boat", "Missing Trigger boat_touch" },
        { "alter table boat enable trigger boat_touch", "NotEnforced Trigger boat_touch" },
        { "alter table boat enable always trigger boat_touch", "NotEnforced Trigger boat_touch" },
        { "create trigger boat_more before insert on boat for each row execute function touch()",
            "Extra Trigger boat_more" },
        { "drop trigger boat_touch on boat; create trigger boat_touch after update on boat for each row execute "
            + "function touch(); alter table boat disable trigger boat_touch", "Different Trigger boat_touch" },
        { "drop policy short on boat", "Missing Policy short" },
        { "alter policy short on boat using (length < 8)", "Different Policy short" },
        { "alter policy short on boat rename to brief", "Renamed Policy short" },
        { "create policy all_boats on boat", "Extra Policy all_boats" },
        // Views, sequences, types, extensions.
        { "drop view names", "Missing View names" },
        { "create or replace view names as select b.name, d.code from boat b join dock d on d.id = b.dock_id",
            "Different View names" },
        { "create view more as select 1 as one", "Extra View more|drop view more" },
        { "alter view names rename to codes", "Renamed View names" },
        { "alter view names set (security_barrier = true)", "Different View names" },
        { "drop materialized view fleet", "Missing View fleet" },
        { "drop sequence ticket", "Missing Sequence ticket" },
        { "create sequence more", "Extra Sequence more|drop sequence more" },
        { "alter sequence ticket increment 7", "Different Sequence ticket" },
        { "alter sequence ticket as integer", "Different Sequence ticket" },
        { "alter sequence ticket cycle", "Different Sequence ticket" },
        { "alter sequence ticket rename to tickets",
            "Missing Sequence ticket, Extra Sequence tickets|drop sequence tickets" },
        { "alter sequence boat_id_seq rename to boats", "Renamed Sequence boat_id_seq" },
        { "alter type mood add value 'odd' after 'calm'", "Different Type mood|" + RestoreMood },
        { "alter type mood rename to humour", "Renamed Type mood, Different Column feel" },
        { "alter domain length_m drop not null", "Different Type length_m" },
        { "alter domain length_m drop default", "Different Type length_m" },
        { "alter domain length_m drop constraint length_m_check", "Different Type length_m" },
        { "create domain width_m as numeric", "Extra Type width_m|drop domain width_m" },
        { "drop type place", "Missing Type place|create type place as (x integer, y integer)" },
        { "create extension citext", "Extra Extension citext|drop extension citext" },
    };

    private const string RestoreSpan =
        "alter table boat drop span, add span numeric generated always as (length * 2) stored";

    private const string RestoreMood = "alter table boat drop feel; drop type mood; create type mood as enum ('calm', "
        + "'wild'); alter table boat add feel mood";

    // Changes of several objects are made together: an object once in each group, and alone what others build on.
    private static IEnumerable<IReadOnlyList<(string Sql, string Reported, string? Restore)>> Groups()
    {
        (string Sql, string Reported, string? Restore)[] all = [.. Changes.Select(c => (string[])[
            c.Data.Item1, .. c.Data.Item2.Split('|')]).Select(p => (p[0], p[1], p.Length > 2 ? p[2] : null))];
        bool IsAlone((string Sql, string Reported, string? Restore) change) => change.Restore is not null
            || change.Reported.Contains(',', StringComparison.Ordinal)
            || change.Reported.Split(' ') is [_, "Table" or "Type" or "View", ..] or ["Renamed" or "Missing", "Column", ..]
                or ["Renamed", "Sequence", ..];
        foreach (var change in all.Where(IsAlone))
            yield return [change];
        IEnumerable<IGrouping<int, (string Sql, string Reported, string? Restore)>> together = all
            .Where(c => !IsAlone(c)).GroupBy(c => c.Reported.Split(' ')[2])
            .SelectMany(g => g.Index()).GroupBy(g => g.Index, g => g.Item);
        foreach (var group in together)
            yield return [.. group];
    }

    [Fact]
    public void A_change_is_one_difference_and_its_own_SQL_ends_it()
    {
        Assert.True(Changes.Count >= 80);
        foreach (IReadOnlyList<(string Sql, string Reported, string? Restore)> group in Groups())
        {
            string shown = string.Join("\n", group.Select(g => g.Sql));
            foreach (var change in group)
                yard.Database.Execute(change.Sql);

            IReadOnlyList<SchemaDifference> found = Compare(yard.Database);

            Assert.True(
                group.SelectMany(g => g.Reported.Split(", ")).Order(StringComparer.Ordinal).SequenceEqual(
                    found.Select(d => $"{d.Class} {d.Kind} {d.Name}").Order(StringComparer.Ordinal)),
                $"{shown}\n  {Shown(found)}");
            foreach (string statement in found.Where(d => d.Remedy is not null).SelectMany(d => d.Remedy!.Split(";\n")))
                if (!statement.StartsWith("--", StringComparison.Ordinal))
                    yard.Database.Execute(statement);
            foreach (var change in group.Where(g => g.Restore is not null))
                yard.Database.Execute(change.Restore!);
            IReadOnlyList<SchemaDifference> left = Compare(yard.Database);
            Assert.True(left.Count == 0, $"{shown}\n  left {Shown(left)}");
        }
    }

    private static string Shown(IEnumerable<SchemaDifference> found) => string.Join("\n  ",
        found.Select(d => $"{d.Class} {d.Kind} {d.Name}: {d.Expected} -> {d.Value}"));

    [Fact]
    public void A_restored_schema_does_not_differ_whatever_the_spelling()
    {
        using TestDatabase other = server.Blank();
        other.Execute(Yard.Sql.Replace("id serial primary key", "id integer generated by default as identity primary key")
            .Replace("check (length > 0)", "check ((((length)::numeric) > 0::numeric))")
            .Replace("create schema archive;", "create schema archive; set search_path = public, archive;"));

        Assert.Empty(Compare(other));
    }

    [Theory]
    [MemberData(nameof(PostgresServer.Versions), MemberType = typeof(PostgresServer))]
    public void A_snapshot_does_not_differ_on_another_version_of_PostgreSQL(int major)
    {
        using TestDatabase other = server.Blank(major);
        other.Execute(Yard.Sql);

        Assert.Empty(Compare(other));
    }

    [Fact]
    public void A_dump_of_PostgreSQL_14_restored_on_18_does_not_differ()
    {
        using TestDatabase old = server.Blank(14);
        old.Execute(Yard.Sql);
        string dump = Path.ChangeExtension(yard.Snapshot, ".14.sql");
        using (Process process = Process.Start("pg_dump", ["--schema-only", "-f", dump, old.Uri]))
        {
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
        using TestDatabase restored = server.Blank(18);
        restored.Execute(string.Join(";\n",
            DataOps.Core.Postgres.Sql.SqlScript.Split(dump, File.ReadAllText(dump)).Select(s => s.Text)));

        Assert.Empty(restored.Run(new CompareSchema(), new() { ReferenceDatabase = old.Uri }));
    }

    [Fact]
    public void Two_files_are_compared_without_a_database()
    {
        string other = Path.ChangeExtension(yard.Snapshot, ".other.json");
        File.WriteAllText(other, File.ReadAllText(yard.Snapshot)
            .Replace("\"boat_dock_name\"", "\"boat_name_dock\"", StringComparison.Ordinal));

        SchemaDifference found = Assert.Single(new CompareSchema().RunOffline(
            new() { ReferencePath = yard.Snapshot, DifferencePath = other }, new()));

        Assert.Equal((SchemaDifferenceKind.Renamed, "boat_name_dock", null), (found.Class, found.Value, found.Server));
        Assert.Equal("alter table \"boat\" rename constraint \"boat_name_dock\" to \"boat_dock_name\"", found.Remedy);
    }

    [Fact]
    public void A_difference_says_what_breaks_and_names_both_sides()
    {
        using TestDatabase shop = server.Blank();
        shop.Execute("""
            create table shop_order (id int primary key, number text not null, lot int);
            alter table shop_order add constraint uniq_number unique (number, lot) deferrable
            """);
        using TestDatabase copy = server.Blank();
        copy.Execute("create table shop_order (id int primary key, number text, lot int)");

        IReadOnlyList<SchemaDifference> found =
            copy.Run(new CompareSchema(), new() { ReferenceDatabase = shop.Uri });

        Assert.Equal(
            [(SchemaDifferenceKind.Different, "number", "notNull: true", "notNull: none"),
                (SchemaDifferenceKind.Missing, "uniq_number",
                    "kind: Unique; columns: number, lot; deferrable: initially immediate", null)],
            found.Select(d => ((SchemaDifferenceKind)d.Class!, d.Name, d.Expected, d.Value)));
        Assert.All(found, d => Assert.Equal((Severity.Error, "shop_order"), (d.Severity, d.Table)));
        // An index that is built first would refuse what may wait for the end of a transaction.
        Assert.Equal(
            "alter table \"public\".\"shop_order\" add constraint \"uniq_number\" unique (\"number\", \"lot\") "
                + "deferrable initially immediate",
            found[1].Remedy);
        Assert.Contains("come twice", found[1].Consequence, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_expected_is_an_error()
    {
        DataOpsException refused = Assert.Throws<DataOpsException>(
            () => yard.Database.Run(new CompareSchema(), new()));

        Assert.Equal(ErrorIds.MissingOption, refused.Id);
    }

    [Fact]
    public void A_role_without_temporary_tables_compares_texts_and_is_warned()
    {
        using TestDatabase other = server.Blank();
        other.Execute("create table a (id int check (id > 0)); revoke temporary on database "
            + $"{other.Name} from public; create role reader_{other.Name} login; grant select on a to reader_{other.Name}");
        using TestDatabase same = server.Blank();
        same.Execute("create table a (id int check (id > (0)::integer and true))");
        List<string> warnings = [];
        using Session session = Session.Open(
            ConnectionSettings.Parse(other.Uri.Replace("postgres@", $"reader_{other.Name}@")), "Test");

        SchemaDifference[] found = [.. new CompareSchema().Run(
            session, new() { ReferenceDatabase = same.Uri }, new() { Warning = warnings.Add })];

        Assert.Equal(SchemaDifferenceKind.Different, Assert.Single(found).Class);
        Assert.StartsWith("Expressions are compared as texts", Assert.Single(warnings), StringComparison.Ordinal);
        other.Execute($"drop owned by reader_{other.Name}; drop role reader_{other.Name}");
    }

    private IReadOnlyList<SchemaDifference> Compare(TestDatabase database) =>
        database.Run(new CompareSchema(), new() { ReferencePath = yard.Snapshot });
}
