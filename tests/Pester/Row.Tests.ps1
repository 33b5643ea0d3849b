BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'Remove-Row' -Skip:$noServer {
    BeforeAll {
        $site = New-TestDatabase $env:DATAOPS_SAMPLE
        $before = Get-Digest $site
        Connect-Database $site
    }
    AfterAll {
        Disconnect-Database
        Remove-TestDatabase $site
    }

    It 'plans with -WhatIf: who goes, by table, in all' {
        $plan = Remove-Row auth.user 2, 3 -WhatIf
        ($plan | Where-Object { $_.PSObject.Properties['Label'] }).Label | Should -Be 'inez', 'tomasz'
        $plan[-1].Changed, $plan[-1].Rows | Should -Be @($false, 2)
        ($plan | Out-String -Width 160) | Should -Match 'auth\.user\s+2\s+inez'
        Get-Digest $site | Should -Be $before
    }

    It 'takes a filter as a hashtable or as JSON, and a key as a hashtable' {
        (Remove-Row sessions.session -Filter @{ expire_date__lt = [datetime]::new(2026, 1, 1) } -WhatIf)[-1].Rows | Should -Be 1
        (Remove-Row sessions.session -Filter '{"expire_date__lt": "2020-01-01"}' -WhatIf)[-1].Rows | Should -Be 0
        (Remove-Row auth.user @{ id = 2 }, 3 -WhatIf)[-1].Rows | Should -Be 2
    }

    It 'deletes pages of the pipeline in one change, and Undo-Change brings them back' {
        { Get-Page -UrlPath /home/museum/ | Remove-Row wagtailcore.page -Confirm:$false } | Should -Throw -ErrorId 'RowsBelow,*'
        $undo = Join-Path $TestDrive 'rows.undo.gz'
        $done = Get-Page -UrlPath /home/museum/, /home/museum/history/ | Remove-Row wagtailcore.page -Confirm:$false -UndoPath $undo -WarningAction SilentlyContinue
        $done.Changed, $done.Rows | Should -Be @($true, 2)
        Get-Page -UrlPath '/home/museum*' | Should -BeNullOrEmpty
        $null = $done | Undo-Change -NoUndo -WarningAction SilentlyContinue
        Get-Digest $site | Should -Be $before
    }

    It 'changes nothing without a key, a filter or an object' {
        { Remove-Row auth.user -Confirm:$false } | Should -Throw -ErrorId 'MissingOption,*'
        { Remove-Row auth.user 99 -Confirm:$false } | Should -Throw -ErrorId 'UnknownRow,*'
        @() | Remove-Row auth.user -Confirm:$false | Should -BeNullOrEmpty
        { 'x' | Remove-Row auth.user -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'UselessInput,*'
        Get-Digest $site | Should -Be $before
    }

    It 'asks first, and does nothing where nobody can answer' {
        $run = Invoke-Pwsh "Import-Module '$Manifest'; Remove-Row auth.user 2 -Database '$site' -NoUndo"
        $run.ExitCode | Should -Not -Be 0
        Get-Digest $site | Should -Be $before
    }
}
