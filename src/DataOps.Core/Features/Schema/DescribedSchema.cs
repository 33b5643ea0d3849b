namespace DataOps.Core.Features.Schema;

/// <summary>What a description of the site says of tables and columns, against the database.</summary>
internal static class DescribedSchema
{
    /// <summary>Where the database contradicts it.</summary>
    /// <exception cref="DataOpsException">The description cannot be read, or the server refused a query.</exception>
    public static IEnumerable<SchemaDifference> Differences(Session session, string path)
    {
        using Session described = Session.Open(session.Settings.WithSite(FullPath.Of(path)), "Compare-Schema");
        return
        [
            .. ReferenceCatalog.Read(described, withEmbedded: false, reading: new()).Contradictions.Select(
                c => new SchemaDifference
                {
                    Audit = Audit.Schema,
                    Severity = Severity.Warning,
                    Class = SchemaDifferenceKind.Different,
                    Kind = c.Table is null ? SchemaObjectKind.Table : SchemaObjectKind.Column,
                    Table = c.Table?.DisplayName,
                    Name = c.Key.Length > 0 ? c.Key : c.Member,
                    Expected = c.Subject,
                    Problem = $"the description says something of {c.Subject}, but {c.What}",
                    Consequence = "commands that read do not use it, and those that change rows refuse it",
                    File = path,
                }),
        ];
    }
}
