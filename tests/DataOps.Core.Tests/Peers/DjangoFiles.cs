using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Datasets.Import;

namespace DataOps.Core.Tests.Peers;

/// <summary>What Django and we write and load, in a folder of the test's own.</summary>
internal sealed class DjangoFiles : IDisposable
{
    /// <summary>The project's foreign key without a constraint, of which no catalogue tells.</summary>
    private static readonly string[] s_softReferences = ["reviews_review.user_id=accounts_user"];

    /// <summary>
    /// The natural keys that the project's models define. A bistro inherits its one, but the name of its parent link
    /// does not show that it is a child; this taggit is older than its own.
    /// </summary>
    public static readonly IReadOnlyList<string> NaturalKeys =
    [
        "library.author=slug", "library.genre=name", "library.book=title+author.slug", "places.place=code",
        "places.bistro=venue.code",
        "taggit.tag=", "taggit.taggeditem=", "tagging.topic=", "tagging.topicassignment=",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dataops-django-");
    private int _count;

    /// <summary>Runs dumpdata; the ending says in which format, and how it is compressed: <c>json.gz</c>.</summary>
    public string Dump(TestDatabase database, string ending, params string[] arguments)
    {
        string path = NewPath(ending);
        RunningDjango.Get()
            .Run(database.Port, database.Name,
                ["dumpdata", "--all", "--format", ending.Split('.')[0], "--output", path, .. arguments]);
        return path;
    }

    /// <summary>Runs loaddata.</summary>
    public static void Load(TestDatabase database, string path) =>
        RunningDjango.Get().Run(database.Port, database.Name, "loaddata", "--verbosity", "0", path);

    /// <summary>Runs our export of the same models.</summary>
    public string Export(TestDatabase database, string format, ExportDatasetOptions options)
    {
        string path = NewPath(format);
        Assert.Single(database.Run(new ExportDataset(), options with
        {
            Path = path, IncludeDerived = true, SoftReference = s_softReferences,
        }));
        return path;
    }

    /// <summary>Runs our import.</summary>
    public static ImportResult Import(TestDatabase database, string path, ImportDatasetOptions? options = null) =>
        Assert.Single(database.Run(new ImportDataset(), (options ?? new()) with { Path = path, NoUndo = true })
            .OfType<ImportResult>());

    public void Dispose() => _folder.Delete(recursive: true);

    private string NewPath(string ending) => Path.Combine(_folder.FullName, $"{++_count}.{ending}");
}
