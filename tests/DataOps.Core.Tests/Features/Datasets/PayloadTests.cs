using System.Text.Json.Nodes;
using DataOps.Core.Features.Databases;
using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Pages;
using DataOps.Core.Features.Sites;
using DataOps.Core.Features.Trees;

namespace DataOps.Core.Tests.Features.Datasets;

/// <summary>
/// Texts that would be SQL where they are taken for it, in every option, value and name: they are values and names, and
/// nothing else happens.
/// </summary>
public sealed class PayloadTests(PostgresServer server, ITestOutputHelper output) : IDisposable
{
    private static readonly string[] s_pieces =
    [
        "'", "\"", "\\", ";", "--", "/*", "*/", "$$", "$1", ":p0", "@p0", "{0}", "%s", "%", "_", "\n", "\t", " ", "(", ")", ",", "=", ".",
        "'; drop table auth_group; --", "\"; drop table auth_group; --", "'); delete from auth_group; --", "' or '1'='1",
        "$$; truncate auth_group cascade; $$", "\\'; drop table auth_group; --", "E'\\x27'", "null", "default", "pg_sleep(9)",
        "\u001b[31m", "\u202e", "é", "漢", "\ud83d\ude00", "*", "?", "[", "]", "public", "auth_group", "id", "1", "0",
    ];

    private readonly ImportFiles _files = new();
    private readonly ChangeFiles _undo = new();

    public void Dispose()
    {
        _files.Dispose();
        _undo.Dispose();
    }

    [Fact]
    public void No_option_and_no_value_is_ever_taken_for_SQL()
    {
        Random random = Seeded();
        using TestDatabase site = server.CopyOf(Site.Sample);
        IReadOnlyDictionary<string, string> before = site.Digest();
        Action<string>[] uses =
        [
            p => site.Run(new FindOrphan(), new() { Reference = [p] }),
            p => site.Run(new FindOrphan(), new() { Table = [p], SoftReference = [$"auth_group.id={p}", $"{p}.id=auth_group"] }),
            p => site.Run(new GetReference(), new() { Table = [p] }),
            p => site.Run(new GetModel(), new() { Model = [p] }),
            p => site.Run(new GetPage(), new() { UrlPath = [p], Type = [p] }),
            p => site.Run(new TestTree(), new() { Table = [p], Alphabet = p }),
            p => site.Run(new DataOps.Core.Features.Audits.TestDatabase(), new() { LiveModel = [p], SoftReference = [p] }),
            p => site.Run(new ExportDataset(), new()
            {
                Path = _undo.New() + ".json",
                Definition = $$$"""
                    {"specs": [{"model": "auth.group", "filter": {"name": {{{JsonValue.Create(p).ToJsonString()}}}, "name__icontains": {{{JsonValue.Create(p).ToJsonString()}}}}}]}
                    """,
            }),
            p => site.Run(new ExportDataset(), new() { Path = _undo.New() + ".json", NaturalKey = [$"auth.group={p}"] }),
            p => site.Run(new RepairOrphan(), new() { Table = [p], Action = OrphanAction.Repoint, To = p, WhatIf = true }),
            p => site.Run(new MovePage(), new() { Id = [12], To = p, WhatIf = true }),
            p => site.Run(new SetSite(), new() { HostName = p, SiteName = p, WhatIf = true }),
            p => site.Run(new ImportDataset(), new()
            {
                Path = _files.Json(new JsonArray(new JsonObject
                {
                    ["model"] = p, ["pk"] = p, ["fields"] = new JsonObject { [p] = p },
                }).ToJsonString()),
                UndoPath = _undo.New(), NaturalKey = [p], TimeZone = p,
            }),
            p => site.Run(new ImportDataset(), new()
            {
                Path = _files.Json(new JsonArray(new JsonObject
                {
                    ["model"] = "auth.group", ["pk"] = 1, ["fields"] = new JsonObject { [p] = p, ["name"] = p },
                }).ToJsonString()),
                WhatIf = true,
            }),
        ];
        for (int round = 0; round < Rounds.Of(42); round++)
        {
            string payload = string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(
                _ => s_pieces[random.Next(s_pieces.Length)]));
            Try(() => uses[round % uses.Length](payload), $"use {round % uses.Length}, {payload}");
        }
        Assert.Equal(before, site.Digest());
    }

    [Fact, Trait("Day", "1")]
    public void Names_of_tables_and_columns_are_names_whatever_they_hold()
    {
        Random random = Seeded();
        for (int round = 0; round < Rounds.Of(3); round++)
        {
            string Name() => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(
                _ => s_pieces[random.Next(s_pieces.Length)])).Replace("漢", "h", StringComparison.Ordinal);
            (string table, string column, string other) = ("shop_" + Name(), "a" + Name(), "b" + Name());
            string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
            string model = table["shop_".Length..].ToLowerInvariant();
            using TestDatabase site = server.CopyOf(Site.SampleEmpty);
            site.Execute($"""
                create table {Quoted(table)} (id serial primary key, {Quoted(column)} text, {Quoted(other)} int references {Quoted(table)});
                insert into {Quoted(table)} ({Quoted(column)}, {Quoted(other)}) values ($v${column}$v$, 1);
                insert into django_content_type (app_label, model) values ('shop', $v${model}$v$)
                """);
            IReadOnlyDictionary<string, string> before = site.Digest();
            string what = $"{table} | {column} | {other}";
            site.Run(new DataOps.Core.Features.Audits.TestDatabase(), new());
            string file = _files.Path($"n{round}.json");
            string undo = _undo.New();
            // A name with a dot in it is no model's.
            if (Try(() => site.Run(new ExportDataset(), new() { Path = file }), what)
                && Try(() => site.Run(new ImportDataset(), new() { Path = file, UndoPath = undo }), what)
                && File.Exists(undo))
                ChangeFiles.Undo(site, undo);
            Assert.Equal(before, site.Digest());
            site.Execute($"set session_replication_role = replica; update {Quoted(table)} set {Quoted(other)} = 77; reset session_replication_role");
            Assert.Contains(site.Run(new FindOrphan(), new()), f => f.Table!.Contains(table, StringComparison.Ordinal));
            Try(() => site.Run(new RepairOrphan(), new() { Action = OrphanAction.SetNull, UndoPath = _undo.New() }), what);
            Assert.Equal(0L, site.Scalar<long>($"select count(*) from {Quoted(table)} where {Quoted(other)} is not null"));
        }
    }

    private Random Seeded()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("DATAOPS_SEED"), out int given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"DATAOPS_SEED={seed}");
        return new Random(seed);
    }

    // Done, or refused in words.
    private static bool Try(Action action, string what)
    {
        try
        {
            action();
            return true;
        }
        catch (DataOpsException e)
        {
            Assert.False(e.Id.StartsWith("Postgres.42", StringComparison.Ordinal), $"{what}: {e.Message}");
            return false;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what}: {e.GetType()} {e.Message}", e);
        }
    }
}
