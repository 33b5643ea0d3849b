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
        $tree | Should -Match '(?m)^Root  /  \(1, wagtailcore\.page\)'
        $tree | Should -Match '(?m)^    Log book  /home/log/  \(4, '
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

Describe 'Convert-Page, and the guide to splitting a page type' -Skip:$noServer {
    BeforeEach {
        $guide = Join-Path $PSScriptRoot '../../docs/guides/blog-to-podcast' | Resolve-Path | ForEach-Object Path
        $target = New-TestDatabase $env:DATAOPS_SAMPLE
        Invoke-Sql $target (Get-Content "$guide/podcast.sql" -Raw) | Out-Null
        Connect-Database $target
        $before = Get-Digest $target
        $arguments = @{ Page = '/home/log/'; To = 'news.podcast'; Default = @{ keywords = ''; explicit = 1 }; Child = '/home/events/*'; HostName = 'localhost' }
        $state, $env:XDG_STATE_HOME = $env:XDG_STATE_HOME, "$TestDrive"
    }
    AfterEach {
        $env:XDG_STATE_HOME = $state
        Disconnect-Database
        Remove-TestDatabase $target
    }

    It 'refuses to convert while a field has no value' {
        { Convert-Page /home/log/ -To news.podcast -Prefix new_ -NoUndo } | Should -Throw -ErrorId 'CannotConvert,*'
        Get-Digest $target | Should -Be $before
    }

    It 'converts and takes it back' {
        $undo = Join-Path $TestDrive 'convert.undo.gz'
        $done = Get-Page /home/log/ | Convert-Page -To news.podcast -Prefix new_ -Default $arguments.Default -UndoPath $undo
        $done.Changed, $done.Pages, $done.OldType | Should -Be @($true, 1, 'news.newsindexpage')
        (Get-Page /home/log/).Type | Should -Be 'news.podcast'
        Invoke-Sql $target 'select new_introduction from news_podcast' | Should -Be '<p>What happened between two tides.</p>'
        $done | Undo-Change -NoUndo | Out-Null
        Get-Digest $target | Should -Be $before
    }

    It 'says what the script would do, and changes nothing' {
        $steps = & "$guide/split.ps1" @arguments -Check
        ($steps | Where-Object Operation).Operation | Should -Be @('Set-Site', 'Convert-Page', 'Move-Page')
        ($steps | Where-Object Operation).Changed | Should -Not -Contain $true
        Get-Digest $target | Should -Be $before
    }

    It 'splits the type, with the children moved, slugs and address kept, and the tree clean' {
        $steps = & "$guide/split.ps1" @arguments
        ($steps | Where-Object Operation).Changed | Should -Be @($true, $true, $true, $true)
        $page = Get-Page /home/log/
        $page.Id, $page.Type, $page.Url, $page.Children | Should -Be @(4, 'news.podcast', 'https://lantern-quay.example/log/', 9)
        (Get-Page -Parent /home/log/).Slug | Select-Object -Last 3 | Should -Be @('knot-night', 'open-day', 'shanties')
        (Get-Page -Parent /home/events/) | Should -BeNullOrEmpty
        Invoke-Sql $target "select count(*) from wagtailredirects_redirect where old_path like '/events/%' and redirect_page_id between 12 and 14" | Should -Be 3
        Invoke-Sql $target "select count(*) from wagtailcore_page p where numchild <> (select count(*) from wagtailcore_page c where left(c.path, -4) = p.path) or depth <> length(path) / 4" | Should -Be 0
    }

    It 'splits it with a new page in the old one''s place as well' {
        $steps = & "$guide/split.ps1" @arguments -AsNewPage
        ($steps | Where-Object Operation).Changed | Should -Be @($true, $true, $true, $true)
        $page = Get-Page /home/log/
        $page.Id | Should -BeGreaterThan 14
        $page.Type, $page.Url, $page.Children | Should -Be @('news.podcast', 'https://lantern-quay.example/log/', 9)
        { Get-Page -Id 4 -ErrorAction Stop } | Should -Throw -ErrorId 'UnknownPage,*'
        Test-Tree | Should -BeNullOrEmpty
    }

    It 'keeps the old page as a draft and says which page is which' {
        $undo = Join-Path $TestDrive 'newpage.undo.gz'
        $arguments = @{ To = 'news.podcast'; Prefix = 'new_'; Default = $arguments.Default; AsNewPage = $true }
        $plan = Convert-Page /home/log/ @arguments -WhatIf
        $plan[0].OldId, $plan[0].Children, $plan[0].OldUrlPath | Should -Be @(4, 6, '/home/log-old/')
        ($plan | Out-String -Width 120) | Should -Match '4 +\d+ Keep +6 /home/log/ +/home/log-old/'
        Get-Digest $target | Should -Be $before
        $done = Convert-Page /home/log/ @arguments -UndoPath $undo
        (Get-Page /home/log-old/).Status | Should -Be 'Draft'
        (Get-Page -Id $done.Id).UrlPath | Should -Be '/home/log/'
        (Convert-Page -Type news.newsindexpage @arguments -NoUndo).Changed | Should -BeFalse
        $done | Undo-Change -NoUndo | Out-Null
        Get-Digest $target | Should -Be $before
    }
}
