using Npgsql;

namespace DataOps.Core.Tests.Postgres.Connections;

/// <summary>Every way in which people write down a connection. None of these tests connects.</summary>
[Collection(nameof(EnvironmentVariables))]
public sealed class ConnectionTextTests : IDisposable
{
    private readonly EnvironmentVariables _none = new();

    public void Dispose() => _none.Dispose();

    [Theory]
    [InlineData("postgres://ann@db.example.org:5433/site", "ann", "db.example.org", 5433, "site")]
    [InlineData("postgresql://ann:pw@db.example.org/site", "ann", "db.example.org", 5432, "site")]
    [InlineData("POSTGRES://ann@db/site", "ann", "db", 5432, "site")]
    [InlineData("  postgres://ann@db/site\n", "ann", "db", 5432, "site")]
    [InlineData("postgres://ann%40corp:p%2Fw%3A%25@db/my%20site", "ann@corp", "db", 5432, "my site")]
    [InlineData("postgres://ann:p%40w@db/site", "ann", "db", 5432, "site")]
    [InlineData("postgres://ann@[2001:db8::1]:5433/site", "ann", "2001:db8::1", 5433, "site")]
    [InlineData("postgres://ann@[::1]/site", "ann", "::1", 5432, "site")]
    [InlineData("postgres://ann@%2Fvar%2Frun%2Fpostgresql/site", "ann", "/var/run/postgresql", 5432, "site")]
    [InlineData("postgres:///site?host=/srv/pg%20sockets&user=ann&port=5499", "ann", "/srv/pg sockets", 5499, "site")]
    [InlineData("postgres://ann@db", "ann", "db", 5432, "ann")]
    [InlineData("postgres://ann@db/?dbname=site", "ann", "db", 5432, "site")]
    [InlineData("postgis://ann:pw@db/site?conn_max_age=600&conn_health_checks=true", "ann", "db", 5432, "site")]
    [InlineData("psql://ann:pw@db/site?CONN_MAX_AGE=600&ATOMIC_REQUESTS=True", "ann", "db", 5432, "site")]
    [InlineData("pgsql://ann@db/site?ssl_require=true", "ann", "db", 5432, "site")]
    [InlineData("timescale://ann@db/site?pool=true&server_side_binding=true&disable_server_side_cursors=true", "ann",
        "db", 5432, "site")]
    [InlineData("host=db port=5433 dbname=site user=ann", "ann", "db", 5433, "site")]
    [InlineData(" host = db\n port = 5433  dbname = 'my site' user='o\\'ann\\\\x' password='a b;c=d' ", "o'ann\\x",
        "db", 5433, "my site")]
    [InlineData("host=db dbname=site user=ann password=a;b=c", "ann", "db", 5432, "site")]
    [InlineData("hostaddr=10.0.0.7 host=db dbname=site user=ann", "ann", "10.0.0.7", 5432, "site")]
    [InlineData("dbname=site user=ann host=/tmp", "ann", "/tmp", 5432, "site")]
    [InlineData("dbname='postgres://ann@db/site'", "ann", "db", 5432, "site")]
    [InlineData("Host=db;Port=5433;Username=ann;Password=\"a;b\";Database=site", "ann", "db", 5433, "site")]
    [InlineData("Server=db;User Id=ann;Database=my site;Include Error Detail=true", "ann", "db", 5432, "my site")]
    [InlineData("Host=db;Username=ann", "ann", "db", 5432, "ann")]
    [InlineData("Host=/tmp;Username=ann;Database=site", "ann", "/tmp", 5432, "site")]
    public void A_connection_is_read_as_it_was_meant(string text, string user, string host, int port, string database)
    {
        ConnectionSettings settings = ConnectionSettings.Parse(text);

        Assert.Equal(
            (user, host, port, database), (settings.Username, settings.Host, settings.Port, settings.Database));
    }

    [Theory]
    [InlineData("postgres://ann:p%40ss%2Fword@db/site", "p@ss/word")]
    [InlineData("postgres://ann:a+b@db/site", "a+b")]
    [InlineData("postgres://ann:a:b@db/site", "a:b")]
    [InlineData("postgres://ann:a@b@db/site", "a@b")]
    [InlineData("postgres://ann@db/site?password=s%26t", "s&t")]
    [InlineData("host=db user=ann password='it\\'s a \\\\'", "it's a \\")]
    [InlineData("host=db user=ann password=a\\ b", "a b")]
    [InlineData("host=db user=ann password=a=b", "a=b")]
    [InlineData("host=db user=ann password=a;b", "a;b")]
    [InlineData("Host=db;Username=ann;Password='a\"b;'", "a\"b;")]
    public void The_password_is_read_to_the_letter(string text, string password) =>
    Assert.Equal(password, Driver(text).Password);

    [Theory]
    [InlineData("postgres://db/site?sslmode=verify-full", "VerifyFull")]
    [InlineData("postgres://db/site?ssl_require=true", "Require")]
    [InlineData("postgres://db/site?sslmode=verify-full&ssl_require=true", "VerifyFull")]
    [InlineData("postgres://db/site?ssl_require=true&sslmode=verify-full", "VerifyFull")]
    [InlineData("host=db sslmode=disable", "Disable")]
    [InlineData("Host=db;SSL Mode=VerifyCA", "VerifyCA")]
    [InlineData("host=db", "Prefer")]
    public void The_tls_mode_is_the_one_that_was_asked_for(string text, string mode) =>
    Assert.Equal(mode, ConnectionSettings.Parse(text).SslMode);

    [Fact]
    public void Options_and_time_outs_reach_the_driver()
    {
        NpgsqlConnectionStringBuilder driver = Driver(
            "postgres://db/site?connect_timeout=7&options=-c%20geqo%3Doff&assume_role=Site%20Owner");

        Assert.Equal(7, driver.Timeout);
        Assert.Equal("-c geqo=off -c role=Site\\ Owner", driver.Options);
    }

    [Fact]
    public void A_word_alone_is_a_database() =>
        Assert.Equal(("site", "localhost"),
            (ConnectionSettings.Parse("site").Database, Tcp(ConnectionSettings.Parse("site").Host)));

    [Theory]
    [InlineData("", "empty")]
    [InlineData("postgres:hush@db/site", "neither an address nor the name of a database")]
    [InlineData("mysql://ann@db/site", "mysql://")]
    [InlineData("postgres://ann@db:port/site", "port")]
    [InlineData("postgres://ann@db:70000/site", "port")]
    [InlineData("postgres://ann@db:0/site", "port")]
    [InlineData("postgres://db/site?flavour=mild", "flavour")]
    [InlineData("postgres://db1,db2/site", "several hosts")]
    [InlineData("host=db1,db2", "several hosts")]
    [InlineData("Host=db1,db2;Database=site", "several hosts")]
    [InlineData("host=db sslmode=sometimes", "sometimes")]
    [InlineData("host=db connect_timeout=soon", "connect_timeout")]
    [InlineData("host=db connect_timeout=-1", "connect_timeout")]
    [InlineData("host=db channel_binding=maybe", "channel_binding")]
    [InlineData("host=db flavour=mild", "flavour")]
    [InlineData("host=db password='open", "quote")]
    [InlineData("host=db password='it''s'", "cannot be read")]
    [InlineData("Host=db;Flavour=mild", "Flavour")]
    [InlineData("host=db target_session_attrs=read-write", "target_session_attrs")]
    public void What_cannot_be_read_is_refused_by_name(string text, string part)
    {
        DataOpsException failure = Assert.Throws<DataOpsException>(() => ConnectionSettings.Parse(text));

        Assert.Equal(("InvalidConnection", FailureKind.InvalidArgument), (failure.Id, failure.Kind));
        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(failure.Advice));
    }

    [Theory]
    [InlineData("postgres://ann:Hush@db/site")]
    [InlineData("postgres://ann:Hu/sh@db/site")]
    [InlineData("postgres://ann:Hu?sh@db/site")]
    [InlineData("postgres://ann:1?Hush=1@db/site")]
    [InlineData("postgres://ann:Hush@db:x/site")]
    [InlineData("postgres:Hush@db/site")]
    [InlineData("ann:Hush@db")]
    [InlineData("postgres://db/site?password=Hush&flavour=mild")]
    [InlineData("host=db password=my Hush")]
    [InlineData("host=db password=my Hush=1")]
    [InlineData("host=db password='my Hush")]
    [InlineData("host=db dbname=site user=ann password=Hush flavour=mild")]
    [InlineData("Host=db;Password=Hush;Flavour=mild")]
    [InlineData("Host=db;Password=my;Hush=1")]
    [InlineData("Host=db;Password=my;Hush")]
    [InlineData("Host=db Password=Hush;Database=site")]
    [InlineData("Host=db Password=Hush")]
    [InlineData("Host=db;Username=ann;Password=Hush;SSL Mode=sometimes")]
    public void The_password_is_shown_nowhere(string text)
    {
        string shown;
        try
        {
            ConnectionSettings settings = ConnectionSettings.Parse(text);
            shown = $"{settings} {settings.Host} {settings.Server} {settings.Username} {settings.Database} {settings.WithCredential("other", "other")} {Driver(text).ApplicationName}";
        }
        catch (DataOpsException e)
        {
            shown = $"{e} {e.Advice} {e.Target}";
        }

        Assert.DoesNotContain("Hu", shown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("sh@", shown, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("postgres://ann@db/site", "ann@db/site")]
    [InlineData("postgres://ann@db:5433/site", "ann@db:5433/site")]
    [InlineData("postgres://ann@[::1]:5433/site", "ann@[::1]:5433/site")]
    [InlineData("postgres://ann@%2Ftmp:5433/site", "ann@/tmp:5433/site")]
    public void Settings_print_role_server_and_database(string text, string printed) =>
    Assert.Equal(printed, ConnectionSettings.Parse(text).ToString());

    [Fact]
    public void A_change_keeps_everything_else()
    {
        ConnectionSettings settings = ConnectionSettings.Parse("postgres://ann:pw@db:5433/site?sslmode=require")
            .WithLockTimeout(TimeSpan.FromSeconds(1));
        ConnectionSettings changed = settings.WithCredential("bob", "secret").WithSslMode("verify-full");

        Assert.Equal(("bob@db:5433/site", "VerifyFull", TimeSpan.FromSeconds(1)),
            (changed.ToString(), changed.SslMode, changed.LockTimeout));
        Assert.Equal("ann@db:5433/site", settings.ToString());
    }

    private static NpgsqlConnectionStringBuilder Driver(string text) =>
        new(ConnectionSettings.Parse(text).ConnectionString("DataOps/Test"));

    // Where a PostgreSQL of the machine's own has a socket, that is where libpq looks first.
    private static string Tcp(string host) => host.StartsWith('/') ? "localhost" : host;

    [Fact]
    public void A_description_is_found_in_the_environment_and_beside_the_service()
    {
        string folder = Directory.CreateTempSubdirectory("dataops-service-").FullName;
        string file = Path.Combine(folder, "shop.site.json");
        File.WriteAllText(Path.Combine(folder, "pg_service.conf"), "[shop]\nhost=localhost\ndbname=shop\n");
        using EnvironmentVariables variables = new(("PGSERVICEFILE", Path.Combine(folder, "pg_service.conf")));
        ConnectionSettings Found(string text = "service=shop") => ConnectionSettings.Parse(text).WithFoundSite();

        Assert.Null(Found().Site);
        File.WriteAllText(file, "{}");
        Assert.Equal((file, $"{file} (service shop)"), (Found().Site, Found().SiteSource));
        Assert.Null(Found("dbname=shop").Site);
        Environment.SetEnvironmentVariable("DATAOPS_SITE_DESCRIPTION", "other.json");
        Assert.Equal(("other.json", "other.json (DATAOPS_SITE_DESCRIPTION)"), (Found().Site, Found().SiteSource));
        Assert.Equal("mine.json", ConnectionSettings.Parse("service=shop").WithSite("mine.json").WithFoundSite().Site);
        Directory.Delete(folder, recursive: true);
    }
}
