using DataOps.Core.Django.Migrations;
using DataOps.Core.Postgres.Schemas;
using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Tests.Django.Migrations;

/// <summary>What Django makes of models, where no real Django of this machine can show it.</summary>
public sealed class ModelSchemaTests
{
    [Fact]
    public void Constraints_of_later_versions_are_what_Django_makes_of_them()
    {
        ModelTable order = Table("""
            models.UniqueConstraint(fields=['lot'], name='uniq_lot', nulls_distinct=False),
            models.UniqueConstraint(models.functions.Lower('code'), name='uniq_code'),
            models.CheckConstraint(condition=models.Q(lot__gte=1) & models.Q(is_open=False), name='lot_open'),
            models.CheckConstraint(check=models.Q(code__iexact=models.F('code')), name='opaque'),
            """);

        Assert.True(order.Table.Constraints["uniq_lot"].NullsNotDistinct);
        Assert.Equal(["(LOWER(\"code\"))"], order.Table.Indexes["uniq_code"].Keys);
        Assert.Equal("(\"lot\" >= 1 AND NOT \"is_open\")", order.Table.Constraints["lot_open"].Expression);
        Assert.Equal("the look-up code__iexact", order.Parts["opaque"].Opaque);
        Assert.Null(order.Parts["lot_open"].Opaque);
    }

    [Fact]
    public void A_list_of_many_has_a_table_whose_key_is_of_either_size()
    {
        ModelTable[] tables = [.. Tables("")];

        Assert.Equal(["shop_order", "shop_order_friends", "shop_watch"], tables.Select(t => t.Name));
        Assert.Equal(["id", "from_order_id", "to_order_id"], tables[1].Table.Columns.Keys);
        Assert.Equal(["id", "order_id", "lot_id"], tables[2].Table.Columns.Keys);
        Assert.Equal(["bigint", "integer"], tables[1].Parts["id"].Type!.Types);
    }

    [Fact]
    public void A_name_that_is_too_long_is_cut_as_PostgreSQL_cuts_it()
    {
        string name = new('x', 70);

        ModelTable order = Table($"models.UniqueConstraint(fields=['lot'], name='{name}'),");

        Assert.Contains(name[..63], order.Table.Constraints.Keys);
    }

    [Fact]
    public void What_is_dropped_with_a_column_is_a_ghost_until_the_models_lose_it()
    {
        MigrationHistory history = History.Of(
            ("shop/migrations/0001_initial.py", Order("models.UniqueConstraint(fields=['lot', 'code'], name='u'),")),
            ("shop/migrations/0002_again.py", History.Migration("dependencies = [('shop', '0001_initial')]",
                "operations = [",
                "    migrations.RemoveField('order', 'lot'),",
                "    migrations.AddField('order', 'lot', models.IntegerField(default=1)),",
                "    migrations.RenameModel('Order', 'Purchase'),",
                "]")),
            ("shop/migrations/0003_last.py", History.Migration("dependencies = [('shop', '0002_again')]",
                "operations = [migrations.RemoveConstraint('purchase', 'u')]")));
        GhostHistory After(string migration)
        {
            List<AppliedOperation> trace = [];
            IReadOnlyList<MigrationKey> plan = history.Graph.Plan([new("shop", migration)]);
            Assert.Equal(plan.Count, history.States(plan, [], trace).Count());
            return new(trace, History.FilesOf(), new Dictionary<string, ModelLabel>());
        }

        Ghost ghost = Assert.Single(After("0002_again").Ghosts);
        Assert.Equal(
            (new ModelLabel("shop", "purchase"), "u", "lot", "shop/migrations/0002_again.py:7"),
            (ghost.Model, ghost.Name, ghost.Column, ghost.DroppedBy.Place.ToString()));
        Assert.Empty(After("0003_last").Ghosts);
        Assert.Equal("RemoveConstraint", Assert.Single(After("0003_last").Failures).Operation.Name);
        Assert.Empty(After("0001_initial").Ghosts);
    }

    private static string Order(string constraints) => History.Migration(
        "operations = [",
        "    migrations.CreateModel('Lot', [('id', models.AutoField(primary_key=True))]),",
        "    migrations.CreateModel('Order', [('id', models.AutoField(primary_key=True)),",
        "        ('code', models.CharField(max_length=7)), ('lot', models.IntegerField(null=True)),",
        "        ('is_open', models.BooleanField()), ('friends', models.ManyToManyField('self')),",
        "        ('lots', models.ManyToManyField('shop.Lot', db_table='shop_watch'))],",
        $"        options={{'constraints': [{constraints.ReplaceLineEndings(" ")}]}})]");

    private static ModelTable Table(string constraints) => Tables(constraints)[0];

    private static IReadOnlyList<ModelTable> Tables(string constraints)
    {
        PythonFiles files = History.FilesOf(("shop/migrations/0001_initial.py", Order(constraints)));
        MigrationHistory history = MigrationHistory.Read(
            files, History.FoldersOf(files), new HashSet<MigrationKey>(), new Dictionary<string, ModelLabel>());
        ProjectState state = history.Last();
        return [.. new ModelSchema(state, files, new Dictionary<string, ModelLabel>()).Of(
            state.Models[new("shop", "order")])];
    }
}
