using DataOps.Core.Django.References;
using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Audits;

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
        (string type, string table, string column, int key) = found switch
        {
            StaleContentType stale => (stale.Class, "django_content_type", "model", stale.ContentTypeId),
            StalePermissionFinding permission => (permission.Class, "auth_permission", "codename", permission.PermissionId),
            _ => throw new ArgumentOutOfRangeException(nameof(found)),
        };
        string[] holders = [.. new[] { found.Groups, found.Users }.OfType<string>()];
        string held = holders.Length == 0 ? "" : $"; its permissions are held by {string.Join(",", holders)}";
        string renamed = found.RenameTo is null ? "" : $"; renamed to {found.RenameTo}?";
        return new DatabaseFinding(
            found.Server!, found.Database!, found.Severity, nameof(Audit.ContentType), type, 1, found.Model, table, column, $"{key}",
            $"{found.Model}: {found.Evidence}{held}{renamed}", $"Find-StaleContentType -Model {found.Model}");
    }
}
