using DataOps.Core.Django.Migrations;
using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Tests.Django.Migrations;

/// <summary>The types that PostgreSQL's catalogue has of columns that Django made.</summary>
public sealed class ColumnTypesTests
{
    private const string Fields = """
        from django.contrib.postgres.fields import ArrayField
        import django.contrib.gis.db.models.fields
        import wagtail.fields
        import shop.fields
        import elsewhere.fields

        """;

    [Theory]
    [InlineData("models.CharField(max_length=80)", "character varying(80)")]
    [InlineData("models.CharField()", "character varying")]
    [InlineData("models.SlugField()", "character varying(50)")]
    [InlineData("models.EmailField(max_length=75)", "character varying(75)")]
    [InlineData("models.DecimalField(max_digits=12, decimal_places=2)", "numeric(12,2)")]
    [InlineData("models.DateTimeField(auto_now=True)", "timestamp with time zone")]
    [InlineData("ArrayField(ArrayField(models.CharField(max_length=9), size=3))", "character varying(9)[]")]
    [InlineData("models.ForeignKey('shop.lot', models.CASCADE)", "uuid")]
    [InlineData("models.OneToOneField('shop.lot', models.CASCADE, to_field='code')", "character varying(7)")]
    [InlineData("models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)", "bigint")]
    [InlineData("models.ForeignKey('shop.special', models.CASCADE)", "uuid")]
    [InlineData("wagtail.fields.StreamField([])", "jsonb|text")]
    [InlineData("wagtail.fields.StreamField([], use_json_field=True)", "jsonb")]
    [InlineData("django.contrib.gis.db.models.fields.PointField(srid=25832, dim=3)", "geometry(PointZ,25832)")]
    [InlineData("shop.fields.Money()", "numeric(19,4)")]
    [InlineData("shop.fields.Flag()", "smallint")]
    [InlineData("shop.fields.Title()", "character varying")]
    [InlineData("shop.fields.Clever()", "")]
    [InlineData("elsewhere.fields.Thing()", "")]
    [InlineData("models.GeneratedField(expression='a', output_field=models.IntegerField(), db_persist=True)", "integer")]
    public void A_field_has_the_type_of_its_class(string field, string types)
    {
        ColumnType type = Of(field);

        Assert.Equal(types, string.Join('|', type.Types));
        Assert.Equal(types.Length == 0, type.Why is not null);
    }

    [Fact]
    public void Keys_are_made_by_the_database_and_positive_numbers_are_checked()
    {
        Assert.True(Of("models.BigAutoField(primary_key=True)") is { IsAuto: true, IsPositive: false });
        Assert.True(Of("models.PositiveSmallIntegerField()") is { IsAuto: false, IsPositive: true });
        Assert.False(Of("models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)").IsAuto);
    }

    [Fact]
    public void A_type_is_compared_without_its_schema_and_of_any_length_where_code_gives_it()
    {
        Assert.True(Of("shop.fields.Title()").Is("character varying(120)"));
        Assert.False(Of("models.CharField(max_length=80)").Is("character varying(120)"));
        Assert.True(Of("django.contrib.postgres.fields.citext.CITextField()").Is("extensions.citext"));
        Assert.True(Of("models.DecimalField(max_digits=12, decimal_places=2)").Is("numeric(12,2)"));
    }

    private static ColumnType Of(string field)
    {
        PythonFiles files = History.FilesOf(
            ("shop/__init__.py", ""), ("shop/migrations/__init__.py", ""),
            ("shop/fields.py", """
                from django.db import models

                class Money(models.Field):
                    def db_type(self, connection):
                        "The column."
                        return "decimal(19, 4)"

                class Flag(models.Field):
                    def get_internal_type(self):
                        return "SmallIntegerField"

                class Title(models.CharField):
                    pass

                class Clever(models.TextField):
                    def db_type(self, connection):
                        return choose(connection)
                """),
            ("shop/migrations/0001_initial.py", Fields + History.Migration(
                "operations = [",
                "    migrations.CreateModel('Lot', [('id', models.UUIDField(primary_key=True)),",
                "        ('code', models.CharField(max_length=7, unique=True))]),",
                "    migrations.CreateModel('Special', [], options={'proxy': True}, bases=('shop.lot',)),",
                "    migrations.CreateModel('Person', [('id', models.BigAutoField(primary_key=True))]),",
                $"    migrations.CreateModel('Order', [('it', {field})])]")));
        MigrationHistory history = MigrationHistory.Read(
            files, History.FoldersOf(files), new HashSet<MigrationKey>(), new Dictionary<string, ModelLabel>());
        ProjectState state = history.Last();
        ModelState order = state.Models[new("shop", "order")];
        ColumnTypes types = new(
            state, files, new Dictionary<string, ModelLabel> { ["AUTH_USER_MODEL"] = new("shop", "person") });
        return types.Of(order, order.Find("it")!);
    }
}
