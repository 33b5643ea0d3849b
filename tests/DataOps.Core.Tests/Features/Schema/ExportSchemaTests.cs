using System.Text.Json;
using System.Text.Json.Nodes;
using DataOps.Core.Features.Schema;
using DataOps.Core.Postgres.Schemas;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Schema;

/// <summary>A snapshot holds what matters, and the same for the same schema.</summary>
public sealed class ExportSchemaTests(PostgresServer server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-schema-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_snapshot_holds_every_kind_of_object()
    {
        using TestDatabase yard = server.Blank();
        yard.Execute(Yard.Sql);

        ExportSchemaResult result = yard.Run(new ExportSchema(), new() { Path = File("yard.json") }).Single();

        DatabaseSchema schema = SchemaFile.Read(File("yard.json"));
        Assert.Equal((schema.Tables.Count, schema.Views.Count), (result.Tables, result.Views));
        Assert.Equal(new FileInfo(File("yard.json")).Length, result.Bytes);
        SchemaTable boat = schema.Tables["boat"];
        Assert.Equal(new SchemaColumn { Type = "integer", NotNull = true, Identity = "serial" }, boat.Columns["id"]);
        Assert.Equal("by default", schema.Tables["dock"].Columns["id"].Identity);
        Assert.Equal(
            ("character varying(80)", "C", "The name.", "'?'::character varying"),
            (boat.Columns["name"].Type, boat.Columns["name"].Collation, boat.Columns["name"].Comment,
                boat.Columns["name"].Default));
        Assert.Equal("((length)::numeric * (2)::numeric)", boat.Columns["span"].Generated);
        Assert.Equal(("mood", "length_m"), (boat.Columns["feel"].Type, boat.Columns["length"].Type));
        SchemaConstraint dock = boat.Constraints["boat_dock_fk"];
        Assert.Equal(
            (SchemaConstraintKind.ForeignKey, "dock", "CASCADE", "initially deferred", true),
            (dock.Kind, dock.References, dock.OnDelete, dock.Deferrable, dock.NotValid));
        Assert.Equal("((length)::numeric > (0)::numeric)", boat.Constraints["boat_long"].Expression);
        Assert.Equal("EXCLUDE USING gist (period WITH &&)", boat.Constraints["boat_period"].Definition);
        Assert.Equal(["dock_id", "name"], boat.Constraints["boat_dock_name"].Columns);
        Assert.Equal(["id"], boat.Constraints["boat_dock_name"].Include);
        SchemaIndex lower = boat.Indexes["boat_lower"];
        Assert.Equal(
            ["(lower((name)::text)) COLLATE \"C\" varchar_pattern_ops DESC NULLS LAST", "id"], lower.Keys);
        Assert.Equal(("(dock_id IS NOT NULL)", true), (lower.Where, lower.Unique));
        Assert.Equal(["dock_id", "id", "name"], lower.Columns);
        Assert.Equal(("disabled", "enabled"), (boat.Triggers["boat_touch"].Fires, boat.RowSecurity));
        Assert.Equal("((length)::numeric < (9)::numeric)", boat.Policies["short"].Using);
        Assert.Equal("boat.id", schema.Sequences["boat_id_seq"].OwnedBy);
        Assert.Equal(("smallint", 5L), (schema.Sequences["ticket"].Type, schema.Sequences["ticket"].Increment));
        Assert.Equal(["calm", "wild"], schema.Types["mood"].Labels);
        Assert.Equal(["length_m_check: (VALUE >= (0)::numeric)"],
            schema.Types["length_m"].Checks!.Select(c => $"{c.Key}: {c.Value}"));
        Assert.Equal("RANGE (made)", schema.Tables["trip"].PartitionBy);
        Assert.Equal("trip", schema.Tables["trip_2024"].Parent);
        Assert.Empty(schema.Tables["trip_2024"].Indexes);
        Assert.True(schema.Views["fleet"].Materialized);
        Assert.Single(schema.Views["fleet"].Indexes);
        Assert.Equal("archive", schema.Tables["archive.log"].Schema);
    }

    [Fact]
    public void The_same_schema_is_the_same_file_wherever_it_stands()
    {
        using TestDatabase yard = server.Blank();
        yard.Execute(Yard.Sql);
        yard.Run(new ExportSchema(), new() { Path = File("one.json") });
        yard.Execute("alter schema public rename to tenant; create schema public; alter database "
            + $"{yard.Name} set search_path = tenant");
        using (Session other = yard.Open())
            Assert.Single(new ExportSchema().Run(other, new() { Path = File("two.json") }, new()));

        Assert.Equal(System.IO.File.ReadAllText(File("one.json")), System.IO.File.ReadAllText(File("two.json")));
    }

    [Fact]
    public void A_file_that_is_there_is_kept_unless_asked_otherwise()
    {
        using TestDatabase yard = server.Blank();
        System.IO.File.WriteAllText(File("yard.json"), "mine");

        DataOpsException refused = Assert.Throws<DataOpsException>(
            () => yard.Run(new ExportSchema(), new() { Path = File("yard.json") }));

        Assert.Equal(ErrorIds.FileExists, refused.Id);
        Assert.Equal("mine", System.IO.File.ReadAllText(File("yard.json")));
        Assert.Single(yard.Run(new ExportSchema(), new() { Path = File("yard.json"), Force = true }));
    }

    [Theory]
    [InlineData("{", "is not as Export-Schema writes it in line 1")]
    [InlineData("[]", "is no schema of Export-Schema")]
    [InlineData("""{"format": "dataops-schema", "version": 7}""", "has version 7 of the format")]
    [InlineData("""{"format": "dataops-schema", "version": 1, "schema": {"postgreSql": 15, "tabels": {}}}""",
        "is not as Export-Schema writes it at $.schema.tabels")]
    public void What_is_no_snapshot_is_refused(string text, string why)
    {
        System.IO.File.WriteAllText(File("bad.json"), text);

        DataOpsException refused = Assert.Throws<DataOpsException>(() => SchemaFile.Read(File("bad.json")));

        Assert.Equal(ErrorIds.InvalidSchemaFile, refused.Id);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_published_schema_knows_all_members()
    {
        JsonNode schema = JsonNode.Parse(
            System.IO.File.ReadAllText(Path.Combine(Repository.Root, "docs", "schema.schema.json")))!;
        static string Names(JsonNode at) => string.Join(' ', at["properties"]!.AsObject().Select(p => p.Key).Order());
        static string Members(Type type) => string.Join(' ', type.GetProperties()
            .Where(p => p.Name != "EqualityContract").Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).Order());

        Assert.Equal(Members(typeof(DatabaseSchema)), Names(schema["properties"]!["schema"]!));
        foreach (Type type in (Type[])[typeof(SchemaTable), typeof(SchemaColumn), typeof(SchemaConstraint),
            typeof(SchemaIndex), typeof(SchemaTrigger), typeof(SchemaPolicy), typeof(SchemaView),
            typeof(SchemaSequence), typeof(SchemaType), typeof(SchemaExtension)])
            Assert.Equal(Members(type),
                Names(schema["$defs"]![type.Name["Schema".Length..].ToLowerInvariant()]!));
    }

    private string File(string name) => Path.Combine(_folder, name);
}
