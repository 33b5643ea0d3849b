using System.Text.Json.Nodes;
using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Features.Backups.Rows;

namespace DataOps.Core.Features.Backups.Restoring;

/// <summary>
/// Some models of an archive, in a database that has its whole schema and the rows of these models alone.
/// </summary>
/// <param name="archive">The archive.</param>
/// <param name="database">The database, which is empty.</param>
/// <param name="jobs">Connections that write rows and build indexes at the same time.</param>
/// <param name="context">Progress and cancellation.</param>
internal sealed class ArchivedModels(ArchiveReader archive, Session database, int jobs, OperationContext context)
{
    /// <summary>The name of the dataset that <see cref="Fill"/> defines.</summary>
    public const string Dataset = "restored";

    /// <summary>Makes the schema, and writes the rows of the models, of those they inherit from, and what names
    /// models.</summary>
    /// <param name="names">The models, as app or app.model.</param>
    /// <param name="deleteMissing">Whether the rows that are not there are to be deleted.</param>
    /// <returns>The definition of a dataset: the rows of the models, with the parents' halves of these rows.</returns>
    /// <exception cref="DataOpsException">The archive is damaged, has no such model, or the server refuses
    /// something.</exception>
    public string Fill(IReadOnlyList<string> names, bool deleteMissing)
    {
        SchemaRestore schema = new(database, jobs, context);
        schema.Before(SchemaStatements.Read(archive, SchemaSection.Before));
        Write([.. archive.Manifest.Tables.Where(IsOfNames)]);
        schema.After(SchemaStatements.Read(archive, SchemaSection.After));
        ReferenceCatalog catalog = ReferenceCatalog.Read(database, withEmbedded: false);
        Model[] models = [.. new ReferenceWalk(catalog).Sort(Named(catalog, names))];
        (Model Model, SqlText[] Heirs)[] parents = [.. Parents(catalog, models)];
        if (deleteMissing && parents.Length > 0)
            throw new DataOpsException(
                ErrorIds.ContradictingOptions, FailureKind.InvalidArgument,
                $"-DeleteMissing would leave the halves of deleted rows in {parents[0].Model.Label}, from which a "
                    + "named model inherits.",
                $"Add -Model {string.Join(",", parents.Select(p => p.Model.Label))}, or leave -DeleteMissing out.");
        WriteRows([.. models.Concat(parents.Select(p => p.Model))]);
        return Definition(models, parents, deleteMissing);
    }

    private Model[] Named(ReferenceCatalog catalog, IReadOnlyList<string> names)
    {
        NameFilter filter = new(names);
        context.ReportUnmatched(
            filter, catalog.Models.Select(m => ReferenceFilter.ModelNames(m.Label)), ErrorIds.UnknownModel, "model");
        HashSet<string> whole = [.. names.Select(n => n.ToLowerInvariant())];
        Model[] named = [.. catalog.Models.Where(m => filter.Matches(ReferenceFilter.ModelNames(m.Label))
            && (whole.Contains(m.Label) || !DjangoTables.Derived.Contains(m.Label)))];
        return named.Length > 0 ? named : throw new DataOpsException(
            ErrorIds.NothingSelected, FailureKind.NotFound, $"{archive.Path} has no model {string.Join(", ", names)}.",
            "It has the models that Get-Model lists; derived ones only by their full name.", archive.Path);
    }

    // Without their rows no table is known for a model's.
    private static bool IsOfNames(BackupTable table) =>
        table.Name == DjangoTables.TableNames[DjangoTables.ContentType]
            || table.Name == DjangoName.OfTable(DjangoTables.Permission);

    // The models that the named ones inherit from and that are not named, the uppermost first, with the keys that the
    // halves of named rows have.
    private static IEnumerable<(Model Model, SqlText[] Heirs)> Parents(ReferenceCatalog catalog, Model[] models)
    {
        Dictionary<Table, List<SqlText>> heirs = [];
        List<Table> order = [];
        foreach (Model model in models)
            for (Reference? link = catalog.ParentLink(model.Table); link is not null;
                link = catalog.ParentLink(link.Target!))
            {
                order.Remove(link.Target!);
                order.Insert(0, link.Target!);
                if (!heirs.TryGetValue(link.Target!, out List<SqlText>? keys))
                    heirs.Add(link.Target!, keys = []);
                // All halves of a row have one key.
                keys.Add($"select {catalog.ParentLink(model.Table)!.Columns[0]} from {model.Table}");
            }
        return order.Where(t => models.All(m => m.Table != t)).Select(t => (catalog.ModelOf(t)!, heirs[t].ToArray()));
    }

    // Foreign keys that lead out of these tables have no targets here, and triggers would write the rows anew.
    private void WriteRows(Model[] models)
    {
        Table[] tables = [.. models.SelectMany(m => m.ManyToMany.Select(l => l.Table).Prepend(m.Table)).Distinct()];
        string[] names = [.. tables.Select(t => $"{t.Schema}.{t.Name}")];
        long[] oids = [.. tables.Select(t => (long)t.Oid)];
        (string Table, string Name, string Definition)[] keys = [.. database.Query<(string, string, string)>(
            $"""
            select format('%I.%I', n.nspname, c.relname), format('%I', k.conname), pg_get_constraintdef(k.oid)
            from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
            where k.contype = 'f' and k.conparentid = 0 and c.relkind = 'r' and k.conrelid::int8 = any({oids})
            """, context.Cancellation)];
        foreach ((string table, string name, _) in keys)
            Run($"alter table {SqlText.Raw(table)} drop constraint {SqlText.Raw(name)}");
        foreach (Table table in tables)
            Run($"alter table {table} disable trigger user");
        // The rows of a partitioned table are in its partitions.
        HashSet<string> parts = [.. names, .. database.Query<string>(
            $"""
            select n.nspname || '.' || c.relname from unnest({oids}) root, pg_partition_tree(root::oid::regclass) p
              join pg_class c on c.oid = p.relid join pg_namespace n on n.oid = c.relnamespace
            """, context.Cancellation)];
        // An empty list would take the place of one that is there.
        if (archive.Manifest.LeftOut.FirstOrDefault(l => parts.Contains(l.Contains('.') ? l : $"public.{l}"))
            is { } lacking)
            throw archive.Invalid($"it was made without the rows of {lacking}, and nobody can tell what they were");
        Write([.. archive.Manifest.Tables.Where(t => parts.Contains($"{t.Schema}.{t.Name}") && !IsOfNames(t))]);
        foreach ((string table, string name, string definition) in keys)
            Run($"""
                alter table {SqlText.Raw(table)} add constraint {SqlText.Raw(name)} {SqlText.Raw(definition)}
                  {SqlText.Raw(definition.EndsWith("NOT VALID", StringComparison.Ordinal) ? "" : "not valid")}
                """);
        Run($"analyze");
    }

    private void Write(BackupTable[] tables)
    {
        RowImport rows = new(archive, database, jobs, context) { Tables = tables };
        rows.Write();
        rows.Compare();
    }

    private static string Definition(
        Model[] models, (Model Model, SqlText[] Heirs)[] parents, bool deleteMissing)
    {
        IEnumerable<JsonObject> halves = parents.Select(p => new JsonObject
        {
            ["model"] = $"{p.Model.Label}",
            ["filter"] = new JsonObject
            {
                ["sql"] = string.Join(" or ", p.Heirs.Select(h => $"{p.Model.Key[0].Sql} in ({h})")),
            },
        });
        IEnumerable<JsonObject> whole = models.Select(m => deleteMissing
            ? new JsonObject { ["model"] = $"{m.Label}", ["deleteMissing"] = true }
            : new JsonObject { ["model"] = $"{m.Label}" });
        return new JsonObject
        {
            ["datasets"] = new JsonObject
            {
                [Dataset] = new JsonObject { ["specs"] = new JsonArray([.. halves.Concat(whole)]) },
            },
        }.ToJsonString();
    }

    private void Run(SqlText sql) => database.Run(sql, context.Cancellation);
}
