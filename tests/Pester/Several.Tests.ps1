BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'Several databases' -Skip:$noServer {
    BeforeAll {
        $script:Both = $env:DATAOPS_SAMPLE, $env:DATAOPS_SAMPLE_DAMAGED
        $script:Missing = $env:DATAOPS_SAMPLE -replace '/[^/]*$', '/not_there'
    }

    It 'come by array, by pipeline, as connections and as what Get-Database shows' {
        (Get-Database -Database ([uri] $Both[0]), $Both[1]).Database | Should -Be 'museum', 'museum_damaged'
        ($Both | Get-Database | Get-Site | ForEach-Object Database | Sort-Object -Unique) | Should -Be 'museum', 'museum_damaged'
        ($Both | ForEach-Object { Test-Database -Quiet -Audit Sequence -Severity Error -Database $_ }) | Should -Be $true, $false
        $connections = $Both | ForEach-Object { Connect-Database $_ -PassThru }
        try {
            (Get-Database -Connection $connections).Database | Should -Be 'museum', 'museum_damaged'
            ($connections | Find-Orphan -Class Tree | ForEach-Object Database | Sort-Object -Unique) | Should -Be 'museum_damaged'
        } finally { $connections | Disconnect-Database }
    }

    It 'go on where one fails, which is one error with its id and its place' {
        $found = Get-Database -Database $Both[0], $Missing, $Both[1] -ErrorAction SilentlyContinue -ErrorVariable failed
        $found.Database | Should -Be 'museum', 'museum_damaged'
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'Postgres.3D000,DataOps.PowerShell.Commands.GetDatabaseCommand'
        $failed[0].TargetObject | Should -Match '^not_there on '
        ($Missing, $Both[0] | Find-Orphan -ErrorAction SilentlyContinue -ErrorVariable failed) | Should -BeNullOrEmpty
        $failed.Count | Should -Be 1
    }

    It 'are refused where rows are changed, a file is written, or findings are compared with those of one' {
        { Repair-Tree -Database $Both -WhatIf } | Should -Throw -ErrorId 'SeveralDatabases,*'
        { Test-Database -Quiet -Database $Both } | Should -Throw -ErrorId 'SeveralDatabases,*'
        { Export-Schema "$TestDrive/x.json" -Database $Both } | Should -Throw -ErrorId 'SeveralDatabases,*'
        { Test-Database -Database $Both -Baseline "$TestDrive/x.jsonl" -UpdateBaseline } | Should -Throw -ErrorId 'SeveralDatabases,*'
        { Find-Orphan -Database $Both[1] | Find-Orphan -Database $Both } | Should -Throw -ErrorId 'SeveralDatabases,*'
    }

    It 'are worked on at the same time' {
        $copies = 1..8 | ForEach-Object { New-TestDatabase $env:DATAOPS_SAMPLE_DAMAGED }
        try {
            $expected = Find-Orphan -Class Tree -Database $copies[0] | ForEach-Object { "$($_.Audit) $($_.Class) $($_.Table) $($_.Label)" }
            $manifest = $Manifest
            $found = $copies | ForEach-Object -ThrottleLimit 3 -Parallel { Import-Module $using:manifest; Find-Orphan -Class Tree -Database $_ }
            $byDatabase = $found | Group-Object Database
            $byDatabase.Count | Should -Be 8
            foreach ($group in $byDatabase) {
                $group.Group | ForEach-Object { "$($_.Audit) $($_.Class) $($_.Table) $($_.Label)" } | Should -Be $expected
            }
        } finally { $copies | ForEach-Object { Remove-TestDatabase $_ } }
    }
}
