BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'Test-Dataset -Offline' {
    BeforeAll {
        $whole = Join-Path $TestDrive 'whole.json'
        $cut = Join-Path $TestDrive 'cut.json'
        Set-Content $whole '[{"model": "auth.group", "pk": 1, "fields": {"name": "a"}}]'
        Set-Content $cut '[{"model": "auth.group", "pk": 1, "fields": {"name": "a"}},'
    }

    It 'shows what a terminal would obey' {
        $path = Join-Path $TestDrive 'escape.json'
        [IO.File]::WriteAllText($path, '[{"model": "notes.n\u001b[31mote", "pk": 1, "fields": {}}]')
        $shown = Test-Dataset $path -Offline | Out-String -Width 200
        $shown | Should -Not -Match "`e\[31m"
        $shown | Should -Match 'notes\.n\\u001b\[31mote'
    }

    It 'needs no database' {
        $run = Invoke-Pwsh "Import-Module '$Manifest'; (Test-Dataset '$whole' -Offline)[-1].IsLoadable" @{ DATABASE_URL = 'postgres://127.0.0.1:1/none' }
        $run.Error | Should -BeNullOrEmpty
        $run.Output | Should -Be 'True'
    }

    It 'writes findings, content and a sum' {
        $result = Test-Dataset $cut -Offline
        $result[0].Severity | Should -Be 'Error'
        $result[0].Line | Should -Be 2
        $result[1].Model | Should -Be 'auth.group'
        $result[2].IsLoadable | Should -BeFalse
    }

    It 'gives just the Boolean with -Quiet' {
        Test-Dataset $whole -Offline -Quiet | Should -BeExactly $true
        Test-Dataset $cut -Offline -Quiet | Should -BeExactly $false
    }

    It 'takes files from the pipeline, and goes on after one that is not there' {
        $missing = [pscustomobject]@{ Path = Join-Path $TestDrive 'missing.json' }
        $sums = (Get-Item $cut), $missing, (Get-Item $whole) | Test-Dataset -Offline -ErrorVariable failed -ErrorAction SilentlyContinue | Where-Object { $null -ne $_.IsLoadable }
        $sums.IsLoadable | Should -Be @($false, $true)
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
    }

    It 'takes no database beside it' {
        { Test-Dataset $whole -Offline -Database x } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
    }
}

Describe 'Test-Dataset' -Skip:$noServer {
    BeforeAll {
        $file = Join-Path $TestDrive 'site.jsonl'
        Export-Dataset $file -Database $env:DATAOPS_SAMPLE -IncludeDerived | Out-Null
    }

    It 'says what a load would do, and does nothing' {
        $before = Get-Digest $env:DATAOPS_SAMPLE_EMPTY
        $sum = (Test-Dataset $file -Database $env:DATAOPS_SAMPLE_EMPTY)[-1]
        $sum.IsLoadable | Should -BeTrue
        $sum.WouldInsert | Should -Be $sum.Objects
        Get-Digest $env:DATAOPS_SAMPLE_EMPTY | Should -Be $before
    }

    It 'takes what Export-Dataset writes, and finds nothing to change in the source' {
        $sum = Export-Dataset (Join-Path $TestDrive 'again.jsonl') -Database $env:DATAOPS_SAMPLE | Test-Dataset -Database $env:DATAOPS_SAMPLE | Select-Object -Last 1
        $sum.WouldChange | Should -Be 0
    }

    It 'does not throw what keeps a file from being loaded' {
        $bad = Join-Path $TestDrive 'bad.jsonl'
        Set-Content $bad '{"model": "shop.order", "pk": 1, "fields": {}}'
        (Test-Dataset $bad -Database $env:DATAOPS_SAMPLE).Id | Should -Be @('UnknownModel', 'MigrationHead')
        Test-Dataset $bad -Database $env:DATAOPS_SAMPLE -Quiet | Should -BeExactly $false
    }

    It 'takes natural keys as a hashtable' {
        Test-Dataset $file -NaturalKey @{ 'auth.group' = 'name' } -Database $env:DATAOPS_SAMPLE -Quiet | Should -BeExactly $true
    }
}
