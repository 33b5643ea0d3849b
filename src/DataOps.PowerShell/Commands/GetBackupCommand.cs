using System.Management.Automation;
using DataOps.Core.Features.Backups;

namespace DataOps.PowerShell.Commands;

/// <summary>Lists backups with what is in them.</summary>
[CmdletOf<GetBackup>]
[OutputType(typeof(SiteBackup))]
public sealed partial class GetBackupCommand : FileCommand
{
    private readonly List<string> _files = [];

    /// <inheritdoc/>
    protected override void Take() => _files.AddRange(FileSystemPath(BackupFile));

    /// <inheritdoc/>
    protected override void Process() => Emit(new GetBackup(), Options() with { BackupFile = _files });
}
