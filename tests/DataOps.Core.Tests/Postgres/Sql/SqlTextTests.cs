using System.Reflection;
using Npgsql;

namespace DataOps.Core.Tests.Postgres.Sql;

public sealed class SqlTextTests(PostgresServer server)
{
    private static readonly string[] s_texts = ["a\"b", "c'd", ""];
    private static readonly int[] s_integers = [1, -2];
    private static readonly long[] s_longs = [1, -2];

    [Fact]
    public void Names_are_quoted_and_values_are_parameters()
    {
        using TestDatabase database = server.Blank();
        database.Execute("create schema \"My\"; create table \"My\".\"a\"\"b\" (\"Id\" int primary key, note text)");
        Table table = DatabaseCatalog.Read(database.Session).Find("My", "a\"b")!;
        Alias t = "t";
        SqlText sql =
            $"select {table.Columns} from {table} {t} where {table.Find("Id")!.In(t)} = {7} and " +
                $"{table.Find("note")!} = {SqlText.Value("x'y")}";
        (string text, IReadOnlyList<NpgsqlParameter> parameters) = sql.WithParameters();

        Assert.Equal("select \"Id\", \"note\" from \"My\".\"a\"\"b\" t where t.\"Id\" = @p1 and \"note\" = @p2", text);
        Assert.Equal([7, "x'y"], parameters.Select(p => p.Value));
        Assert.Equal(
            "select \"Id\", \"note\" from \"My\".\"a\"\"b\" t where t.\"Id\" = cast(7 as integer) and \"note\" = " +
                "cast('x''y' as text)", sql.ToString());
    }

    [Fact]
    public void A_piece_that_stands_twice_has_its_parameter_once()
    {
        SqlText piece = $"length({SqlText.Value("abc")})";
        SqlText sql = $"select {piece}, {piece}, {1} group by {piece}";
        (string text, IReadOnlyList<NpgsqlParameter> parameters) = sql.WithParameters();

        Assert.Equal("select length(@p1), length(@p1), @p2 group by length(@p1)", text);
        Assert.Equal(["abc", 1], parameters.Select(p => p.Value));
    }

    [Fact]
    public void Pieces_are_joined_with_their_values()
    {
        SqlText sql = SqlText.Join(" or ", [$"a = {1}", $"b", $"c = {SqlText.Empty}{2}"]);

        Assert.Equal("a = @p1 or b or c = @p2", sql.WithParameters().Text);
        Assert.True(SqlText.Join(" or ", []).IsEmpty);
        Assert.Equal("", SqlText.Empty.ToString());
    }

    [Fact]
    public void A_bare_string_does_not_compile()
    {
        MethodInfo[] holes = [.. typeof(SqlText).GetMethods().Where(m => m.Name == nameof(SqlText.AppendFormatted))];
        Type[] taken =
            [.. holes.Where(m => m.GetCustomAttribute<ObsoleteAttribute>() is not { IsError: true }).Select(
                m => m.GetParameters().Single().ParameterType)];

        Assert.Contains(typeof(int), taken);
        Assert.DoesNotContain(holes, m => m.IsGenericMethod);
        Assert.DoesNotContain(taken, t => t.IsAssignableFrom(typeof(string)));
        Assert.Contains(holes, m => m.GetParameters().Single().ParameterType == typeof(string));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("it's")]
    [InlineData("back\\slash'; drop table x; --")]
    [InlineData("E'\\'' @p1 :x $1 $$ \n\t\u00e9\U0001F600")]
    [InlineData("")]
    public void A_text_is_the_same_as_a_parameter_as_a_literal_and_in_a_name(string text)
    {
        using TestDatabase database = server.Blank();
        SqlText sql = $"select {SqlText.Value(text)}";
        foreach (string conforming in (string[])["on", "off"])
        {
            database.Session.Run(
                $"select set_config('standard_conforming_strings', {SqlText.Value(conforming)}, false)");
            Assert.Equal([text], database.Session.Query<string>(sql));
            Assert.Equal([text], database.Session.Query<string>(SqlText.Raw(sql.ToString())));
            Assert.Equal([text], database.Session.Query<string>($"select {SqlText.Literal(text)}"));
        }
        if (text.Length > 0)
            Assert.Equal([text],
                database.Session.Read(
                    $"select 1 as {SqlText.Identifier(text)}", r => r.GetName(0), CancellationToken.None));
    }

    [Fact]
    public void Each_kind_of_value_has_its_type_as_a_parameter_and_as_a_literal()
    {
        using TestDatabase database = server.Blank();
        (SqlText Value, string Type, string Text)[] kinds =
        [
            ($"{-5}", "integer", "-5"), ($"{long.MinValue}", "bigint", "-9223372036854775808"),
            ($"{uint.MaxValue}", "oid", "4294967295"),
            ($"{true}", "boolean", "true"), (SqlText.Value("a"), "text", "a"), (SqlText.Value(null), "text", "none"),
            ($"{s_texts}", "text[]", "{\"a\\\"b\",c'd,\"\"}"), ($"{Array.Empty<string>()}", "text[]", "{}"),
            ($"{s_integers}", "integer[]", "{1,-2}"), ($"{s_longs}", "bigint[]", "{1,-2}"),
        ];
        foreach ((SqlText value, string type, string text) in kinds)
        {
            SqlText sql = $"select pg_typeof({value})::text || ' ' || coalesce(({value})::text, 'none')";
            Assert.Equal([$"{type} {text}"], database.Session.Query<string>(sql));
            Assert.Equal([$"{type} {text}"], database.Session.Query<string>(SqlText.Raw(sql.ToString())));
        }
    }

    [Fact]
    public void Statements_with_semicolons_between_them_take_values_too()
    {
        using TestDatabase database = server.Blank();
        database.Session.Run(
            $"create table public.t (a int); insert into public.t values ({1}), ({2}); insert into public.t values " +
                $"({3})");

        Assert.Equal([1, 2, 3], database.Session.Query<int>($"select a from public.t order by a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    public void A_name_that_PostgreSQL_cannot_have_is_refused(string name) =>
    Assert.Throws<ArgumentException>(() => SqlText.Identifier(name));

    [Fact]
    public void A_NUL_is_refused_where_it_would_be_taken_for_a_value()
    {
        Assert.Throws<ArgumentException>(() => SqlText.Raw("a\0b"));
        Assert.Throws<ArgumentException>(() => SqlText.Literal("a\0b"));
        Assert.Throws<ArgumentException>(() => SqlText.Value("a\0b").ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1a")]
    [InlineData("A")]
    [InlineData("a b")]
    [InlineData("a;b")]
    [InlineData("\"a\"")]
    public void A_name_that_needs_quotes_is_no_alias(string name)
    {
        Assert.Throws<ArgumentException>(() => new Alias(name));
    }
}
