using System.Management.Automation;
using DataOps.Core.Features.Backups;
using DataOps.Core.Kernel;

namespace DataOps.PowerShell.Commands;

/// <summary>Removes backups by age and number.</summary>
[CmdletOf<RemoveBackup>]
[OutputType(typeof(BackupDecision), typeof(RemoveBackupResult))]
public sealed partial class RemoveBackupCommand : FileCommand
{
    private readonly List<string> _files = [];

    /// <inheritdoc/>
    protected override void Take() => _files.AddRange(FileSystemPath(BackupFile));

    /// <inheritdoc/>
    protected override void Process()
    {
        RemoveBackupOptions plan = Options() with { BackupFile = _files, WhatIf = true };
        List<IChangeResult> planned = [];
        Emit(context => new RemoveBackup().Run(plan, context), planned.Add);
        if (planned[^1] is RemoveBackupResult sum && sum.NeedsYes()
            && ShouldProcess(string.Join(", ", _files), sum.Describe()))
            // What there is to warn of was told with the plan.
            Emit(context => new RemoveBackup().Run(plan with { WhatIf = false }, context with { Warning = null }),
                result => WriteObject(result));
        else
            WriteObject(planned, enumerateCollection: true);
    }
}
