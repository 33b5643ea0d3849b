using DataOps.Core.Features.Datasets.Import;

namespace DataOps.Core.Tests.Features.Datasets.Import;

/// <summary>Files with the rows of a many-to-many table beside the lists that they are of, as Diskette makes them.</summary>
public sealed class ManyToManyRowTests(PostgresServer server)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Each_entry_is_there_once_under_its_own_key_whatever_comes_first(bool rowsFirst)
    {
        using TestDatabase site = server.CopyOf(Site.Sample);
        site.Execute("""
            truncate auth_group cascade; insert into auth_group values (1, 'Editors');
            insert into auth_group_permissions (id, group_id, permission_id) values (70, 1, 3), (71, 1, 4)
            """);
        const string Group = """{"model": "auth.group", "pk": 1, "fields": {"name": "Editors", "permissions": [1, 2, 4]}}""";
        const string Rows = """
            {"model": "auth.group_permissions", "pk": 50, "fields": {"group": 1, "permission": 1}},
            {"model": "auth.group_permissions", "pk": 60, "fields": {"group": 1, "permission": 2}}
            """;
        using ImportFiles files = new();
        string path = files.Json(rowsFirst ? $"[{Rows}, {Group}]" : $"[{Group}, {Rows}]");

        Import(site, path);

        Assert.Equal(["50:1", "60:2", "71:4"], site.Column("select id || ':' || permission_id from auth_group_permissions order by id"));
        Assert.False(Import(site, path).Changed);
    }

    private static ImportResult Import(TestDatabase site, string path) => (ImportResult)site.Run(
        new ImportDataset(), new() { Path = path, NoUndo = true, TrustContentTypes = true })[^1];
}
