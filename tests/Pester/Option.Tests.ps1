BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll { . $PSScriptRoot/Helper.ps1 }

# No server: what an options record refuses is refused before anything is connected to.
Describe 'An option that cannot be meant' {
    It 'is refused in the words of the core: <message>' -ForEach @(
        @{ run = { Get-Page -Depth -1 -Database postgres://127.0.0.1:1/none }; id = 'InvalidOption'; message = '-Depth cannot be -1.' }
        @{ run = { Export-Dataset x.json -Indent -1 -Database postgres://127.0.0.1:1/none }; id = 'InvalidOption'; message = '-Indent cannot be -1.' }
        @{ run = { Get-Page -Parent '' -Database postgres://127.0.0.1:1/none }; id = 'InvalidOption'; message = '-Parent cannot be empty.' }
        @{ run = { Undo-Change -Database postgres://127.0.0.1:1/none }; id = 'MissingOption'; message = '-Path is missing.' }
        @{
            run = { Import-Dataset https://a.example/x.json -Database postgres://127.0.0.1:1/none }
            id = 'NotAFile'; message = 'https://a.example/x.json is an address, not a path.'
        }
        @{
            run = { Get-DatasetDefinition https://a.example/x.json -Offline }
            id = 'NotAFile'; message = 'https://a.example/x.json is an address, not a path.'
        }
        @{
            run = { Undo-Change https://a.example/x.json -Database postgres://127.0.0.1:1/none }
            id = 'NotAFile'; message = 'https://a.example/x.json is an address, not a path.'
        }
        @{
            run = { Repair-Tree -To 2 -Database postgres://127.0.0.1:1/none }
            id = 'ContradictingOptions'; message = '-To means nothing without -Orphan Reattach.'
        }
    ) {
        $run | Should -Throw $message -ErrorId "$id,*"
    }
}

Describe 'A name that is not found' -Skip:$noServer {
    BeforeAll { Connect-Database $env:DATAOPS_SAMPLE }
    AfterAll { Disconnect-Database }

    It 'takes the names that a pipeline brings as texts, and none where the parameter is given' {
        ('auth_group', 'auth_user' | Get-Reference -Class ForeignKey | Select-Object -ExpandProperty Table | Sort-Object -Unique) |
            Should -Be (Get-Reference auth_group, auth_user -Class ForeignKey | Select-Object -ExpandProperty Table | Sort-Object -Unique)
        ('/home/' | Get-Page).Id | Should -Be (Get-Page /home/).Id
        { 'auth_group' | Get-Reference auth_user -ErrorAction Stop } | Should -Throw -ErrorId 'UselessInput,*'
        { 'auth_group' | Reset-Sequence -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'UselessInput,*'
    }

    It 'is one error each, and the others are done: <command>' -ForEach @(
        @{ command = 'Get-Model'; run = { Get-Model no.such, news.articlepage, nor.such @args }; id = 'UnknownModel'; targets = 'no.such', 'nor.such' }
        @{ command = 'Get-Reference'; run = { Get-Reference no_such, wagtailcore_page @args }; id = 'UnknownTable'; targets = @('no_such') }
        @{ command = 'Get-Page'; run = { Get-Page -Id 4711, 4, 4712 @args }; id = 'UnknownPage'; targets = '4711', '4712' }
        @{ command = 'Get-Page -UrlPath'; run = { Get-Page /no/such/, /home/ @args }; id = 'UnknownPage'; targets = @('/no/such/') }
        @{
            command = 'Get-DatasetDefinition'; id = 'UnknownDataset'; targets = @('nix')
            run = { Get-DatasetDefinition '{"datasets": {"a": {"specs": [{"model": "auth.group"}]}}}' -Name nix, a -Offline @args }
        }
    ) {
        $found = . $run -ErrorAction SilentlyContinue -ErrorVariable missing
        @($found).Count | Should -BeGreaterThan 0
        $missing.FullyQualifiedErrorId | ForEach-Object { $_ | Should -BeLike "$id,*" }
        $missing.TargetObject | Should -Be $targets
        { & $run -ErrorAction Stop } | Should -Throw -ErrorId "$id,*"
    }

    It 'is nothing where it has wildcards' {
        Find-Orphan no_such* -ErrorVariable missing | Should -BeNullOrEmpty
        Get-Page -Type no.such* -ErrorVariable +missing | Should -BeNullOrEmpty
        Test-Tree -Model no.such* -ErrorVariable +missing | Should -BeNullOrEmpty
        $missing | Should -BeNullOrEmpty
    }

    It 'ends a change before it does anything' {
        { Reset-Sequence no_such, auth_user -WhatIf -ErrorAction SilentlyContinue } | Should -Throw -ErrorId 'UnknownTable,*'
        (Reset-Sequence no_such* -WhatIf -WarningVariable warned -WarningAction SilentlyContinue).Changed | Should -Not -Contain $true
        $warned | Should -Be @('There is no table "no_such*".')
    }
}
