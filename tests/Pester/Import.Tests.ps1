BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'The module' {
    It 'has a manifest that PowerShell accepts' {
        (Test-ModuleManifest $Manifest).Version | Should -Be (Get-Module DataOps).Version
    }

    It 'exports what the manifest names, and nothing else' {
        $named = (Import-PowerShellDataFile $Manifest).CmdletsToExport
        (Get-Command -Module DataOps).Name | Sort-Object | Should -Be ($named | Sort-Object)
    }

    It 'exports no name that a stock PowerShell has' {
        $run = Invoke-Pwsh "Import-PowerShellDataFile '$Manifest' | ForEach-Object CmdletsToExport | Where-Object { Get-Command `$_ -ErrorAction Ignore }"
        $run.Output | Should -BeNullOrEmpty
    }

    It 'imports in less than a second' {
        $run = Invoke-Pwsh "(Measure-Command { Import-Module '$Manifest' }).TotalMilliseconds"
        [double] $run.Output | Should -BeLessThan 1000
    }

    It 'loads the driver when it is first needed, and not on import' {
        $run = Invoke-Pwsh "Import-Module '$Manifest'; [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name -contains 'Npgsql'"
        $run.Output | Should -Be 'False'
    }

    It 'survives <name>' -TestCases @(
        @{ name = 'import with -Force'; again = "Import-Module '{0}' -Force" }
        @{ name = 'removal and import'; again = "Remove-Module DataOps; Import-Module '{0}'" }
    ) {
        $run = Invoke-Pwsh ("Import-Module '{0}'; $again; (Get-Command -Module DataOps).Count; try {{ Connect-Database postgres://127.0.0.1:1/x }} catch {{ `$_.FullyQualifiedErrorId }}" -f $Manifest)
        $run.Output -split '\s+' | Should -Be @((Get-Command -Module DataOps).Count, 'ConnectionFailed,DataOps.PowerShell.Commands.ConnectDatabaseCommand')
    }

    It 'works where another module has loaded another version of <_>' -ForEach 'Microsoft.Extensions.Logging.Abstractions', 'Npgsql', 'YamlDotNet' {
        $decoy = Join-Path $TestDrive "$_.dll"
        $assembly = [Reflection.Emit.PersistedAssemblyBuilder]::new([Reflection.AssemblyName]::new("$_, Version=1.0.0.0"), [object].Assembly)
        $null = $assembly.DefineDynamicModule($_).DefineType('Decoy', 'Public').CreateType()
        $assembly.Save($decoy)
        $run = Invoke-Pwsh @"
            [Reflection.Assembly]::LoadFrom('$decoy').GetName().Version.ToString()
            Import-Module '$Manifest'
            try { Connect-Database postgres://127.0.0.1:1/x } catch { `$_.FullyQualifiedErrorId }
"@
        $run.Error | Should -BeNullOrEmpty
        $run.Output -split '\s+' | Should -Be @('1.0.0.0', 'ConnectionFailed,DataOps.PowerShell.Commands.ConnectDatabaseCommand')
    }

    It 'works in the runspaces of ForEach-Object -Parallel' {
        $run = Invoke-Pwsh "1..4 | ForEach-Object -Parallel { Import-Module '$Manifest'; try { Connect-Database postgres://127.0.0.1:1/x } catch { `$_.FullyQualifiedErrorId } }"
        @($run.Output -split '\s+' -like 'ConnectionFailed,*').Count | Should -Be 4
    }

    It 'has help with examples for <_>' -ForEach (Import-PowerShellDataFile (Join-Path $PSScriptRoot '../../DataOps.psd1')).CmdletsToExport {
        $help = Get-Help $_ -Full
        $help.Synopsis.Trim() | Should -Not -BeLike "$_ *"
        @($help.examples.example).Count | Should -BeGreaterThan 0
        ($help.parameters.parameter | Where-Object { -not $_.description }).Name | Should -BeNullOrEmpty
    }

    It 'has about_ topics' {
        Get-Help about_DataOps | Out-String | Should -Match 'SHORT DESCRIPTION'
        Get-Help about_DataOps_Connections | Out-String | Should -Match 'DATABASE_URL'
    }
}
