using System.Text.Json;

namespace DataOps.Core.Tests.Peers;

/// <summary>The project in tests/django with real migrations, as tests/django/schema.py makes them.</summary>
internal static class MigratedProject
{
    /// <summary>
    /// Runs management commands, or without any migrates, in a process of their own, and returns what they say.
    /// </summary>
    /// <param name="site">The database.</param>
    /// <param name="copy">The folder of the copy of the project, which is made where it is not there.</param>
    /// <param name="apps">Folders of apps beside the project's own.</param>
    /// <param name="commands">The commands.</param>
    public static string Run(TestDatabase site, string copy, string[] apps, params string[][] commands) =>
        PythonScript.Run(
            $"import os, runpy, sys; os.environ.update(PGHOST='127.0.0.1', PGUSER='postgres', PGPORT='{site.Port}', "
                + $"PGDATABASE='{site.Name}'); os.chdir(sys.argv.pop(1)); "
                + "runpy.run_path('tests/django/schema.py', run_name='__main__')",
            string.Join('\n', commands.Select(c => JsonSerializer.Serialize(c))),
            "django, mptt, taggit, treebeard, psycopg2", [Repository.Root, copy, .. apps]);
}
