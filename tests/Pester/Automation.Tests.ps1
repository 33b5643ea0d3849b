BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'A scheduled script' {
    It 'exits with 1 after an error, when it stops at errors' {
        $run = Invoke-Pwsh -File "`$ErrorActionPreference = 'Stop'; Import-Module '$Manifest'; Find-Orphan -Database postgres://127.0.0.1:1/x; 'went on'"
        $run.ExitCode | Should -Be 1
        $run.Output | Should -Not -Match 'went on'
    }

    It 'exits with 0 when all went well, and never asks' -Skip:$noServer {
        $run = Invoke-Pwsh -File "`$ErrorActionPreference = 'Stop'; Import-Module '$Manifest'; (Get-Database -Database '$env:DATAOPS_SAMPLE').Database"
        $run.ExitCode | Should -Be 0
        $run.Output | Should -Be 'museum'
    }

    It 'gets JSON with flat values' -Skip:$noServer {
        $run = Invoke-Pwsh "Import-Module '$Manifest'; Find-Orphan -Database '$env:DATAOPS_SAMPLE_DAMAGED' -Summary | ConvertTo-Json"
        $run.Error | Should -BeNullOrEmpty
        @($run.Output | ConvertFrom-Json).Count | Should -BeGreaterThan 0
        $run.Output | Should -Not -Match '"[A-Za-z]+":\s*[\[{]'
    }
}
