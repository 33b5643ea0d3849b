using DataOps.Core.Features.Orphans;

namespace DataOps.Core.Tests.Features.Orphans;

/// <summary>Rows that say themselves of which inheriting model they are, and the tables of their other halves.</summary>
public sealed class SubtypeTests(PostgresServer server)
{
    private const string Vehicles = """
        create table fleet_vehicle (
          id int primary key, plate text, polymorphic_ctype_id int references django_content_type);
        create table fleet_truck (vehicle_ptr_id int primary key references fleet_vehicle, load int);
        create table fleet_tanker (truck_ptr_id int primary key references fleet_truck, litres int);
        create table fleet_bus (vehicle_ptr_id int primary key references fleet_vehicle, seats int);
        insert into fleet_vehicle
        select v.id, v.plate, c.id from (values
          (1, 'own', 'vehicle'), (2, 'truck', 'truck'), (3, 'tanker', 'tanker'), (4, 'proxy', 'minibus')) v (id, plate, model)
          join django_content_type c on c.model = v.model;
        insert into fleet_truck values (2, 1), (3, 1);
        insert into fleet_tanker values (3, 1);
        insert into fleet_bus values (4, 9);
        """;

    private const string Models = "fleet.vehicle fleet.truck fleet.tanker fleet.bus fleet.minibus";

    [Fact]
    public void A_polymorphic_row_whose_type_has_no_half_or_is_not_that_of_its_half_is_found()
    {
        using TestDatabase site = server.Django(Models, Vehicles + """
            insert into fleet_vehicle
            select v.id, '', c.id from (values
              (10, 'truck'), (11, 'bus'), (12, 'vehicle'), (13, 'tanker'), (14, null), (15, null)) v (id, model)
              left join django_content_type c on c.model = v.model;
            insert into fleet_truck values (11, 1), (13, 1), (14, 1);
            insert into fleet_bus values (12, 1);
            """);

        IReadOnlyList<Finding> found = Find(site);
        Assert.Equal(
            [
                "10 polymorphic_ctype_id 2: the row's model is fleet.truck, but fleet_truck has no row of its key",
                "11 polymorphic_ctype_id 4: the row's model is fleet.bus, but its other half is in fleet_truck",
                "12 polymorphic_ctype_id 1: the row's model is fleet.vehicle, but there is another half in fleet_bus",
                "13 polymorphic_ctype_id 3: the row's model is fleet.tanker, but fleet_tanker has no row of its key",
                "14 polymorphic_ctype_id NULL: the row's other half is in fleet_truck",
                "15 polymorphic_ctype_id NULL: the application cannot tell the model of the row",
            ],
            found.Select(f => $"{f.Key} {f.Problem}"));
        Assert.All(found, f => Assert.Equal(
            ((Enum?)ReferenceClass.Inheritance, Severity.Error, "fleet.vehicle", "fleet_vehicle.polymorphic_ctype_id"),
            (f.Class, f.Severity, f.Model, f.Reference)));
        Assert.Equal("6 rows are not of the model that polymorphic_ctype_id names",
            Assert.Single(site.Run(new FindOrphan(), new() { Summary = true })).Problem);
    }

    [Fact]
    public void Polymorphic_rows_that_are_right_and_proxies_are_no_finding()
    {
        using TestDatabase site = server.Django(Models, Vehicles);

        Assert.Empty(site.Run(new FindOrphan(), new() { IncludeExpected = true }));
    }

    [Fact]
    public void It_is_not_repaired_as_nothing_tells_which_side_is_right()
    {
        using TestDatabase site = server.Django(
            Models, Vehicles + "update fleet_vehicle set polymorphic_ctype_id = 4 where id = 2");
        Finding wrong = Assert.Single(Find(site));

        DataOpsException refused = Assert.Throws<DataOpsException>(() => site.Run(
            new RepairOrphan(), new() { Reference = [wrong.Reference!], Action = OrphanAction.Delete, NoUndo = true }));

        Assert.Equal(ErrorIds.NotRepairable, refused.Id);
        Assert.Contains("names the model of a row", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_of_the_model_is_judged_where_it_is_that_of_one_inheriting_model()
    {
        using TestDatabase site = server.Django("pages.page pages.essay pages.album shop.album", """
            create table pages_page (id int primary key, content_model varchar(50));
            create table pages_essay (page_ptr_id int primary key references pages_page, body text);
            create table pages_album (page_ptr_id int primary key references pages_page, cover text);
            create table shop_album (page_ptr_id int primary key references pages_page, price int);
            insert into pages_page values (1, 'essay'), (2, 'album'), (3, 'poem'), (4, null), (5, 'page'), (6, 'essay'), (7, 'page');
            insert into pages_essay values (1, ''), (7, '');
            insert into pages_album values (2, '');
            """);

        Assert.Equal(
            [
                "6 content_model essay: the row's model is pages.essay, but pages_essay has no row of its key",
                "7 content_model page: the row's model is pages.page, but there is another half in pages_essay",
            ],
            Find(site).Select(f => $"{f.Key} {f.Problem}"));
    }

    private static IReadOnlyList<Finding> Find(TestDatabase site) => site.Run(new FindOrphan(), new());
}
