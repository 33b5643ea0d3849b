using System.Text.Json;
using DataOps.Core.Features.Backups;
using DataOps.Core.Operations;

namespace DataOps.Core.Tests.Features.Backups;

/// <summary>A backup or a restore of a site that another process can be told to run.</summary>
/// <param name="Uri">The site's database.</param>
/// <param name="Application">What the server knows its connections by.</param>
/// <param name="Path">The archive.</param>
/// <param name="Restores">Whether it is restored.</param>
/// <param name="Media">The folder of its files; null for none.</param>
/// <param name="AsFolder">Whether the archive is written as a folder.</param>
internal sealed record SiteCommand(
    string Uri, string Application, string Path, bool Restores, string? Media, bool AsFolder)
{
    public string[] Storage => Media is null ? [] : [$"media={Media}"];

    public static SiteCommand Parse(string json) => JsonSerializer.Deserialize<SiteCommand>(json)!;

    public override string ToString() => JsonSerializer.Serialize(this);

    /// <summary>Runs it, as the command line does.</summary>
    public void Run()
    {
        using Session session = Session.Open(ConnectionSettings.Parse(Uri), Application);
        OperationContext context = new();
        if (Restores)
            _ = new RestoreSite().Run(session, new() { Path = Path, Storage = Storage }, context).ToArray();
        else
            _ = new BackupSite().Run(
                session, new() { Path = Path, Storage = Storage, AsFolder = AsFolder }, context).ToArray();
    }
}
