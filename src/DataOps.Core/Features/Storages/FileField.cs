namespace DataOps.Core.Features.Storages;

/// <summary>A column that holds the paths of files in a storage.</summary>
/// <param name="Model">Its model.</param>
/// <param name="Column">The column.</param>
/// <param name="Storage">Where the files are.</param>
/// <param name="Folder">
/// What the paths begin with that the application gives them, with a slash at the end; empty where nothing says it.
/// </param>
internal sealed record FileField(Model Model, Column Column, StorageFolder Storage, string Folder)
{
    /// <summary>What is known of it; null for nothing.</summary>
    public KnownFileField? Known { get; } = KnownFileFields.Of(Model.Label, Model.Table, Column.Name);

    /// <summary>The columns with the size and the SHA-1 of its files; null for none.</summary>
    public (Column Size, Column Hash)? Digests { get; } = KnownFileFields.DigestsOf(Model.Table, Column.Name);

    /// <summary>
    /// Whether nobody says that it is one, and its values are paths of files that are there: it keeps files from being
    /// taken for nobody's, and nothing is said of its rows.
    /// </summary>
    public bool IsImplied { get; init; }

    /// <summary>As app.model.field.</summary>
    public string Name => $"{Model.Label}.{Model.FieldOf(Column)}";

    /// <summary>
    /// The folder that is the same for all files of an upload_to: <c>avatars/</c> of <c>avatars/%Y/%m</c>.
    /// </summary>
    public static string FolderOf(string uploadTo)
    {
        int varies = uploadTo.IndexOf('%');
        string folder = varies < 0
            ? uploadTo.Trim('/')
            : uploadTo[..(uploadTo[..varies].LastIndexOf('/') + 1)].Trim('/');
        return folder.Length == 0 ? "" : folder + "/";
    }
}
