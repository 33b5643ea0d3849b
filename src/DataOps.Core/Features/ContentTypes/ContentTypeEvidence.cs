namespace DataOps.Core.Features.ContentTypes;

/// <summary>
/// Adds to verdicts what the rows tell: who holds permissions, what depends on a content type, what its model was
/// renamed to.
/// </summary>
internal sealed class ContentTypeEvidence(
    Session session, ReferenceCatalog catalog, IReadOnlyList<ContentTypeStatus> verdicts, OperationContext context)
{
    /// <summary>The findings, in the order of the verdicts.</summary>
    public IEnumerable<StaleContentType> Describe(IReadOnlyList<ContentTypeStatus> wanted)
    {
        if (wanted.Count == 0 || catalog.TableOf(DjangoTables.ContentType) is not { } contentTypes)
            yield break;
        int[] types = [.. wanted.Select(v => v.Type.Id)];
        ILookup<int, (string Table, long Rows)> dependents = TypeColumns.Count(
            session, TypeColumns.Of(catalog, contentTypes), types, context.Cancellation);
        PermissionGrants grants = new(session, catalog, context.Cancellation);
        ILookup<int, Grant> held = grants.Of($"p.content_type_id = any({types})").ToLookup(g => g.ContentType);
        ILookup<int, string> codenames = Codenames(grants, types);
        RenameCandidates renames = new(session, catalog, verdicts, context.Cancellation);
        int done = 0;
        foreach (ContentTypeStatus v in wanted)
        {
            context.Report($"Looking at {v.Type.Label}", done++, wanted.Count);
            (string Label, string Why)? rename = v.IsLive ? null : renames.Of(v);
            (string Table, long Rows)[] rows = [.. dependents[v.Type.Id]];
            string[] evidence =
                [.. v.Evidence, .. v.IsLive ? [] : FromRows(v, [.. codenames[v.Type.Id]], [.. held[v.Type.Id]], rows)];
            bool hasPages = !v.IsLive && rows.Any(r => r.Table == NameOf(WagtailTables.Page));
            bool isWarning = v.IsGone
                || (v.Class == ContentTypeClass.Undecidable && (v.IsSuspect || hasPages || rename is not null));
            Severity severity = isWarning ? Severity.Warning : Severity.Expected;
            yield return new StaleContentType
            {
                Server = session.Server,
                Database = session.Database,
                Severity = severity,
                Audit = Audit.ContentType,
                Class = v.Class,
                Model = v.Type.Label,
                Table = v.Type.Table?.DisplayName,
                Key = $"{v.Type.Id}",
                AppLabel = v.AppLabel,
                ContentTypeId = v.Type.Id,
                Evidence = string.Join("; ",
                    rename is { } found ? [.. evidence, $"probably renamed to {found.Label}: {found.Why}"] : evidence),
                Groups = PermissionGrants.Names(held[v.Type.Id], "Group"),
                Users = PermissionGrants.Names(held[v.Type.Id], "User"),
                RenameTo = rename?.Label,
                Permissions = codenames[v.Type.Id].Count(),
                Dependents = rows.Sum(r => r.Rows),
                DependentTables = rows.Length == 0 ? null : string.Join(", ", rows.Select(r => $"{r.Table} {r.Rows}")),
            };
        }
    }

    private string? NameOf(ModelLabel model) => catalog.TableOf(model)?.DisplayName;

    private ILookup<int, string> Codenames(PermissionGrants grants, int[] types) => (grants.Permissions is { } table
        ? session.Query<(int Type, string Codename)>(
            $"""
            select content_type_id::int, codename::text from {table} where content_type_id = any({types}) order by id
            """,
            context.Cancellation)
        : []).ToLookup(p => p.Type, p => p.Codename);

    private IEnumerable<string> FromRows(
        ContentTypeStatus v, string[] codenames, Grant[] held, (string Table, long Rows)[] rows)
    {
        string[] own = [.. codenames.Where(c => !StalePermissions.IsDefault(c, v.ModelName))];
        if (own.Length > 0)
            yield return $"has permissions of its own: {string.Join(", ", own.Take(5))}{(own.Length > 5 ? " …" : "")}";
        if (held.Length > 0)
            yield return $"its permissions are granted {held.Length} time{(held.Length == 1 ? "" : "s")}";
        foreach ((string table, long count) in rows.Where(
            r => r.Table == NameOf(WagtailTables.Page) || r.Table == NameOf(WagtailTables.Revision)))
            yield return $"{count} row{(count == 1 ? "" : "s")} of {table} {(count == 1 ? "is" : "are")} of this type";
    }
}
