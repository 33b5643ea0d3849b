BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'Get-Page' -Skip:$noServer {
    BeforeAll { Connect-Database $env:DATAOPS_SAMPLE }
    AfterAll { Disconnect-Database }

    It 'lists the tree with addresses' {
        $page = Get-Page /home/log/fog-bell/
        $page.Id, $page.Parent, $page.Type, $page.Status, $page.Url | Should -Be @(5, 4, 'news.articlepage', 'Live', 'https://lantern-quay.example/log/fog-bell/')
        (Get-Page -Parent /home/ -Depth 1).Slug | Should -Be @('log', 'events', 'museum', 'contact', 'our-history')
        (Get-Page '/home/log/*').Count | Should -Be 6
    }

    It 'draws a tree' {
        $tree = Get-Page -Tree | Out-String -Width 120
        $tree | Should -Match '(?m)^Root +1 '
        $tree | Should -Match '(?m)^    Log book +4 '
    }

    It 'completes url paths and sites' {
        $line = 'Get-Page /home/lo'
        (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText | Should -Contain '/home/log/'
        $line = 'Set-Site -Site lan'
        (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText | Should -Contain 'lantern-quay.example:443'
    }

    It 'says which page is not there' {
        { Get-Page -Id 4711 -ErrorAction Stop } | Should -Throw -ErrorId 'UnknownPage,*'
    }
}

Describe 'Move-Page and Set-Site' -Skip:$noServer {
    BeforeAll {
        $target = New-TestDatabase $env:DATAOPS_SAMPLE
        Connect-Database $target
        $before = Get-Digest $target
        $undo = Join-Path $TestDrive 'pages.undo.gz'
    }
    AfterAll {
        Disconnect-Database
        Remove-TestDatabase $target
    }

    It 'plans with -WhatIf and changes nothing' {
        $plan = Get-Page -Parent /home/log/ -Depth 1 | Move-Page -To /home/museum/ -WhatIf
        ($plan | Where-Object Action -eq Move).Count | Should -Be 6
        $plan[-1].Changed | Should -BeFalse
        $plan[-1].WouldChange | Should -BeGreaterThan 6
        Get-Digest $target | Should -Be $before
    }

    It 'moves all pages of the pipeline with one undo file, and back' {
        $done = Get-Page -Parent /home/log/ -Depth 1 | Move-Page -To /home/museum/ -Redirect -UndoPath $undo
        $done.Changed, $done.Moved, $done.Redirects | Should -Be @($true, 6, 5)
        (Get-Page -Parent /home/museum/).Slug | Should -Be @('history', 'fog-bell', 'forty-coats', 'lamplight', 'kapitaen', 'rope-walk', 'winter-plans')
        (Get-Page -Parent /home/log/) | Should -BeNullOrEmpty
        $done | Undo-Change -NoUndo | Out-Null
        Get-Digest $target | Should -Be $before
    }

    It 'moves nothing when nothing is piped' {
        Get-Page | Where-Object Slug -eq nowhere | Move-Page -To /home/ -NoUndo | Should -BeNullOrEmpty
        Get-Digest $target | Should -Be $before
    }

    It 'sets a site and sets it back' {
        $done = Set-Site -HostName localhost -Port 8000 -NoUndo
        $done.Changed, $done.Site | Should -Be @($true, 'localhost:8000')
        (Get-Page -Id 4).Url | Should -Be 'http://localhost:8000/log/'
        (Set-Site -HostName localhost -Port 8000 -NoUndo).Changed | Should -BeFalse
        Set-Site localhost -HostName lantern-quay.example -Port 443 -NoUndo | Out-Null
        Get-Digest $target | Should -Be $before
    }
}
