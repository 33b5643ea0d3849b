using DataOps.Core.Django.Models;
using DataOps.Core.Postgres.Catalog;
using DataOps.Core.Postgres.Connections;
using DataOps.Core.Postgres.Sql;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>The rows that natural keys mean, in the file and in the database.</summary>
internal sealed class NaturalTargets(
    Session session, FixtureModels models, NaturalKeys keys, OnMissingReference choice, ImportProblems problems, CancellationToken cancellation)
{
    private readonly MissingTargets _missing = new(session, models, problems, cancellation);

    /// <summary>The tables to which a table's rows refer by natural keys.</summary>
    public static IEnumerable<Table> Of(StagingTable table) => Columns(table).Select(c => c.Column.Reference!.Target!);

    /// <summary>Makes the table of what a table's natural keys mean, and settles those that mean nothing.</summary>
    /// <remarks>The file's row goes before one that has the same natural key here: the file means its own.</remarks>
    /// <returns>What is known with that.</returns>
    public KnownIds Fill(KnownIds ids, Table table)
    {
        NaturalKeySql sql = new(keys.Of(table)!, t => Merged(ids, t));
        (StagingTable Table, StagingColumn Column, string Staged)[] referring =
            [.. ids.Tables.SelectMany(t => Columns(t).Where(c => c.Column.Reference!.Target == table).Select(c => (t, c.Column, c.Staged)))];
        string pk = SqlText.Identifier(referring[0].Column.Reference!.TargetColumns[0].Name);
        string name = KnownIds.KeysOf(table);
        TemporaryTable.Create(session, name, $"""
            select distinct on (key) key, pk, count(*) over (partition by key, in_file) as rows
            from (select t.{pk} as pk, t._row is not null as in_file, {sql.Texts()} as key from {Merged(ids, table)} t{sql.Joins}) x
            where key is not null order by key, in_file desc
            """, cancellation);
        Execute($"alter table {name} add primary key (key)");
        ids = ids with { WithKeys = ids.WithKeys.Add(table.Oid) };
        foreach ((StagingTable from, StagingColumn column, string staged) in referring)
        {
            ids = Settle(ids, from, column, staged);
            RequireOneMeaning(from, column, staged, models.LabelOf(table));
        }
        return ids;
    }

    /// <summary>A table's rows as they will be; those of a tree are told by their path, as long as they have no key.</summary>
    public string Merged(KnownIds ids, Table table) => ids.Merged(table, keys.Of(table)?.Parts.Select(p => p.AlongTree).FirstOrDefault(p => p is not null));

    private KnownIds Settle(KnownIds ids, StagingTable from, StagingColumn column, string staged)
    {
        string meaning = KnownIds.KeysOf(column.Reference!.Target!);
        string isMissing = $"r.{column.NaturalSql} is not null and not exists (select 1 from {meaning} k where k.key = r.{column.NaturalSql})";
        bool isEntry = staged != from.Buffer.Table;
        if (isEntry && choice is OnMissingReference.SkipRow or OnMissingReference.Null)
            Execute($"delete from {staged} r where {isMissing}");
        else if (choice == OnMissingReference.SkipRow)
            return ids.LeaveOut(session, from, $"select r._row from {staged} r where {isMissing}", cancellation);
        else if (choice == OnMissingReference.Null && !column.Column.NotNull)
            Execute($"update {staged} r set {column.NaturalSql} = null where {isMissing}");
        else
        {
            string key = isEntry || from.Keys.Count != 1 ? "''" : $"coalesce(r.{from.Keys[0].Sql}::text, '')";
            string[] shown = [key, $"array_to_json(r.{column.NaturalSql})"];
            _missing.Add(from, column.Field, column.Reference.Target!, "r._line", shown, $"from {staged} r where {isMissing}");
        }
        return ids;
    }

    private void RequireOneMeaning(StagingTable from, StagingColumn column, string staged, string label)
    {
        string meaning = $"from {staged} r join {KnownIds.KeysOf(column.Reference!.Target!)} k on k.key = r.{column.NaturalSql} where k.rows > 1";
        new ProblemRows(session, problems, cancellation).Add("r._line", [$"array_to_json(r.{column.NaturalSql})", "k.rows"], meaning, r => new(
            "AmbiguousKey", "natural keys in {0} mean more than one row", "Change all but one of those rows, or load a file with plain keys.",
            from.Model.Label, "", column.Field, $"-> {label} {r[0]} means {r[1]} rows"));
    }

    private static IEnumerable<(StagingColumn Column, string Staged)> Columns(StagingTable table) => table.Keys.Concat(table.Columns)
        .Select(c => (c, table.Buffer.Table))
        .Concat(table.Lists.Select(l => (l.Target, l.Buffer.Table)))
        .Where(c => c.Item1.HasNatural);

    private void Execute(string sql) => session.Execute(sql, cancellation);
}
