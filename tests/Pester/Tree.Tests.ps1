BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'Test-Tree' -Skip:$noServer {
    It 'finds nothing in a healthy site, and the orphan of a damaged one' {
        Test-Tree -Database $env:DATAOPS_SAMPLE | Should -BeNullOrEmpty
        $orphan = Test-Tree wagtailcore_page -Problem Orphan -Database $env:DATAOPS_SAMPLE_DAMAGED
        $orphan.Key | Should -Be '16'
        @($orphan.PSObject.Properties.Name)[0, 1] | Should -Be 'Server', 'Database'
    }

    It 'says which name is that of no tree' {
        { Test-Tree -Table auth_user -Database $env:DATAOPS_SAMPLE } | Should -Throw '*auth_user*'
    }

    It 'ends with the pipeline, and leaves no query behind' {
        Test-Tree -Database $env:DATAOPS_SAMPLE_DAMAGED | Select-Object -First 1 | Should -Not -BeNullOrEmpty
        Get-RunningQuery $env:DATAOPS_SAMPLE_DAMAGED 'Test-Tree' | Should -Be 0
    }

    It 'completes tables and problems' {
        $line = 'Test-Tree -Problem Or'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain 'Orphan'
    }
}

Describe 'Repair-Tree' -Skip:$noServer {
    BeforeEach {
        $site = New-TestDatabase $env:DATAOPS_SAMPLE_DAMAGED
        $undo = Join-Path $TestDrive "$([guid]::NewGuid()).undo.gz"
    }
    AfterEach { Remove-TestDatabase $site }

    It 'plans with -WhatIf and changes nothing' {
        $before = Test-Tree -Database $site | ConvertTo-Json
        $plan = Repair-Tree -Orphan Reattach -WhatIf -Database $site | Select-Object -Last 1
        $plan.Changed | Should -BeFalse
        $plan.WouldChange | Should -BeGreaterThan 0
        Test-Tree -Database $site | ConvertTo-Json | Should -Be $before
    }

    It 'gives an orphan a place, from the pipeline, and takes that back' {
        $before = Test-Tree -Database $site | ConvertTo-Json
        $result = Test-Tree wagtailcore_page -Problem Orphan -Database $site | Repair-Tree -Orphan Reattach -UndoPath $undo -Database $site -WarningAction SilentlyContinue
        @($result).Count | Should -Be 1
        $result.Changed | Should -BeTrue
        @($result.PSObject.Properties.Name)[0, 1] | Should -Be 'Server', 'Database'
        $result.Reattached | Should -Be 1
        Test-Tree wagtailcore_page -Problem Orphan -Database $site | Should -BeNullOrEmpty
        $result | Undo-Change -NoUndo -Database $site | Select-Object -ExpandProperty Changed | Should -BeTrue
        Test-Tree -Database $site | ConvertTo-Json | Should -Be $before
    }

    It 'changes nothing for a pipeline that delivers nothing' {
        @() | Repair-Tree -Orphan Reattach -NoUndo -Database $site | Should -BeNullOrEmpty
        Test-Tree -Problem Orphan -Database $site | Should -Not -BeNullOrEmpty
    }

    It 'refuses -To where nothing goes anywhere' {
        { Repair-Tree -To 2 -Database $site } | Should -Throw '*-Orphan*'
    }
}
