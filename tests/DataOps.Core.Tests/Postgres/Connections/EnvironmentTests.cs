namespace DataOps.Core.Tests.Postgres.Connections;

/// <summary>What comes from the environment: variables, service file, passfile, and which of them wins.</summary>
[Collection(nameof(EnvironmentVariables))]
public sealed class EnvironmentTests(PostgresServer server) : IDisposable
{
    private const string Services = """
        # comment
        [other]
        host=elsewhere

        [site]
        host = db.example.org
        port=5433
        dbname=shop
        user=ann
        password=from=service
        sslmode=require

        [strange]
        flavour=mild
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dataops-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Nothing_given_means_the_pg_variables()
    {
        using EnvironmentVariables set =
            new(("PGHOST", "db"), ("PGPORT", "5433"), ("PGUSER", "ann"), ("PGDATABASE", "site"),
                ("PGSSLMODE", "verify-ca"));
        ConnectionSettings settings = ConnectionSettings.FromEnvironment();

        Assert.Equal(("ann@db:5433/site", "VerifyCA"), (settings.ToString(), settings.SslMode));
    }

    [Fact]
    public void Database_url_comes_before_the_pg_variables_which_fill_its_gaps()
    {
        using EnvironmentVariables set =
            new(("DATABASE_URL", "postgis://ann@db/site?conn_max_age=60"), ("PGHOST", "other"), ("PGPORT", "5433"),
            ("PGDATABASE", "none"));

        Assert.Equal("ann@db:5433/site", ConnectionSettings.FromEnvironment().ToString());
    }

    [Fact]
    public void A_database_url_that_cannot_be_read_is_named()
    {
        using EnvironmentVariables set = new(("DATABASE_URL", "sqlite:///db.sqlite3"));
        DataOpsException failure = Assert.Throws<DataOpsException>(ConnectionSettings.FromEnvironment);

        Assert.Equal("InvalidConnection", failure.Id);
        Assert.Contains("DATABASE_URL", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pg_variables_complete_what_a_text_leaves_open()
    {
        using EnvironmentVariables set = new(
            ("PGHOST", "db"), ("PGUSER", "ann"), ("PGDATABASE", "other"), ("PGHOSTADDR", "10.0.0.7"));

        Assert.Equal("ann@10.0.0.7/site", ConnectionSettings.Parse("site").ToString());
        Assert.Equal("ann@mine/site", ConnectionSettings.Parse("postgres://mine/site").ToString());
    }

    [Fact]
    public void A_pg_variable_that_cannot_be_read_is_named()
    {
        using EnvironmentVariables set = new(("PGPORT", "many"));

        Assert.Contains("port", Assert.Throws<DataOpsException>(() => ConnectionSettings.Parse("site")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("service=site", "ann@db.example.org:5433/shop")]
    [InlineData("postgres://?service=site", "ann@db.example.org:5433/shop")]
    [InlineData("service=site dbname=other port=5434", "ann@db.example.org:5434/other")]
    public void A_service_is_looked_up_and_the_text_wins(string text, string expected)
    {
        using EnvironmentVariables set = new(("PGSERVICEFILE", Write("services", Services)), ("PGHOST", "not-here"));

        Assert.Equal(expected, ConnectionSettings.Parse(text).ToString());
    }

    [Fact]
    public void The_variable_can_name_the_service()
    {
        using EnvironmentVariables set = new(("PGSERVICEFILE", Write("services", Services)), ("PGSERVICE", "site"));
        ConnectionSettings settings = ConnectionSettings.FromEnvironment();

        Assert.Equal(("ann@db.example.org:5433/shop", "Require"), (settings.ToString(), settings.SslMode));
        Assert.Contains("from=service", settings.ConnectionString("DataOps/Test"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_file_in_the_system_folder_is_found()
    {
        Write("pg_service.conf", Services);
        using EnvironmentVariables set = new(("PGSYSCONFDIR", _folder.FullName));

        Assert.Equal("db.example.org", ConnectionSettings.Parse("service=site").Host);
    }

    [Fact]
    public void An_unknown_service_is_named_with_the_file()
    {
        string file = Write("services", Services);
        using EnvironmentVariables set = new(("PGSERVICEFILE", file));
        DataOpsException failure = Assert.Throws<DataOpsException>(() => ConnectionSettings.Parse("service=shop"));

        Assert.Equal(("UnknownService", FailureKind.NotFound), (failure.Id, failure.Kind));
        Assert.Contains("\"shop\"", failure.Message, StringComparison.Ordinal);
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        Assert.Contains("flavour",
            Assert.Throws<DataOpsException>(() => ConnectionSettings.Parse("service=strange")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_npgsql_string_takes_the_role_from_the_variable()
    {
        using EnvironmentVariables set = new(("PGUSER", "ann"));

        Assert.Equal("ann@db/site", ConnectionSettings.Parse("Host=db;Database=site").ToString());
    }

    [Theory]
    [InlineData("PGPASSFILE")]
    [InlineData("passfile")]
    public void The_passfile_has_the_password(string where)
    {
        using ProtectedServer guarded = new(server);
        string file = Write("pgpass",
            $"# comment\nother:*:*:*:no\n127.0.0.1:{guarded.Port}:*:guest:{ProtectedServer.Password.Replace(":", "\\:", StringComparison.Ordinal)}\n");
        using EnvironmentVariables set = where == "PGPASSFILE" ? new((where, file)) : new();
        ConnectionSettings settings =
            ConnectionSettings.Parse($"host=127.0.0.1 port={guarded.Port} user=guest dbname=postgres" +
                (where == "passfile"
            ? $" passfile='{file}'"
            : ""));

        using Session session = Session.Open(settings, "Test");
        Assert.Equal(["guest"], session.List<string>("select current_user::text"));
    }

    [Fact]
    public void The_client_encoding_of_the_environment_changes_nothing()
    {
        using TestDatabase database = server.Blank();
        using EnvironmentVariables set = new(
            ("PGCLIENTENCODING", "LATIN1"), ("PGTZ", "Asia/Tokyo"), ("PGDATESTYLE", "German"));
        using Session session = Session.Open(database.Settings, "Test");

        Assert.Equal(["UTF8 ISO, YMD UTC €"], session.List<string>(
            "select concat_ws(' ', current_setting('client_encoding'), current_setting('datestyle'), " +
                "current_setting('timezone'), chr(8364))"));
    }

    private string Write(string name, string text)
    {
        string file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
