using DataOps.Core.Features.Orphans;

namespace DataOps.Core.Tests.Features.Orphans;

/// <summary>
/// Random foreign keys, random orphans, random actions: what becomes of the rows is what a plain calculation says, and
/// undoing gives them back.
/// </summary>
[Trait("Day", "2")]
public sealed class RepairPropertyTests(PostgresServer server, ITestOutputHelper output) : IDisposable
{
    private static readonly OrphanAction[] s_actions =
        [OrphanAction.SetNull, OrphanAction.Delete, OrphanAction.Repoint, OrphanAction.Quarantine,
            OrphanAction.RecreateParent];

    private readonly ChangeFiles _files = new();

    public void Dispose() => _files.Dispose();

    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5, 6, 14934241, Environment.TickCount & 0xffffff];

    [Theory, MemberData(nameof(Seeds))]
    public void Rows_are_what_they_should_be_and_come_back(int seed)
    {
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        using TestDatabase database = server.Blank();
        Graph graph = Graph.Make(random);
        database.Execute(graph.Sql);
        Damage damage = new(database);
        for (int round = 0; round < 6; round++)
        {
            Graph.Key key = graph.Keys[random.Next(graph.Keys.Count)];
            OrphanAction action = s_actions.Where(a => a != OrphanAction.SetNull || key.Nullable).OrderBy(
                _ => random.Next()).First();
            string? to = action == OrphanAction.Repoint
                ? graph.Rows[key.Target].Keys.Order().Cast<int?>().FirstOrDefault()?.ToString()
                : null;
            // A placeholder's own references are to row 1.
            if ((action == OrphanAction.Repoint && to is null)
                || (action == OrphanAction.RecreateParent && !graph.HasDefaults(key.Target)))
                continue;
            output.WriteLine($"{action} {key} {to}");
            IReadOnlyDictionary<string, string> before = database.Digest("dataops_quarantine");
            bool piped = random.Next(2) == 0;
            IReadOnlyList<OrphanInput>? input = piped ? damage.Input(new() { Reference = [key.Name] }) : null;

            RepairOrphanResult result = damage.Repair(new()
            {
                InputObject = input, Reference = [key.Name], Action = action, To = to,
                OnDependent = OnDependent.CascadeAll, UndoPath = _files.New(),
            });

            if (result.UndoPath is { } path && random.Next(2) == 0)
            {
                ChangeFiles.Undo(database, path);
                Assert.Equal(before, database.Digest("dataops_quarantine"));
                continue;
            }
            graph.Repair(key, action, to);
            foreach (string table in graph.Rows.Keys)
                Assert.Equal(graph.Text(table), graph.Now(database, table));
            Assert.DoesNotContain(damage.Find(new()), o => o.Reference == key.Name);
        }
    }

    /// <summary>Tables, foreign keys and rows, in the database and beside it.</summary>
    private sealed class Graph
    {
        public sealed record Key(string Name, string Table, string Column, string Target, bool Nullable);

        public List<Key> Keys { get; } = [];

        public SortedDictionary<string, SortedDictionary<int, Dictionary<string, int?>>> Rows { get; } = [];

        public string Sql { get; private set; } = "";

        public static Graph Make(Random random)
        {
            Graph graph = new();
            string[] tables = [.. Enumerable.Range(0, random.Next(2, 6)).Select(i => $"t{i}")];
            foreach (string table in tables)
                for (int i = 0; i < random.Next(1, 4); i++)
                {
                    string column = $"c{i}_id";
                    graph.Keys.Add(
                        new Key($"{table}_{column}_fk", table, column, tables[random.Next(tables.Length)],
                            random.Next(2) == 0));
                }
            foreach (string table in tables)
            {
                SortedDictionary<int, Dictionary<string, int?>> rows = graph.Rows[table] = [];
                for (int id = 1; id <= 30; id++)
                    if (random.Next(4) > 0)
                        rows[id] = graph.Keys.Where(k => k.Table == table)
                            .ToDictionary(k => k.Column,
                                k => k.Nullable && random.Next(3) == 0 ? null : (int?)random.Next(1, 31));
            }
            // Defaults let a placeholder be made anywhere.
            graph.Sql = string.Join(";\n", (string[])[
                .. tables.Select(graph.Create),
                .. graph.Keys.Select(k =>
                    $"alter table {k.Table} add constraint {k.Name} foreign key ({k.Column}) references " +
                    $"{k.Target} deferrable initially deferred"),
                "set session_replication_role = replica",
                .. graph.Rows.SelectMany(t => t.Value.Select(r => Insert(t.Key, r.Key, r.Value))),
                .. tables.Select(t => $"insert into {t} (id) values (1) on conflict do nothing"),
            ]);
            foreach (string table in tables)
                graph.Rows[table].TryAdd(1,
                    graph.Keys.Where(k => k.Table == table).ToDictionary(
                        k => k.Column, k => k.Nullable ? null : (int?)1));
            return graph;
        }

        public bool HasDefaults(string table) =>
            Keys.Where(k => k.Table == table && !k.Nullable).All(k => Rows[k.Target].ContainsKey(1));

        public IEnumerable<string> Now(TestDatabase database, string table)
        {
            string columns = string.Concat(
                Keys.Where(k => k.Table == table).Select(k => $", coalesce(r.{k.Column}::text, '-')"));
            return database.Column($"select concat_ws(',', r.id{columns}) from {table} r order by r.id").Select(
                r => r!);
        }

        private string Create(string table)
        {
            string columns =
                string.Concat(Keys.Where(k => k.Table == table).Select(
                    k => $", {k.Column} int {(k.Nullable ? "" : "not null default 1")}"));
            return $"create table {table} (id int primary key{columns})";
        }

        private static string Insert(string table, int id, Dictionary<string, int?> row)
        {
            string columns = string.Concat(row.Keys.Select(c => ", " + c));
            string values = string.Concat(row.Values.Select(v => ", " + (v?.ToString() ?? "null")));
            return $"insert into {table} (id{columns}) values ({id}{values})";
        }

        public IEnumerable<string> Text(string table) => Rows[table]
            .Select(r => string.Join(',', r.Value.Values.Select(v => v?.ToString() ?? "-").Prepend(r.Key.ToString())));

        public void Repair(Key key, OrphanAction action, string? to)
        {
            int[] orphans =
                [.. Rows[key.Table].Where(r => r.Value[key.Column] is { } v && !Rows[key.Target].ContainsKey(v)).Select(
                    r => r.Key)];
            if (action is OrphanAction.Delete or OrphanAction.Quarantine)
                Delete(key.Table, orphans);
            else if (action == OrphanAction.RecreateParent)
                foreach (int id in orphans.Select(o => Rows[key.Table][o][key.Column]!.Value).Distinct().ToArray())
                    Rows[key.Target][id] = Keys.Where(k => k.Table == key.Target).ToDictionary(
                        k => k.Column, k => k.Nullable ? null : (int?)1);
            else
                foreach (int id in orphans)
                    Rows[key.Table][id][key.Column] = to is null ? null : int.Parse(to);
        }

        // Nothing is known of these tables, and -OnDependent says that what depends goes too.
        private void Delete(string table, int[] ids)
        {
            HashSet<(string Table, int Id)> gone = [.. ids.Select(i => (table, i))];
            for (int before = -1; before != gone.Count;)
            {
                before = gone.Count;
                foreach (Key key in Keys)
                    gone.UnionWith(Rows[key.Table]
                        .Where(r => r.Value[key.Column] is { } v && gone.Contains((key.Target, v))
                            && Rows[key.Target].ContainsKey(v))
                        .Select(r => (key.Table, r.Key)));
            }
            foreach ((string of, int id) in gone)
                Rows[of].Remove(id);
        }
    }
}
