BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'Find-StaleContentType' -Skip:$noServer {
    BeforeAll {
        Connect-Database $env:DATAOPS_SAMPLE_DAMAGED
        $models = Join-Path $TestDrive 'models.json'
        $live = Find-StaleContentType -Database $env:DATAOPS_SAMPLE -IncludeLive
        @{ models = @($live.Model) } | ConvertTo-Json | Set-Content $models
    }
    AfterAll { Disconnect-Database }

    It 'warns of nothing in a healthy site' {
        Find-StaleContentType -Database $env:DATAOPS_SAMPLE | Where-Object Severity -ne Expected | Should -BeNullOrEmpty
    }

    It 'leaves open what the database does not tell, and takes the word of the list' {
        (Find-StaleContentType -Model shop.order).Class | Should -Be 'Undecidable'
        $stale = Find-StaleContentType -LiveModel $models
        $stale.Model, $stale.Class, $stale.Severity, $stale.Permissions | Should -Be @('shop.order', 'Stale', 'Warning', 1)
        $stale.Groups | Should -Be (Invoke-Sql $env:DATAOPS_SAMPLE_DAMAGED 'select name from auth_group where id = 3')
        $stale.DependentTables | Should -BeLike '*auth_permission 1*'
    }

    It 'reads the list from a path relative to the location' {
        Push-Location $TestDrive
        try { (Find-StaleContentType -LiveModel models.json).Count | Should -Be 1 } finally { Pop-Location }
        { Find-StaleContentType -LiveModel ./missing.json } | Should -Throw -ErrorId 'FileNotFound,*'
    }

    It 'completes apps and models' {
        $line = 'Find-StaleContentType -AppLabel sho'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain 'shop'
        $line = 'Remove-StaleContentType -StaleModel shop.'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain 'shop.order'
    }

    It 'shows who and why' {
        Find-StaleContentType -LiveModel $models | Out-String -Width 220 | Should -Match 'shop\.order'
    }
}

Describe 'Remove-StaleContentType' -Skip:$noServer {
    BeforeAll {
        $target = New-TestDatabase $env:DATAOPS_SAMPLE_DAMAGED
        $before = Get-Digest $target
        $undo = Join-Path $TestDrive 'types.undo.gz'
    }
    AfterAll { Remove-TestDatabase $target }

    It 'plans with -WhatIf: by table, by holder, and the sum' {
        $plan = Remove-StaleContentType -StaleModel shop.order -Database $target -WhatIf
        $plan[-1].Changed, $plan[-1].ContentTypes, $plan[-1].Revoked | Should -Be @($false, 1, 1)
        $grant = $plan | Where-Object Holder
        $grant.Action, $grant.Holder, $grant.Permission | Should -Be 'Revoke', 'Group', 'shop.add_order'
        ($plan | Where-Object { $_.PSObject.TypeNames[0] -like '*TableChangeSummary' }).Table | Should -Contain 'auth_permission'
        Get-Digest $target | Should -Be $before
        $rows = Remove-StaleContentType -StaleModel shop.order -Database $target -WhatIf -Detailed
        ($rows | Where-Object Action -eq Delete).Count | Should -Be 3
        ($plan | Out-String -Width 200) | Should -Match 'shop\.add_order'
    }

    It 'takes what was found from the pipeline, in one go, and leaves the undecidable with a warning' {
        $all = Find-StaleContentType -Database $target | Remove-StaleContentType -Database $target -Confirm:$false -UndoPath $undo -WarningVariable left -WarningAction SilentlyContinue
        $all | Should -BeNullOrEmpty
        "$left" | Should -Match 'shop\.order is undecidable and is kept'
        Get-Digest $target | Should -Be $before
        $done = Find-StaleContentType -Database $target -Model shop | Remove-StaleContentType -Force -Database $target -Confirm:$false -UndoPath $undo
        @($done).Count | Should -Be 1
        $done.Changed, $done.Count, $done.UndoPath | Should -Be @($true, 3, $undo)
        $script:done = $done
    }

    It 'says the second time that nothing is left, and comes back exactly' {
        (Remove-StaleContentType -StaleModel shop.order -Database $target -Confirm:$false -NoUndo -WarningAction SilentlyContinue).Changed | Should -BeFalse
        ($done | Undo-Change -Database $target -NoUndo).Changed | Should -BeTrue
        Get-Digest $target | Should -Be $before
    }

    It 'never takes what is live from the pipeline' {
        Find-StaleContentType -Database $target -IncludeLive -Model auth |
            Remove-StaleContentType -Database $target -Force -Confirm:$false -NoUndo -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        Get-Digest $target | Should -Be $before
    }

    It 'refuses what another database has' {
        $foreign = Find-StaleContentType -Database $env:DATAOPS_SAMPLE_DAMAGED -Model shop
        $foreign | Remove-StaleContentType -Database $target -Force -Confirm:$false -NoUndo -ErrorAction SilentlyContinue -ErrorVariable refused | Should -BeNullOrEmpty
        $refused.FullyQualifiedErrorId | Should -BeLike 'OtherDatabase,*'
    }
}
