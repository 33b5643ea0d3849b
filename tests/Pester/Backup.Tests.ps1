BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'Backup-Site and Restore-Site' -Skip:$noServer {
    BeforeAll {
        $site = New-TestDatabase $env:DATAOPS_SAMPLE
        $before = Get-Digest $site
        Connect-Database $site
        $media = Join-Path $TestDrive 'media'
        New-Item -ItemType Directory $media | Out-Null
        Set-Content "$media/a.txt" 'one'
    }
    AfterAll {
        Disconnect-Database
        Remove-TestDatabase $site
    }

    It 'writes an archive, lists it, and reads it to its end' {
        $written = Backup-Site "$TestDrive/site.tar" -Storage "media=$media"
        $written.Orphans, $written.Files | Should -Be @(0, 1)
        $listed = Get-Backup $TestDrive
        $listed.Rows, $listed.Storages | Should -Be @($written.Rows, 'media')
        ($listed | Test-Backup).Members | Should -BeGreaterThan 10
        ($listed | Out-String -Width 80) | Should -Match 'site\.tar'
        (tar -tf "$TestDrive/site.tar")[-1] | Should -Be 'manifest.json.sha256'
    }

    It 'says what would happen, asks, and does nothing where nobody can answer' {
        $plan = Restore-Site "$TestDrive/site.tar" -Storage "media=$media" -WhatIf
        $plan.Changed, $plan.KeptDatabase | Should -Match 'False|_before_'
        $run = Invoke-Pwsh "Import-Module '$Manifest'; Restore-Site '$TestDrive/site.tar' -NoStorage -Database '$site'"
        $run.ExitCode | Should -Not -Be 0
        Get-Digest $site | Should -Be $before
    }

    It 'takes the place of the live site, and the connection goes on' {
        Invoke-Sql $site 'truncate auth_group cascade; select 1' | Out-Null
        $done = Restore-Site "$TestDrive/site.tar" -Storage "media=$media" -Confirm:$false
        $done.Changed, $done.Count | Should -Be @($true, $done.Rows)
        Get-Digest $site | Should -Be $before
        (Get-Model auth.group).Table | Should -Contain 'auth_group'
        Remove-TestDatabase ($site -replace '/[^/]*$', "/$($done.KeptDatabase)")
    }
}
