# A scheduled task of Windows: each night at 03:30, as the account of the service, without a window.
# ./Register-Audit.ps1 -Database 'service=shop' -Folder D:\audit
param(
    [Parameter(Mandatory)] [string] $Database,
    [Parameter(Mandatory)] [string] $Folder,
    [string] $User = 'NT AUTHORITY\NETWORK SERVICE'
)
$ErrorActionPreference = 'Stop'
$script = Join-Path $PSScriptRoot audit.ps1
$action = New-ScheduledTaskAction -Execute pwsh.exe -Argument "-NoProfile -NonInteractive -File `"$script`" -Database `"$Database`" -Folder `"$Folder`""
$trigger = New-ScheduledTaskTrigger -Daily -At 03:30
Register-ScheduledTask -TaskName 'DataOps audit' -Action $action -Trigger $trigger -User $User -Force
