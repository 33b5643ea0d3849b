# What ./build.sh pack makes, as users get it: from a folder that is a repository, into a profile that has nothing.
# ./build.sh test packs every third day.
BeforeDiscovery { $noImage = $IsMacOS -or [Runtime.InteropServices.RuntimeInformation]::OSArchitecture -ne 'X64' }

Describe 'The package' -Skip:(-not $env:DATAOPS_PACKAGE) {
    BeforeAll {
        . $PSScriptRoot/Helper.ps1
        $folder, $old, $profileFolder = 'repository', 'old', 'home' |
            ForEach-Object { (New-Item -ItemType Directory "$TestDrive/$_").FullName }
        Copy-Item $env:DATAOPS_PACKAGE $folder
        # An older version, to come from: the same module under another number.
        $version = (Import-PowerShellDataFile $Manifest).ModuleVersion
        Copy-Item (Join-Path (Split-Path $env:DATAOPS_PACKAGE) "DataOps/$version") "$old/DataOps" -Recurse
        Remove-Item "$old/DataOps/module/lib/*-x64" -Recurse
        $text = Get-Content -Raw "$old/DataOps/DataOps.psd1"
        Set-Content "$old/DataOps/DataOps.psd1" ($text -replace "ModuleVersion(\s*)= '[^']*'", "ModuleVersion`$1= '0.0.1'")
        Compress-PSResource "$old/DataOps" $folder
        $environment = @{ HOME = $profileFolder; USERPROFILE = $profileFolder; XDG_DATA_HOME = ''; PSModulePath = '' }
        $run = Invoke-Pwsh -Environment $environment @"
`$ErrorActionPreference = 'Stop'
Register-PSResourceRepository -Name Folder -Uri '$folder' -Trusted
Install-PSResource DataOps -Repository Folder -Version 0.0.1
Update-PSResource DataOps -Repository Folder
`$installed = (Get-InstalledPSResource DataOps).Version -join ' '
Import-Module DataOps
`$module = Get-Module DataOps
`$before = [Runtime.JitInfo]::GetCompiledMethodCount(`$false)
`$orphans = @(Find-Orphan -Database '$env:DATAOPS_SAMPLE_DAMAGED')
`$jitted = [Runtime.JitInfo]::GetCompiledMethodCount(`$false) - `$before
`$core = [Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$orphans[0].GetType().Assembly)
[ordered]@{
    Installed = `$installed; Version = "`$(`$module.Version)"; Base = `$module.ModuleBase
    Commands = `$module.ExportedCommands.Count; Orphans = `$orphans.Count; Help = (Get-Help Find-Orphan).Synopsis
    Core = @(`$core.Assemblies | Where-Object { `$_.GetName().Name -eq 'DataOps.Core' })[0].Location
    Jitted = `$jitted
} | ConvertTo-Json -Compress
Remove-Module DataOps
Uninstall-PSResource DataOps -Version '*'
"left: `$(@(Get-InstalledPSResource DataOps -ErrorAction Ignore).Count)"
"@
        $shown = "$($run.Output)`n$($run.Error)"
        $found = ($run.Output -split "`n")[0] | ConvertFrom-Json
    }

    It 'is installed and updated by Install-PSResource and Update-PSResource' {
        $run.ExitCode | Should -Be 0 -Because $shown
        $found.Installed -split ' ' | Should -Contain '0.0.1'
        $found.Version | Should -Be $version
    }

    It 'is imported by its name from the profile, with every cmdlet and its help' {
        $found.Base | Should -BeLike "*$(Split-Path -Leaf $TestDrive)*"
        $found.Commands | Should -Be (Import-PowerShellDataFile $Manifest).CmdletsToExport.Count
        $found.Help | Should -BeLike 'Finds orphans*'
    }

    It 'finds what the checkout finds' {
        $found.Orphans | Should -Be @(Find-Orphan -Database $env:DATAOPS_SAMPLE_DAMAGED).Count
    }

    It 'loads the core that is compiled for this platform, and little is left to compile' -Skip:($noImage) {
        Split-Path -Leaf (Split-Path $found.Core) | Should -Be ($IsWindows ? 'win-x64' : 'linux-x64')
        # 5,000 methods without images; .NET reads an image that it does not take as IL, and says nothing.
        $found.Jitted | Should -BeLessThan 2500
    }

    It 'is removed by Uninstall-PSResource' {
        $run.Output | Should -BeLike '*left: 0' -Because $shown
    }
}
