using DataOps.Core.Features.Schema;
using DataOps.Core.Tests.Django.Migrations;
using TestDatabase = DataOps.Core.Tests.Support.Servers.TestDatabase;

namespace DataOps.Core.Tests.Features.Schema;

/// <summary>What migrations will do to rows and locks is said before they are applied.</summary>
public sealed class PendingChangesTests(PostgresServer server) : IDisposable
{
    private const string Sql = """
        create table shop_lot (id integer primary key);
        create table shop_order (id integer primary key, code varchar(9) not null, lot_id integer, price numeric(9,2),
            a integer, b integer, constraint uniq_ab unique (a, b));
        create table django_migrations (id serial primary key, app text, name text, applied timestamptz);
        insert into django_migrations (app, name) values ('shop', '0001_initial');
        insert into shop_lot values (1);
        insert into shop_order values (1, 'x', 1, -1, 1, 1), (2, 'x', 7, null, 1, 2), (3, 'y', null, 5, 2, 2)
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("dataops-pending-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Rows_that_stop_a_migration_are_counted_and_named()
    {
        Assert.Equal("""
            Blocked Column price: 1 row of shop_order have no price, which becomes NOT NULL: 2
            Blocked Unique uniq_code: 2 rows of shop_order share 1 value that uniq_code allows once: x
            Blocked Check price_0: 1 row of shop_order do not pass the check price_0: 1
            Blocked ForeignKey shop_order_lot_id_34c76238_fk_shop_lot_id: 1 row of shop_order refer to rows that shop_lot has not: 2
            """, Find("""
            migrations.AlterField('order', 'price', models.DecimalField(max_digits=9, decimal_places=2)),
            migrations.AddConstraint('order', models.UniqueConstraint(fields=['code'], name='uniq_code')),
            migrations.AddConstraint('order', models.CheckConstraint(check=models.Q(price__gte=0), name='price_0')),
            migrations.AlterField('order', 'lot', models.ForeignKey('shop.lot', models.CASCADE, null=True)),
            """));
    }

    [Fact]
    public void Rows_that_get_a_default_or_that_the_database_renames_stop_nothing()
    {
        Assert.Equal("", Find("""
            migrations.AlterField('order', 'price', models.DecimalField(max_digits=9, decimal_places=2, default=0)),
            migrations.RenameField('order', 'code', 'number'),
            migrations.AlterField('order', 'number', models.CharField(max_length=20)),
            migrations.AddConstraint('order', models.UniqueConstraint(fields=['a', 'b'], name='uniq_ab_2')),
            migrations.RemoveConstraint('order', 'uniq_ab'),
            migrations.CreateModel('Note', [('id', models.AutoField(primary_key=True)),
                ('text', models.CharField(max_length=9, unique=True))]),
            """));
    }

    [Fact]
    public void What_is_lost_written_anew_or_fails_is_said()
    {
        Assert.Equal("""
            Lost Column a: RemoveField drops the column a of shop_order, which has an unknown number of rows
            Ghost Unique uniq_ab: uniq_ab of shop_order is dropped by PostgreSQL together with the column a in shop.0002_next
            Rewrite Column code: AlterField changes code from character varying(9) to integer, and shop_order with an unknown number of rows is written anew
            Fails Index gone: RemoveIndex drops gone, which shop_order does not have
            Lost Table shop_lot: DeleteModel drops the table shop_lot with an unknown number of rows
            """, Find("""
            migrations.RemoveField('order', 'a'),
            migrations.AddField('order', 'a', models.IntegerField(default=1)),
            migrations.AlterField('order', 'code', models.IntegerField()),
            migrations.RemoveIndex('order', 'gone'),
            migrations.RemoveField('order', 'lot'),
            migrations.DeleteModel('Lot'),
            """, "Lost Column lot_id"));
    }

    [Fact]
    public void A_large_table_is_named_where_it_is_locked()
    {
        string locked = Find("""
            migrations.AddIndex('order', models.Index(fields=['code'], name='order_code')),
            migrations.AddConstraint('order', models.CheckConstraint(check=models.Q(a__gte=0), name='a_0')),
            """, sql: "update pg_class set reltuples = 2000000 where relname = 'shop_order'");

        Assert.Equal("""
            Lock Index order_code: AddIndex locks shop_order with about 2,000,000 rows for order_code
            Lock Check a_0: AddConstraint locks shop_order with about 2,000,000 rows for a_0
            """, locked);
    }

    private string Find(string operations, string? except = null, string sql = "select 1")
    {
        using TestDatabase shop = server.Django("shop.order shop.lot", Sql);
        shop.Execute(sql);
        Write("0001_initial", "", """
            migrations.CreateModel('Lot', [('id', models.IntegerField(primary_key=True))]),
            migrations.CreateModel('Order', [('id', models.IntegerField(primary_key=True)),
                ('code', models.CharField(max_length=9)),
                ('lot', models.ForeignKey('shop.lot', models.CASCADE, null=True, db_constraint=False, db_index=False)),
                ('price', models.DecimalField(max_digits=9, decimal_places=2, null=True)),
                ('a', models.IntegerField(null=True)), ('b', models.IntegerField(null=True))],
                options={'indexes': [models.Index(fields=['b'], name='gone')],
                    'constraints': [models.UniqueConstraint(fields=['a', 'b'], name='uniq_ab')]}),
            """);
        Write("0002_next", "('shop', '0001_initial')", operations);
        return string.Join('\n', shop.Run(new CompareSchema(), new() { MigrationPath = [_folder], Pending = true })
            .Select(d => $"{d.Class} {d.Kind} {d.Name}: {d.Problem.Split(" (")[0]}")
            .Where(d => except is null || !d.StartsWith(except, StringComparison.Ordinal)));
    }

    private void Write(string name, string dependency, string operations)
    {
        string folder = Path.Combine(_folder, "shop", "migrations");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(_folder, "shop", "__init__.py"), "");
        File.WriteAllText(Path.Combine(folder, "__init__.py"), "");
        File.WriteAllText(Path.Combine(folder, $"{name}.py"), History.Migration(
            $"dependencies = [{dependency}]", $"operations = [\n{operations}\n]"));
    }
}
