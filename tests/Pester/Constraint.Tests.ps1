BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE_DAMAGED }
BeforeAll {
    . $PSScriptRoot/Helper.ps1
}

Describe 'Reset-Sequence' -Skip:$noServer {
    BeforeAll {
        $target = New-TestDatabase $env:DATAOPS_SAMPLE
        Invoke-Sql $target "select setval(pg_get_serial_sequence('auth_group', 'id'), 1)" | Out-Null
        $most = Invoke-Sql $target 'select max(id) from auth_group'
        Invoke-Sql $target "insert into auth_group (id, name) values ($($most + 5), 'Fixed key')" | Out-Null
    }
    AfterAll { Remove-TestDatabase $target }

    It 'plans with -WhatIf and changes nothing' {
        $finding, $sum = Reset-Sequence -Database $target -Table auth_group -WhatIf
        $finding.Class, $finding.LastValue, $finding.NewValue, $finding.Changed | Should -Be @('Behind', 1, ($most + 5), $false)
        $sum.Changed, $sum.Count, $sum.WouldChange | Should -Be @($false, 0, 1)
        Invoke-Sql $target 'select last_value from auth_group_id_seq' | Should -Be 1
    }

    It 'sets it, by the model that another cmdlet names, and once' {
        $finding, $sum = Get-Model auth.group -Database $target | Where-Object Kind -eq Model | Reset-Sequence -Database $target
        $finding.Changed, $sum.Changed, $sum.Count | Should -Be @($true, $true, 1)
        Invoke-Sql $target "select nextval('auth_group_id_seq')" | Should -Be ($most + 6)
        (Reset-Sequence -Database $target -Table auth_group).Changed | Should -BeFalse
        ($finding | Out-String) | Should -Match 'Behind'
        ($sum | Out-String) | Should -Match 'Reset-Sequence, .* done: 1 change'
    }
}

Describe 'Repair-Constraint' -Skip:$noServer {
    BeforeAll {
        $target = New-TestDatabase $env:DATAOPS_SAMPLE_DAMAGED
        $name = 'wagtailredirects_red_redirect_page_id_b5728a8f_fk_wagtailco'
    }
    AfterAll { Remove-TestDatabase $target }

    It 'refuses what does not hold, and names the rows' {
        $before = Get-Digest $target
        $told = Get-Reference -Database $target -Reference $name | Repair-Constraint -Database $target
        $repair, $sum = $told | Select-Object -Last 2
        ($told | Select-Object -SkipLast 2).Key | Should -Contain '901'
        $repair.Action, $repair.Status, $repair.Constraint | Should -Be @('Validate', 'Refused', $name)
        $repair.Note | Should -Match '901 -> .*Find-Orphan'
        $sum.Changed, $sum.Refused | Should -Be @($false, 1)
        Get-Digest $target | Should -Be $before
    }

    It 'validates when the orphans are gone, after -WhatIf has said so' {
        Invoke-Sql $target 'delete from wagtailredirects_redirect r where redirect_page_id is not null and not exists (select 1 from wagtailcore_page p where p.id = r.redirect_page_id)' | Out-Null
        (Repair-Constraint -Database $target -Reference $name -WhatIf)[0].Status | Should -Be 'Planned'
        Invoke-Sql $target "select convalidated from pg_constraint where conname = '$name'" | Should -BeFalse
        $repair, $sum = Repair-Constraint -Database $target -Reference $name
        $repair.Status, $sum.Changed, $sum.Count | Should -Be @('Done', $true, 1)
        Invoke-Sql $target "select convalidated from pg_constraint where conname = '$name'" | Should -BeTrue
        ($repair | Out-String) | Should -Match 'Validate'
        ($sum | Out-String) | Should -Match 'Repair-Constraint, .* done: 1 change'
        (Repair-Constraint -Database $target -Reference $name).Changed | Should -BeFalse
    }
}
