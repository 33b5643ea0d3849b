using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Databases;

namespace DataOps.Core.Tests.Django.References;

/// <summary>What Django and Wagtail mean by their tables, on small schemas made for each test.</summary>
public sealed class ReferenceCatalogTests(PostgresServer server)
{
    [Fact]
    public void An_automatic_many_to_many_table_belongs_to_its_owner()
    {
        using TestDatabase site = server.Django("blog.post blog.tag", """
            create table blog_post (id bigint primary key, title text);
            create table blog_tag (id bigint primary key);
            create table blog_post_tags (id bigint primary key, post_id bigint not null references blog_post, tag_id bigint not null references blog_tag)
            """);
        ReferenceCatalog catalog = ReferenceCatalog.Read(site.Session);
        Model post = catalog.Models.Single(m => m.Label == "blog.post");
        ManyToManyList list = Assert.Single(post.ManyToMany);

        Assert.Equal(("tags", "post_id", "tag_id"), (list.Name, list.OwnerColumn.Name, list.TargetColumn.Name));
        Assert.Equal("blog.post", catalog.LabelOf(list.Table));
        Assert.Equal("ManyToMany", site.Run(new GetModel(), new() { Table = ["blog_post_tags"] }).Single().Kind);
    }

    [Fact]
    public void A_list_of_a_models_own_kind_runs_from_the_from_column_to_the_to_column()
    {
        using TestDatabase site = server.Django("people.person", """
            create table people_person (id int primary key);
            create table people_person_friends (id int primary key, to_person_id int not null references people_person, from_person_id int not null references people_person)
            """);
        ManyToManyList list = Assert.Single(ReferenceCatalog.Read(site.Session).Models[0].ManyToMany);

        Assert.Equal(
            ("friends", "from_person_id", "to_person_id"), (list.Name, list.OwnerColumn.Name, list.TargetColumn.Name));
    }

    [Theory]
    [InlineData("stock_delivery", "volunteer", "stock_delivery_volunteers", "volunteers")]
    [InlineData("stock_delivery", "volunteer", "stock_delivery_crew", "crew")]
    [InlineData("stock_delivery", "volunteer", "delivery_volunteers", null)]
    [InlineData("organization_management_membershipapplication", "country",
        "organization_management_membershipapplication_other_countries", "other_countries")]
    [InlineData("organization_management_membershipapplication", "organization",
        "organization_management_membershipapplication_previous_organizations",
        "previous_organizations")]
    [InlineData("organization_management_membershipapplication", "country",
        "organization_management_membershipapplication_nationalities_until_now", null)]
    public void A_table_whose_name_ends_in_a_hash_is_known_where_its_field_is_named_after_the_target(
        string owner, string target, string name, string? field) =>
        Assert.Equal(field, ManyToManyName.Of(DjangoName.OfTable(name), owner, target));

    [Fact]
    public void A_through_model_is_a_model_and_no_list()
    {
        using TestDatabase site = server.Django("blog.post blog.tag blog.post_tags blog.posttag", """
            create table blog_post (id int primary key);
            create table blog_tag (id int primary key);
            create table blog_posttag (id int primary key, post_id int not null references blog_post, tag_id int not null references blog_tag);
            create table blog_post_tags (id int primary key, post_id int not null references blog_post, tag_id int not null references blog_tag);
            create table blog_post_weights (id int primary key, post_id int not null references blog_post, tag_id int not null references blog_tag, weight int)
            """);
        ReferenceCatalog catalog = ReferenceCatalog.Read(site.Session);

        Assert.All(catalog.Models, m => Assert.Empty(m.ManyToMany));
        Assert.Equal(["post", "tag"], catalog.Models.Single(m => m.Label == "blog.posttag").Fields.Select(f => f.Name));
    }

    [Fact]
    public void Inheritance_over_two_levels_is_followed_to_the_top()
    {
        using TestDatabase site = server.Django("wagtailcore.page blog.article blog.review", """
            create table wagtailcore_page (id int primary key, path varchar(255) collate "C", depth int, numchild int, title text, content_type_id int not null references django_content_type);
            create table blog_article (page_ptr_id int primary key references wagtailcore_page, body text);
            create table blog_review (article_ptr_id int primary key references blog_article, stars int)
            """);
        ReferenceCatalog catalog = ReferenceCatalog.Read(site.Session);

        Assert.Equal(
            ["blog.article wagtailcore_page body", "blog.review blog_article stars",
                "wagtailcore.page  path,depth,numchild,title,content_type"],
            catalog.Models.Select(m => $"{m.Label} {m.Parent} {string.Join(",", m.Fields.Select(f => f.Name))}"));
        Assert.Equal(
            ["blog_article.page_ptr_id>wagtailcore_page", "blog_review.article_ptr_id>blog_article",
                "wagtailcore_page.id>"],
            catalog.References.Where(r => r.Class == ReferenceClass.Inheritance).Select(
                r => $"{r.Table}.{r.Column.Name}>{r.Target}"));
        Assert.Equal(
            "wagtailcore_page.path", Assert.Single(catalog.References, r => r.Class == ReferenceClass.Tree).Name);
    }

    [Fact]
    public void A_one_to_one_key_is_no_inheritance_unless_it_is_named_so_or_its_parent_says_so()
    {
        using TestDatabase site = server.Django("auth.user shop.profile shop.base shop.special shop.plain", """
            create table auth_user (id int primary key);
            create table shop_profile (user_id int primary key references auth_user, phone text);
            create table shop_base (id int primary key, content_type_id int not null references django_content_type);
            create table shop_special (link_id int primary key references shop_base);
            create table shop_plain (base_id int primary key references shop_base)
            """);

        Assert.Equal(
            ["auth.user ", "shop.base ", "shop.plain ", "shop.profile ", "shop.special shop_base"],
            ReferenceCatalog.Read(site.Session).Models.Select(m => $"{m.Label} {m.Parent}"));
    }

    [Theory]
    [InlineData("alter table blog_article add foreign key (page_ptr_id) references wagtailcore_page not valid",
        ReferenceClass.Unvalidated)]
    [InlineData("alter table blog_article add foreign key (page_ptr_id) references wagtailcore_page; alter table " +
        "blog_article disable trigger all",
        ReferenceClass.Unvalidated)]
    [InlineData("select 1", ReferenceClass.Implied)]
    public void A_page_type_inherits_also_while_its_constraint_is_weak_or_gone(
        string constraint, ReferenceClass expected)
    {
        using TestDatabase site = server.Django("wagtailcore.page blog.article", $"""
            create table wagtailcore_page (id int primary key, content_type_id int not null references django_content_type);
            create table blog_article (page_ptr_id int primary key, body text);
            {constraint}
            """);
        ReferenceCatalog catalog = ReferenceCatalog.Read(site.Session);

        Assert.Equal("wagtailcore_page", catalog.Models.Single(m => m.Label == "blog.article").Parent?.Name);
        Assert.Equal(expected, Assert.Single(catalog.References, r => r.Table.Name == "blog_article").Class);
        Assert.Contains(catalog.References,
            r => r is { Class: ReferenceClass.Inheritance, Table.Name: "wagtailcore_page", Target: null });
    }

    [Theory]
    [InlineData("content_type_id", "object_id")]
    [InlineData("content_type_id", "object_pk")]
    [InlineData("content_type_id", "local_id")]
    [InlineData("base_content_type_id", "object_id")]
    [InlineData("to_content_type_id", "to_object_id")]
    [InlineData("actor_content_type_id", "actor_object_id")]
    [InlineData("asset_content_type_id", "asset_id")]
    [InlineData("scope_type_id", "scope_id")]
    [InlineData("assigned_object_type_id", "assigned_object_id")]
    [InlineData("ctype_id", "obj_id")]
    [InlineData("source_ct_id", "source_pk")]
    [InlineData("content_type_id", "object_uuid")]
    public void A_generic_reference_is_a_content_type_and_an_id_beside_it(string type, string id)
    {
        using TestDatabase site = server.Django("shop.note",
            $"create table shop_note (id int primary key, {type} int references django_content_type, " +
                $"{id} varchar(255) not null)");
        Reference generic = Assert.Single(
            ReferenceCatalog.Read(site.Session).References, r => r.Class == ReferenceClass.Generic);

        Assert.Equal((type, id, Severity.Warning, null),
            (generic.ContentTypeColumn!.Name, generic.Column.Name, generic.Severity, generic.Target));
        Assert.Equal(
            type + "," + id,
            site.Run(new GetReference(), new() { Class = [ReferenceClass.Generic] }).Cast<ReferenceInfo>().Single().Column);
    }

    [Fact]
    public void A_content_type_alone_is_no_generic_reference_and_a_log_is_expected_to_outlive_its_objects()
    {
        using TestDatabase site = server.Django("auth.permission admin.logentry", """
            create table auth_permission (id int primary key, content_type_id int not null references django_content_type);
            create table django_admin_log (id int primary key, content_type_id int references django_content_type, object_id text)
            """);
        ReferenceCatalog catalog = ReferenceCatalog.Read(site.Session);

        Assert.Equal(("django_admin_log", Severity.Expected),
            catalog.References.Where(r => r.Class == ReferenceClass.Generic)
            .Select(r => (r.Table.Name, r.Severity)).Single());
        Assert.Equal("django_admin_log", catalog.Models.Single(m => m.Label == "admin.logentry").Table.Name);
    }

    [Fact]
    public void A_column_named_after_a_model_with_djangos_index_is_an_implied_reference()
    {
        using TestDatabase site = server.Django("blog.post blog.comment shop.thing", """
            create table blog_post (id bigint primary key);
            create table shop_thing (code uuid primary key);
            create table blog_comment (id bigint primary key, post_id int, thing_id int, nothing_id int, parent_id bigint, cover_post_id int, far_post_id int);
            create index blog_comment_cover_post_id_bf5c0d31 on blog_comment (cover_post_id);
            create index blog_comment_parent_id_1b2c3d4e on blog_comment (parent_id);
            create index blog_comment_thing_id_1b2c3d4e on blog_comment (thing_id)
            """);
        ReferenceCatalog catalog = ReferenceCatalog.Read(site.Session);

        Assert.Equal(
            ["parent_id>blog_comment", "cover_post_id>blog_post"],
            catalog.References.Where(r => r.Class == ReferenceClass.Implied).Select(
                r => $"{r.Column.Name}>{r.Target}"));
        Assert.Contains("Django's index for a foreign key; cover_post_id is named after blog.post",
            catalog.References.Single(r => r.Name == "blog_comment.cover_post_id").Evidence, StringComparison.Ordinal);
        // A field's name is not guessed: Django takes the column's as well.
        Assert.Equal(
            ["post_id", "thing_id", "nothing_id", "parent_id", "cover_post_id", "far_post_id"],
            catalog.Models.Single(m => m.Label == "blog.comment").Fields.Select(f => f.Name));
    }

    [Fact]
    public void A_number_of_a_tree_and_an_id_beside_its_type_are_no_references()
    {
        using TestDatabase site = server.Django("park.tree park.bed park.bench", """
            create table park_tree (id int primary key);
            create table park_bench (id int primary key);
            create table park_bed (id int primary key, parent_id int references park_bed, lft int, rght int,
              level int, tree_id int, bench_id int, bench_type varchar(20));
            create index park_bed_tree_id_0a1b2c3d on park_bed (tree_id);
            create index park_bed_bench_id_0a1b2c3d on park_bed (bench_id)
            """);

        Assert.DoesNotContain(
            ReferenceCatalog.Read(site.Session).References, r => r.Class == ReferenceClass.Implied);
    }

    [Fact]
    public void A_content_type_beside_an_object_id_says_what_a_row_belongs_to_and_not_what_it_is()
    {
        using TestDatabase site = server.Django("notes.remark notes.longremark blog.post", """
            create table blog_post (id int primary key);
            create table notes_remark (
              id int primary key, content_type_id int not null references django_content_type, object_pk text not null);
            create table notes_longremark (remark_ptr_id int primary key references notes_remark, title text);
            insert into blog_post values (7);
            insert into notes_remark select 1, id, '7' from django_content_type where model = 'post'
            """);

        Assert.Empty(site.Run(new FindOrphan(), new() { IncludeExpected = true }));
    }

    [Fact]
    public void Log_entries_refer_softly_also_to_a_user_model_of_ones_own()
    {
        using TestDatabase site =
            server.Django("wagtailcore.page accounts.member auth.user wagtailcore.pagelogentry admin.logentry", """
            create table wagtailcore_page (id int primary key);
            create table auth_user (id int primary key);
            create table accounts_member (id int primary key);
            create table django_admin_log (id int primary key, user_id int not null references accounts_member);
            create table wagtailcore_pagelogentry (id int primary key, page_id int not null, user_id int)
            """);
        ReferenceCatalog catalog = ReferenceCatalog.Read(site.Session);

        Assert.Equal(
            ["page_id>wagtailcore_page Expected", "user_id>accounts_member Expected"],
            catalog.References.Where(r => r.Class == ReferenceClass.Soft).Select(
                r => $"{r.Column.Name}>{r.Target} {r.Severity}"));
        Assert.Equal(["page", "user"],
            catalog.Models.Single(m => m.Label == "wagtailcore.pagelogentry").Fields.Select(f => f.Name));
    }

    [Fact]
    public void The_operator_can_name_soft_references()
    {
        using TestDatabase site = server.Django("shop.order", """
            create schema old;
            create table shop_order (id int primary key, customer int);
            create table old.customer (id int primary key)
            """);
        ReferenceInfo soft = Assert.Single(
            site.Run(new GetReference(), new() { SoftReference = ["public.shop_order.customer=old.customer"] })
                .Cast<ReferenceInfo>());

        Assert.Equal((ReferenceClass.Soft, Severity.Expected, "shop_order", "customer", "old.customer", "id"),
            (soft.Class, soft.Severity, soft.Table, soft.Column, soft.References, soft.TargetColumn));
    }

    [Theory]
    [InlineData("shop_order", "not of the form")]
    [InlineData("shop_order=shop_order", "not of the form")]
    [InlineData("shop_order.customer=a=b", "not of the form")]
    [InlineData("shop_ordr.customer=shop_order", "shop_ordr")]
    [InlineData("shop_order.customr=shop_order", "customr")]
    [InlineData("shop_order.customer=nowhere", "nowhere")]
    [InlineData("shop_order.customer=two", "two")]
    public void A_soft_reference_that_names_what_is_not_there_is_refused(string text, string named)
    {
        using TestDatabase site = server.Django("shop.order",
            "create table shop_order (id int primary key, customer int); create table two (a int, b int, primary " +
                "key (a, b))");
        DataOpsException failure = Assert.Throws<DataOpsException>(
            () => site.Run(new GetReference(), new() { SoftReference = [text] }));

        Assert.Equal(("InvalidSoftReference", FailureKind.InvalidArgument), (failure.Id, failure.Kind));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_inside_text_are_known_from_the_reference_index_also_for_inherited_fields()
    {
        using TestDatabase site =
            server.Django("wagtailcore.page blog.article wagtailimages.image wagtailcore.referenceindex", """
            create table wagtailcore_page (id int primary key, intro text, content_type_id int not null references django_content_type);
            create table wagtailimages_image (id int primary key);
            create table blog_article (page_ptr_id int primary key references wagtailcore_page, body jsonb, note text, cover_id int references wagtailimages_image);
            create table wagtailcore_referenceindex (id int primary key, object_id varchar(255), to_object_id varchar(255), model_path text, content_path text,
              base_content_type_id int references django_content_type, content_type_id int references django_content_type, to_content_type_id int references django_content_type);
            insert into wagtailcore_referenceindex values
              (1, '7', '3', 'body.item.image', 'body.0f.image', 1, 2, 3), (2, '7', '4', 'body.item.image', 'body.1f.image', 1, 2, 3), (3, '7', '1', 'body.item.link', 'body.2f.link', 1, 2, 1),
              (4, '7', '3', 'note', 'note', 1, 2, 3), (5, '7', '3', 'intro', 'intro', 1, 2, 3), (6, '7', '3', 'cover', 'cover', 1, 2, 3), (7, '7', '3', 'items.item.image', 'items.1.image', 1, 2, 3)
            """);

        Assert.Equal(
            ["blog_article.body->wagtailcore.page", "blog_article.body->wagtailimages.image",
                "blog_article.note->wagtailimages.image",
                "wagtailcore_page.intro->wagtailimages.image"],
            ReferenceCatalog.Read(site.Session).References.Where(r => r.Class == ReferenceClass.Embedded).Select(
                r => r.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_table_name_over_63_characters_is_found_under_the_name_that_django_cut()
    {
        string model = new('m', 70);
        string table = DjangoName.OfTable("blog_" + model);
        using TestDatabase site = server.Django("blog." + model, $"create table {table} (id int primary key)");

        Assert.Equal(63, table.Length);
        // Of Django 5.2: truncate_name("blog_" + "m" * 70, 63).
        Assert.Equal("blog_" + new string('m', 54) + DjangoHash(site, "blog_" + model), table);
        Assert.Equal(table, ReferenceCatalog.Read(site.Session).Models.Single().Table.Name);
    }

    [Fact]
    public void Content_types_without_a_table_and_tables_without_a_content_type_are_listed_as_such()
    {
        using TestDatabase site = server.Django(
            "shop.gone shop.thing", "create table shop_thing (id int primary key); create table stray (id int)");

        Assert.Equal(
            ["shop.thing shop_thing Model", " django_content_type Table", " stray Table", "shop.gone  NoTable"],
            site.Run(new GetModel(), new()).Select(m => $"{m.Model} {m.Table} {m.Kind}"));
    }

    [Fact]
    public void An_own_app_of_a_name_that_django_has_used_keeps_its_own_tables()
    {
        using TestDatabase site = server.Django("comments.comment sites.site", """
            create table comments_comment (id int primary key);
            create table sites_site (id int primary key, domain text);
            create table django_site (id int primary key, domain text)
            """);

        Assert.Equal(
            ["comments.comment comments_comment", "sites.site django_site"],
            ReferenceCatalog.Read(site.Session).Models.Select(m => $"{m.Label} {m.Table.Name}"));
    }

    [Fact]
    public void A_content_type_has_its_table_whatever_the_case_of_its_name()
    {
        using TestDatabase site = server.Django("blog.Post", "create table blog_post (id int primary key)");

        Assert.Equal("blog_post", ReferenceCatalog.Read(site.Session).TableOf(new ModelLabel("blog", "post"))?.Name);
    }

    [Fact]
    public void A_table_is_that_of_a_model_of_django_only_where_the_model_is()
    {
        using TestDatabase site = server.Django(
            "auth.user", "create table auth_user (id int primary key); create table auth_group (id int primary key)");
        ReferenceCatalog catalog = ReferenceCatalog.Read(site.Session);

        Assert.NotNull(catalog.TableOf(DjangoTables.User));
        Assert.Null(catalog.TableOf(DjangoTables.Group));
    }

    [Fact]
    public void Djangos_tables_may_live_in_another_schema()
    {
        using TestDatabase site = server.Blank();
        site.Execute("""
            create schema "Site";
            create table "Site".django_content_type (id int primary key, app_label text, model text);
            insert into "Site".django_content_type values (1, 'blog', 'post');
            create table "Site".blog_post (id int primary key)
            """);

        Assert.Equal("Site.blog_post", site.Run(new GetModel(), new() { Model = ["blog.post"] }).Single().Table);
    }

    private static string DjangoHash(TestDatabase site, string name) =>
        site.Scalar<string>($"select left(md5('{name}'), 4)");
}
