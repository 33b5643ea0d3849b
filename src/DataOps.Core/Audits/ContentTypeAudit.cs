using DataOps.Core.Catalog;
using DataOps.Core.Connections;
using DataOps.Core.ContentTypes;

namespace DataOps.Core.Audits;

/// <summary>The content types and permissions of Find-StaleContentType.</summary>
internal static class ContentTypeAudit
{
    public static IEnumerable<DatabaseFinding> Find(Session session, ReferenceCatalog catalog, TestDatabaseOptions options, OperationContext context) =>
        FindStaleContentType.Find(session, catalog, new FindStaleContentTypeOptions
        {
            InstalledApp = options.InstalledApp,
            LiveModel = options.LiveModel,
        }, context).Select(Finding);

    private static DatabaseFinding Finding(IContentTypeFinding found)
    {
        (string type, string? table, string column, string key, long count) = found switch
        {
            StaleContentType stale => (stale.Class, stale.Table, "content_type_id", $"{stale.ContentTypeId}", stale.Dependents),
            StalePermissionFinding permission => (permission.Class, "auth_permission", "codename", $"{permission.PermissionId}", 1),
            _ => throw new ArgumentOutOfRangeException(nameof(found)),
        };
        string[] holders = [.. new[] { found.Groups, found.Users }.OfType<string>()];
        string held = holders.Length == 0 ? "" : $"; its permissions are held by {string.Join(",", holders)}";
        string renamed = found.RenameTo is null ? "" : $"; renamed to {found.RenameTo}?";
        return new DatabaseFinding(
            found.Server!, found.Database!, found.Severity, nameof(Audit.ContentType), type, count, found.Model, table, column, key,
            $"{found.Evidence}{held}{renamed}", $"Find-StaleContentType -Model {found.Model}");
    }
}
