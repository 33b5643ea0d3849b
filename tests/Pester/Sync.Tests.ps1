BeforeDiscovery {
    $noServer = -not $env:DATAOPS_SAMPLE
    $noAnsible = $noServer -or -not (Get-Command ansible-playbook -ErrorAction Ignore)
}
BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'The guide to requested updates' -Skip:$noServer {
    BeforeEach {
        $guide = Join-Path $PSScriptRoot '../../docs/guides/sync' | Resolve-Path | ForEach-Object Path
        $source, $target = 1, 2 | ForEach-Object { New-TestDatabase ($env:DATAOPS_SAMPLE -replace '/[^/]*$', '/template0') }
        $source, $target | ForEach-Object { Invoke-Sql $_ (Get-Content "$guide/polls.sql" -Raw) }
        Invoke-Sql $source "delete from polls_choice where id in (9, 12); update polls_question set question_text = 'Why?', update_requested = true where id = 4" | Out-Null
        $databases = @{ SOURCE = $source; TARGET = $target; XDG_STATE_HOME = "$TestDrive" }
        function Sync([string] $Options) { Invoke-Pwsh "Import-Module '$Manifest'; & '$guide/sync.ps1' $Options" $databases }
        function Play([string[]] $Options) {
            $databases.GetEnumerator() | ForEach-Object { Set-Item "env:$($_.Key)" $_.Value }
            $modules = New-Item -ItemType Directory (Join-Path $TestDrive (New-Guid))
            $null = New-Item -ItemType SymbolicLink (Join-Path $modules 'DataOps') -Target (Split-Path $Manifest)
            $env:PSModulePath = "$modules"
            ansible-playbook "$guide/sync.yml" @Options 2>$null | Out-String
        }
        function Choices([string] $Uri) { Invoke-Sql $Uri "select string_agg(id || ':' || question_id, ' ' order by id) from polls_choice" }
    }
    AfterEach { $source, $target | ForEach-Object { Remove-TestDatabase $_ } }

    It 'says what it would do, and changes neither site' {
        $before = (Get-Digest $source), (Get-Digest $target)
        $run = Sync '-Check'
        $run.Error | Should -BeNullOrEmpty
        ($run.Output -split "`n")[-1] | ConvertFrom-Json | ForEach-Object { $_.Changed, $_.WouldChange, $_.Deleted } | Should -Be $false, 2, 1
        (Get-Digest $source), (Get-Digest $target) | Should -Be $before
    }

    It 'brings what was requested, deletions included, and nothing else' {
        $run = Sync
        $run.Error | Should -BeNullOrEmpty
        $load = $run.Output | ConvertFrom-Json
        $load.Changed, $load.Updated, $load.Deleted | Should -Be $true, 1, 1
        # Choice 9 of question 3 is gone from the source as well, but nobody asked for it.
        Choices $target | Should -Be '1:1 2:1 3:1 4:2 5:2 6:2 7:3 8:3 9:3 10:4 11:4'
        Invoke-Sql $target 'select question_text from polls_question where id = 4' | Should -Be 'Why?'
        Invoke-Sql $source 'select count(*) from polls_question where update_requested' | Should -Be 0
        (Sync).Output | Should -BeNullOrEmpty
    }

    It 'refuses to delete more than allowed, and leaves the request as it was' {
        $before = (Get-Digest $source), (Get-Digest $target)
        $run = Sync '-MaxDelete 10%'
        $run.ExitCode | Should -Be 1
        $run.Error | Should -Match 'would delete 1 of the 3 rows of polls.choice'
        (Get-Digest $source), (Get-Digest $target) | Should -Be $before
    }

    It 'is changed and then ok in a playbook, with a check mode that changes nothing' -Skip:$noAnsible {
        $before = (Get-Digest $source), (Get-Digest $target)
        Play '--check' | Should -Match 'ok=1 +changed=1 '
        (Get-Digest $source), (Get-Digest $target) | Should -Be $before
        Play | Should -Match 'ok=1 +changed=1 '
        Invoke-Sql $target 'select question_text from polls_question where id = 4' | Should -Be 'Why?'
        Play | Should -Match 'ok=1 +changed=0 '
    }
}
