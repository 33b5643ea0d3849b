using System.Management.Automation;
using DataOps.Core.Features.Backups;

namespace DataOps.PowerShell.Commands;

/// <summary>Reads a backup to its end, and with -Rehearse restores it on a scratch server.</summary>
[CmdletOf<TestBackup>]
[OutputType(typeof(BackupTest))]
public sealed partial class TestBackupCommand : FileCommand
{
    private readonly List<string> _files = [];

    /// <inheritdoc/>
    protected override void Take() => _files.AddRange(FileSystemPath(BackupFile));

    /// <inheritdoc/>
    protected override void Process() => Emit(new TestBackup(), Options() with { BackupFile = _files });
}
