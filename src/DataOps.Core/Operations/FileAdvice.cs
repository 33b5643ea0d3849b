namespace DataOps.Core.Operations;

/// <summary>What to do where a file that an option names is not there: where such files come from.</summary>
internal static class FileAdvice
{
    public const string Backup = "Get-Backup lists the backups of a folder.";

    public const string Key = "gpg --export writes a public key, gpg --export-secret-keys a secret one.";

    public const string Dataset = "Check the path.";

    public const string Definition = "Name a file, or give the JSON itself.";

    public const string Policy = "-Policy takes a JSON file, or the JSON itself.";

    public const string Schema = "Export-Schema writes one.";

    public const string Migrations = "-MigrationPath takes folders, wheels, zip and tar files.";

    public const string Baseline = "Write it first: -UpdateBaseline.";

    public const string UndoFile = "Get-Change lists those of your folder for undo files.";

    public const string SiteList = "Write the file in the project: Get-Help Find-StaleContentType shows the command.";
}
