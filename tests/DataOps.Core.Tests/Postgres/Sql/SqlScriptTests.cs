using DataOps.Core.Postgres.Sql;
using SqlScript = DataOps.Core.Postgres.Sql.SqlScript;

namespace DataOps.Core.Tests.Postgres.Sql;

/// <summary>Scripts as psql splits them, and commands of psql's, which are never run.</summary>
public sealed class SqlScriptTests
{
    [Fact]
    public void Statements_end_at_semicolons_that_are_in_no_text_comment_parenthesis_or_body()
    {
        const string Script = """
            \restrict abc
            -- a comment; with one
            SET x = 'a;b''c;';
            CREATE TABLE "odd;name" (a text DEFAULT E'\';', b int); /* ; /* nested ; */ */
            CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b);
            CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$ begin return 1; end; $body$;
            CREATE OR REPLACE FUNCTION g(a int) RETURNS int BEGIN ATOMIC
              SELECT CASE a WHEN 1 THEN 2 END;
              SELECT 3;
            END;
            CREATE VIEW v AS SELECT $1$ FROM t;;
            ALTER TABLE t ADD c int
            \unrestrict abc
            """;

        IReadOnlyList<SqlStatement> statements = SqlScript.Split(
            "dump.sql", Script.Replace("SELECT $1$ FROM", "SELECT $$;$$ FROM", StringComparison.Ordinal)
                .Replace("c int\n", "c int;\n", StringComparison.Ordinal));

        Assert.Equal([3, 4, 5, 6, 7, 11, 12], statements.Select(s => s.Line));
        Assert.Equal("SET x = 'a;b''c;'", statements[0].Text);
        Assert.EndsWith("END", statements[4].Text, StringComparison.Ordinal);
        Assert.Equal("CREATE VIEW v AS SELECT $$;$$ FROM t", statements[5].Text);
    }

    [Theory]
    [InlineData("select 1;\n\\! rm -rf ~", "line 2: it has the command \\! of psql")]
    [InlineData("\\i other.sql", "line 1: it has the command \\i of psql")]
    [InlineData("\n\\o /tmp/x\n", "line 2: it has the command \\o of psql")]
    [InlineData("\\copy t from program 'id'", "has the command \\copy of psql")]
    [InlineData("select 1 \\g /tmp/x", "has the command \\g of psql")]
    [InlineData("select 1 \\restrict abc", "has the command \\restrict of psql")]
    [InlineData("\\connect shop", "has the command \\connect of psql")]
    [InlineData("COPY public.t (a) FROM stdin;\n1\n\\.\n", "line 1: it holds rows")]
    [InlineData("select 'a", "has a text that does not end")]
    [InlineData("select $a$ $b$", "has a text that does not end")]
    [InlineData("/* /* */", "has a comment that does not end")]
    public void What_is_no_plain_SQL_is_refused_with_its_line(string script, string why)
    {
        DataOpsException refused = Assert.Throws<DataOpsException>(() => SqlScript.Split("dump.sql", script));

        Assert.Equal(ErrorIds.InvalidSqlScript, refused.Id);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }
}
