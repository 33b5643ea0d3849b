namespace DataOps.Core.Django.Knowledge;

/// <summary>A field of files that the migrations of Django's packages do not say all of.</summary>
/// <param name="Field">Its column.</param>
/// <param name="Folder">The folder that its function of upload_to writes to.</param>
/// <param name="Columns">Columns that a table with this field has, whatever the project calls its model.</param>
internal sealed record KnownFileField(string Field, string Folder, IReadOnlyList<string> Columns)
{
    /// <summary>The model; null where only the columns tell it.</summary>
    public ModelLabel? Model { get; init; }

    /// <summary>Whether the application deletes the file with the row, so that it may be of one row alone.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Whether its files are made anew when their rows are deleted.</summary>
    public bool IsDerived { get; init; }
}

/// <summary>
/// The fields of files of Wagtail's models, whose folders stand in functions that no migration holds.
/// </summary>
/// <remarks>
/// wagtail/images/models.py, documents/models.py, users/models.py, models/media.py of wagtailmedia; a custom image,
/// document or rendition is told by the columns that its abstract class gives it.
/// </remarks>
internal static class KnownFileFields
{
    private static readonly KnownFileField[] s_all =
    [
        new("file", "original_images/", ["file_hash", "file_size", "focal_point_x", "collection_id"]) { IsOwn = true },
        new("file", "images/", ["filter_spec", "focal_point_key", "image_id"]) { IsOwn = true, IsDerived = true },
        new("file", "media/", ["thumbnail", "duration", "collection_id"]) { Model = WagtailTables.Media, IsOwn = true },
        new("thumbnail", "media_thumbnails/", ["file", "duration", "collection_id"])
        {
            Model = WagtailTables.Media, IsOwn = true,
        },
        new("file", "documents/", ["file_hash", "file_size", "title", "collection_id"]) { IsOwn = true },
        new("avatar", "avatar_images/", []) { Model = new("wagtailusers", "userprofile") },
        new("file", "wagtail_uploads/", []) { Model = WagtailTables.Core("uploadedfile") },
    ];

    // Pairs of columns that hold the size and the SHA-1 of the file of a row: Wagtail's, django-filer's.
    private static readonly (string Size, string Hash)[] s_digests =
        [("file_size", "file_hash"), ("_file_size", "sha1")];

    /// <summary>What is known of a column; null for nothing.</summary>
    public static KnownFileField? Of(ModelLabel model, Table table, string column) => s_all.FirstOrDefault(k =>
        k.Field == column && (k.Model is null || k.Model == model) && k.Columns.All(c => table.Find(c) is not null));

    /// <summary>The columns that hold size and SHA-1 of the file that a column names; null for none.</summary>
    public static (Column Size, Column Hash)? DigestsOf(Table table, string column) => column != "file"
        ? null
        : s_digests.Select(d => (Size: table.Find(d.Size), Hash: table.Find(d.Hash)))
            .Where(d => d.Size is { Type.Underlying.Name: "int2" or "int4" or "int8" } && d.Hash is not null)
            .Select(d => ((Column, Column)?)(d.Size!, d.Hash!)).FirstOrDefault();
}
