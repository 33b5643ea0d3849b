namespace DataOps.Core.Tests.Support;

/// <summary>Tests that change the process's environment variables: they run alone, after all others.</summary>
[CollectionDefinition(nameof(EnvironmentVariables), DisableParallelization = true)]
public sealed class EnvironmentVariables : IDisposable
{
    private readonly Dictionary<string, string?> _before = [];

    /// <summary>
    /// Takes away whatever the tester's own environment says about PostgreSQL and the site, and sets these; all is as before when
    /// this is disposed.
    /// </summary>
    public EnvironmentVariables(params (string Name, string Value)[] variables)
    {
        foreach (string name in Environment.GetEnvironmentVariables().Keys)
        {
            if (name is "DATABASE_URL" or "DATAOPS_SITE_DESCRIPTION" || name.StartsWith("PG", StringComparison.Ordinal))
                Set(name, null);
        }
        foreach ((string name, string value) in variables)
            Set(name, value);
    }

    public void Dispose()
    {
        foreach ((string name, string? value) in _before)
            Environment.SetEnvironmentVariable(name, value);
    }

    private void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }
}
