namespace DataOps.Core.Tests.Django.Knowledge;

public sealed class DjangoNameTests(PostgresServer server)
{
    private static readonly Dictionary<string, string> s_before = new()
    {
        ["base_person"] = "base_people", ["blog_blogpersonrelationship"] = "blog_blogpeoplerelationship",
        ["wagtailcore_revision"] = "wagtailcore_pagerevision",
    };

    [Fact]
    public void Every_foreign_key_of_a_real_site_has_the_name_that_we_would_give_it()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        DatabaseCatalog catalog = DatabaseCatalog.Read(site.Session);
        int compared = 0;

        List<string> renamed = [];
        foreach (Table table in catalog.Tables)
            foreach (ForeignKey key in table.ForeignKeys)
            {
                string Name(string of) =>
                    DjangoName.OfForeignKey(of, key.Columns, catalog.Find(key.Target)!.Name, key.TargetColumns[0]);
                compared++;
                if (Name(table.Name) == key.Name)
                    continue;
                // A table that a migration has renamed keeps the names of its constraints.
                Assert.Equal(key.Name, Name(s_before[table.Name]));
                renamed.Add(table.Name);
            }

        Assert.Equal(146, compared);
        Assert.Equal(s_before.Keys.Order(StringComparer.Ordinal), renamed);
    }

    [Theory]
    [InlineData("blog_post", "author_id", "auth_user", "id", "blog_post_author_id_dd7a8485_fk_auth_user_id")]
    [InlineData("xapp_cat", "parent_id", "xapp_cat", "id", "xapp_cat_parent_id_f5b91dfa_fk_xapp_cat_id")]
    [InlineData("auth_group_permissions", "permission_id", "auth_permission", "id",
        "auth_group_permissio_permission_id_84c5c92e_fk_auth_perm")]
    public void Names_are_cut_as_Django_cuts_them(
        string table, string column, string target, string targetColumn, string expected) =>
        Assert.Equal(expected, DjangoName.OfForeignKey(table, [column], target, targetColumn));
}
