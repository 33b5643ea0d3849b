using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Pages;
using DataOps.Core.Features.Sites;
using DataOps.Core.Features.Trees;

namespace DataOps.Core.Tests.Changes;

/// <summary>
/// Whatever is changed and undone, nothing of ours resolves through a schema in which others can make operators.
/// </summary>
public sealed class HostileSchemaTests(PostgresServer server) : IDisposable
{
    private static readonly Dictionary<string, Func<TestDatabase, string, IEnumerable<IChangeResult>>> s_changes = new()
    {
        ["Repair-Orphan, cleared"] = (site, undo) => site.Run(new RepairOrphan(), new()
        {
            Class = [ReferenceClass.ForeignKey], Table = ["wagtailcore_page", "base_homepage"],
            Action = OrphanAction.SetNull, UndoPath = undo,
        }),
        ["Repair-Orphan, rebuilt"] = (site, undo) => site.Run(new RepairOrphan(), new()
        {
            Class = [ReferenceClass.Inheritance], Table = ["breads_breadpage"], Action = OrphanAction.RebuildHalf,
            UndoPath = undo,
        }),
        ["Repair-Orphan, plain pages"] = (site, undo) => site.Run(new RepairOrphan(), new()
        {
            Class = [ReferenceClass.Inheritance], Table = ["wagtailcore_page"], Action = OrphanAction.PlainPage,
            UndoPath = undo,
        }),
        ["Repair-Orphan, parents"] = (site, undo) => site.Run(new RepairOrphan(), new()
        {
            Reference = ["*"], Table = ["auth_user_groups", "wagtailusers_userprofile"],
            Action = OrphanAction.RecreateParent, UndoPath = undo,
        }),
        ["Repair-Orphan, repointed"] = (site, undo) => site.Run(new RepairOrphan(), new()
        {
            Table = ["wagtailimages_image"], Action = OrphanAction.Repoint, To = "1", UndoPath = undo,
        }),
        ["Repair-Orphan, deleted"] = (site, undo) => site.Run(new RepairOrphan(), new()
        {
            Class = [ReferenceClass.ForeignKey, ReferenceClass.Unvalidated], Table = ["blog_*", "taggit_*"],
            Action = OrphanAction.Delete, UndoPath = undo,
        }),
        ["Repair-Orphan, quarantined"] = (site, undo) => site.Run(new RepairOrphan(), new()
        {
            Class = [ReferenceClass.ForeignKey], Table = ["blog_*", "taggit_*"], Action = OrphanAction.Quarantine,
            UndoPath = undo,
        }),
        ["Repair-Tree"] = (site, undo) => site.Run(new RepairTree(), new()
        {
            Orphan = OrphanNodes.Reattach, UndoPath = undo,
        }),
        ["Remove-StaleContentType"] = (site, undo) => site.Run(new RemoveStaleContentType(), new()
        {
            InstalledApp = Bakery.Apps, Force = true, OnDependent = OnDependent.Cascade, UndoPath = undo,
        }),
        ["Set-Site"] = (site, undo) => site.Run(new SetSite(), new() { HostName = "bakery.example", UndoPath = undo }),
    };

    private static readonly Dictionary<string, Func<TestDatabase, string, IEnumerable<IChangeResult>>> s_moves = new()
    {
        ["Move-Page"] = (site, undo) => site.Run(
            new MovePage(), new() { Id = [61], To = "3", Redirect = true, UndoPath = undo }),
        ["Convert-Page"] = (site, undo) => site.Run(
            new ConvertPage(), new() { Id = [68], To = "blog.leaflet", Force = true, UndoPath = undo }),
        ["Convert-Page -AsNewPage"] = (site, undo) => site.Run(new ConvertPage(), new()
        {
            Id = [61], To = "blog.leaflet", Force = true, AsNewPage = true, UndoPath = undo,
        }),
        ["Convert-Page -AsNewPage -OldPage Delete"] = (site, undo) => site.Run(new ConvertPage(), new()
        {
            Id = [61], To = "blog.leaflet", Force = true, AsNewPage = true, OldPage = OldPage.Delete, UndoPath = undo,
        }),
    };

    private readonly ChangeFiles _undo = new();
    private readonly ImportFiles _files = new();

    public void Dispose()
    {
        _undo.Dispose();
        _files.Dispose();
    }

    [Fact, Trait("Day", "1")]
    public void Repairs_of_a_damaged_site_call_no_operator_of_others()
    {
        using TestDatabase site = server.CopyOf(Site.Damaged);
        HostileSchema.Set(site);

        Assert.All(s_changes, change => AppliesAndIsUndone(site, change.Value));
    }

    [Fact, Trait("Day", "0")]
    public void Changes_of_pages_call_no_operator_of_others()
    {
        using TestDatabase site = server.CopyOf(Site.Bakery);
        site.Execute("""
            insert into django_content_type (id, app_label, model) values (900, 'blog', 'leaflet');
            create table blog_leaflet (
              page_ptr_id int primary key references wagtailcore_page deferrable initially deferred,
              introduction text not null)
            """);
        HostileSchema.Set(site);

        Assert.All(s_moves, move => AppliesAndIsUndone(site, move.Value));
    }

    [Fact, Trait("Day", "2")]
    public void Loads_call_no_operator_of_others()
    {
        using TestDatabase source = server.CopyOf(Site.Bakery);
        string dump = _files.Path("bakery.json");
        source.Run(new ExportDataset(), new() { Path = dump, NaturalForeign = true });
        using TestDatabase site = server.CopyOf(Site.BakeryEmpty);
        HostileSchema.Set(site);
        Func<TestDatabase, string, IEnumerable<IChangeResult>> Load(string file, OnConflict conflict = default) =>
            (database, undo) => database.Run(new ImportDataset(), new()
            {
                Path = file, OnConflict = conflict, MissingField = MissingField.Default, UndoPath = undo,
                TrustContentTypes = true,
            });

        AppliesAndIsUndone(site, Load(dump), keeps: true);
        site.Execute("""
            update wagtailcore_page set title = 'x' || id; update taggit_tag set slug = 'x' || id;
            delete from auth_user_groups; delete from auth_group_permissions
            """);
        AppliesAndIsUndone(site, Load(dump), keeps: true);
        // Two names that change places, and a row in another's way.
        site.Execute("insert into auth_group (id, name) values (71, 'One'), (72, 'Two'), (73, 'Three')");
        AppliesAndIsUndone(site, Load(_files.Json("""
            [{"model": "auth.group", "pk": 71, "fields": {"name": "Two", "permissions": [1, 2]}},
             {"model": "auth.group", "pk": 72, "fields": {"name": "One", "permissions": []}},
             {"model": "auth.group", "pk": 74, "fields": {"name": "Three", "permissions": [3]}},
             {"model": "auth.group", "fields": {"name": "Four", "permissions": [3]}}]
            """), OnConflict.Replace));
    }

    private void AppliesAndIsUndone(
        TestDatabase site, Func<TestDatabase, string, IEnumerable<IChangeResult>> change, bool keeps = false)
    {
        IReadOnlyDictionary<string, string> before = site.Digest("dataops_quarantine");
        string undo = _undo.New();

        change(site, undo);

        IReadOnlyDictionary<string, string> after = site.Digest("dataops_quarantine");
        Assert.NotEqual(before, after);
        Assert.True(ChangeFiles.Undo(site, undo).Changed);
        Assert.Equal(before, site.Digest("dataops_quarantine"));
        if (keeps)
            change(site, _undo.New());
    }
}
