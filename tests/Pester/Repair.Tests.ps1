BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'Repair-Orphan' -Skip:$noServer {
    BeforeAll {
        $site = New-TestDatabase $env:DATAOPS_SAMPLE_DAMAGED
        $before = Get-Digest $site
        Connect-Database $site
    }
    AfterAll {
        Disconnect-Database
        Remove-TestDatabase $site
    }

    It 'plans with -WhatIf: by reference, by table, in all' {
        $plan = Find-Orphan -Class ForeignKey, Unvalidated, Generic | Repair-Orphan -Action Delete -OnDependent Cascade -WhatIf
        $sum = $plan | Select-Object -Last 1
        $sum.Changed, $sum.Count | Should -Be @($false, 0)
        $tables = $plan | Where-Object { $_.PSObject.Properties['Delete'] }
        ($tables | Measure-Object Delete -Sum).Sum | Should -Be $sum.Deleted
        ($plan | Where-Object { $_.PSObject.Properties['Choices'] } | Measure-Object Orphans -Sum).Sum | Should -Be @(Find-Orphan -Class ForeignKey, Unvalidated, Generic).Count
        ($plan | Out-String -Width 200) | Should -Match 'Choices'
        Get-Digest $site | Should -Be $before
    }

    It 'refuses what has to be decided, and names the actions that suit' {
        $failure = try { Find-Orphan -Class ForeignKey, Inheritance | Repair-Orphan -Confirm:$false -NoUndo } catch { $_ }
        $failure.FullyQualifiedErrorId | Should -Be 'UndecidedReferences,DataOps.PowerShell.Commands.RepairOrphanCommand'
        $failure.ErrorDetails.Message | Should -Match 'Quarantine, Delete'
        $failure.ErrorDetails.RecommendedAction | Should -Match '-Action'
        Get-Digest $site | Should -Be $before
    }

    It 'asks first, and does nothing where nobody can answer' {
        $run = Invoke-Pwsh "Import-Module '$Manifest'; Repair-Orphan -Class Generic -Action Delete -Database '$site' -NoUndo"
        $run.ExitCode | Should -Not -Be 0
        Get-Digest $site | Should -Be $before
    }

    It 'repairs what the pipeline delivers in one change, and Undo-Change takes it back' {
        $undo = Join-Path $TestDrive 'repair.undo.gz'
        $done = Find-Orphan -Class ForeignKey, Unvalidated, Generic | Repair-Orphan -Action Delete -OnDependent Cascade -Confirm:$false -UndoPath $undo -WarningAction SilentlyContinue
        $done.Changed | Should -BeTrue
        $done.Count | Should -Be $done.WouldChange
        Find-Orphan -Class ForeignKey, Unvalidated, Generic | Should -BeNullOrEmpty
        ($done | Format-List | Out-String) | Should -Match 'Afterwards'
        $second = Find-Orphan -Class ForeignKey, Unvalidated, Generic | Repair-Orphan -Action Delete -Confirm:$false -NoUndo
        $second.Changed | Should -BeFalse
        $null = $done | Undo-Change -NoUndo
        Get-Digest $site | Should -Be $before
    }

    It 'takes the sums of Find-Orphan, and objects that a file has kept' {
        $reference = Find-Orphan -Class ForeignKey -Summary | Select-Object -First 1
        $plan = $reference | Repair-Orphan -Action Delete -OnDependent Cascade -WhatIf
        $plan[0].Orphans | Should -Be $reference.Count
        $csv = Join-Path $TestDrive 'orphans.csv'
        Find-Orphan -Reference $reference.Reference | Export-Csv $csv
        (Import-Csv $csv | Repair-Orphan -Action Delete -OnDependent Cascade -WhatIf)[0].Orphans | Should -Be $reference.Count
    }

    It 'refuses objects of another database, all of them' {
        $failure = try { Find-Orphan -Class Generic | Repair-Orphan -Database $env:DATAOPS_SAMPLE -Action Delete -Confirm:$false -NoUndo } catch { $_ }
        $failure.FullyQualifiedErrorId | Should -Be 'OtherDatabase,DataOps.PowerShell.Commands.RepairOrphanCommand'
    }

    It 'repairs in batches' {
        $undo = Join-Path $TestDrive 'batches.undo.gz'
        $done = Repair-Orphan -Class Generic -Action Delete -BatchSize 2 -Confirm:$false -UndoPath $undo -WarningAction SilentlyContinue
        $done.Batches | Should -BeGreaterThan 1
        Find-Orphan -Class Generic | Should -BeNullOrEmpty
        $null = $done | Undo-Change -NoUndo
        Get-Digest $site | Should -Be $before
    }
}

Describe 'Repair-Database' -Skip:$noServer {
    BeforeAll {
        $site = New-TestDatabase $env:DATAOPS_SAMPLE_DAMAGED
        $before = Get-Digest $site
        Connect-Database $site
    }
    AfterAll {
        Disconnect-Database
        Remove-TestDatabase $site
    }

    It 'plans with a policy from a hashtable or a .psd1 file, and says what stays undecided' {
        $policy = Join-Path $TestDrive 'site.repair.psd1'
        "@{ references = @(@{ class = 'Generic'; action = 'Delete' }) # history of deleted objects`n}" | Set-Content $policy
        $plan = Repair-Database $policy -WhatIf
        ($plan | Where-Object Action -EQ 'Delete').Count | Should -BeGreaterThan 0
        ($plan | Where-Object PolicyLine)[0].PolicyLine | Should -Match '^\w+: [\[{]'
        $sum = (Repair-Database @{ references = @(@{ class = 'Generic'; action = 'Delete' }) } -WhatIf)[-1]
        $sum.Deleted | Should -Be $plan[-1].Deleted
        ($plan | Out-String -Width 120) | Should -Match 'Delete +\d+ taggit_taggeditem'
        Get-Digest $site | Should -Be $before
    }

    It 'takes findings from the pipeline, and nothing from an empty one' {
        $plan = Test-Database -Audit Sequence | Repair-Database -WhatIf
        ($plan | Where-Object Operation -NE 'Repair-Database').Operation | Select-Object -Unique | Should -Be 'Reset-Sequence'
        (Test-Database -Audit Sequence | Where-Object { $false } | Repair-Database -WhatIf).WouldChange | Should -Be 0
    }

    It 'refuses all findings for an object that is none' {
        { @(Test-Database -Audit Sequence) + [pscustomobject] @{ Title = 'x' } | Repair-Database -Confirm:$false -ErrorAction Continue } | Should -Throw -ErrorId 'UselessInput,*'
        Get-Digest $site | Should -Be $before
    }

    It 'takes the policy that New-RepairPolicy wrote, as it is and with its decisions' {
        $policy = Join-Path $TestDrive 'new.repair.psd1'
        (New-RepairPolicy $policy).Decisions | Should -BeGreaterThan 5
        $nothing = Repair-Database -WhatIf
        $undecided = Repair-Database $policy -WhatIf
        $undecided[-1].Undecided | Should -Be $nothing[-1].Undecided
        (Get-Content $policy) -replace '^( +)# (@\{|\w+ = )', '$1$2' | Set-Content $policy
        (Repair-Database $policy -WhatIf)[-1].Undecided | Should -BeLessThan ($nothing[-1].Undecided / 2)
    }

    It 'asks first, and does nothing where nobody can answer' {
        $run = Invoke-Pwsh "Import-Module '$Manifest'; Repair-Database @{ references = @(@{ class = 'Generic'; action = 'Delete' }) } -Database '$site' -NoUndo"
        $run.ExitCode | Should -Not -Be 0
        Get-Digest $site | Should -Be $before
    }

    It 'repairs what is safe in one change, and Undo-Change takes it back' {
        $undo = Join-Path $TestDrive 'database.undo.gz'
        $done = Repair-Database -Confirm:$false -UndoPath $undo -WarningAction SilentlyContinue
        $done[-1].Changed, $done[-1].Deleted, $done[-1].UndoPath | Should -Be @($true, 0, $undo)
        $null = $done[-1] | Undo-Change -NoUndo -WarningAction SilentlyContinue
        Get-Digest $site | Should -Be $before
    }
}

Describe 'The remedies of an audit' -Skip:$noServer {
    BeforeAll {
        $site = New-TestDatabase $env:DATAOPS_SAMPLE_DAMAGED
        Connect-Database $site
        $state = $env:XDG_STATE_HOME
        $env:XDG_STATE_HOME = $TestDrive
    }
    AfterAll {
        $env:XDG_STATE_HOME = $state
        Disconnect-Database
        Remove-TestDatabase $site
    }

    It 'leave, typed in its order, no more than what a person has to look at, and every page' {
        $pages = 'select string_agg(id::text, chr(44) order by id) from wagtailcore_page'
        $before = (Invoke-Sql $site $pages) -split ','
        $found = Test-Database
        $found.Remedy | Where-Object { $_ -cmatch 'Repair|Reset' } | Should -MatchExactly ' -WhatIf$'
        foreach ($remedy in $found.Remedy | Select-Object -Unique) {
            # As it stands it shows what it would do; without its last word it does it.
            $command = $remedy -creplace '((?:Repair|Reset)-.*) -WhatIf$', '$1 -Confirm:$false'
            $null = Invoke-Expression "$command -ErrorAction Stop -WarningAction SilentlyContinue"
        }
        $left = Test-Database
        $before | Where-Object { $_ -notin ((Invoke-Sql $site $pages) -split ',') } | Should -BeNullOrEmpty
        $left.Severity | Should -Not -Contain 'Error'
        # Guesses, references inside of texts, and applications that nothing is known of.
        $left | ForEach-Object { "$($_.Audit) $($_.Class)" } | Select-Object -Unique |
            Should -BeIn 'Orphan Implied', 'Orphan Embedded', 'Constraint Missing', 'ContentType Undecidable', 'ContentType StaleApp'
        $found.Count | Should -BeGreaterThan (3 * $left.Count)
    }
}
