BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll {
    . $PSScriptRoot/Helper.ps1

    # What a changing cmdlet writes for one renamed group, made by hand.
    function New-UndoFile([string] $Uri, [string] $Path) {
        $was = Invoke-Sql $Uri 'select name from auth_group where id = 1'
        Invoke-Sql $Uri "update auth_group set name = 'Renamed' where id = 1" | Out-Null
        $now = Invoke-Sql $Uri "select left(encode(sha256(convert_to(row(id, name)::text, 'UTF8')), 'hex'), 32) from auth_group where id = 1"
        $header = [ordered]@{
            format = 'DataOps.Undo'; version = 1; operation = 'Rename-Group'; server = (Get-Database -Database $Uri).Server; database = ([uri] $Uri).AbsolutePath.Trim('/')
            systemIdentifier = $null; transaction = '3'; written = '2026-01-02T03:04:05Z'; dataOps = '0.1.0'
            tables = @(@{ schema = 'public'; name = 'auth_group'; columns = @(@{ name = 'id'; type = 'integer' }, @{ name = 'name'; type = 'character varying(150)' }) })
        } | ConvertTo-Json -Depth 5 -Compress
        $text = "$header`n1`tU`t$now`t1`t$was`n"
        $digest = [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($text)))
        $file = [IO.Compression.GZipStream]::new([IO.File]::Create($Path), [IO.Compression.CompressionMode]::Compress)
        $file.Write([Text.Encoding]::UTF8.GetBytes("$text{`"rows`":1,`"sha256`":`"$digest`"}`n"))
        $file.Dispose()
        $was
    }
}

Describe 'Undo-Change' -Skip:$noServer {
    BeforeAll {
        $target = New-TestDatabase $env:DATAOPS_SAMPLE
        $before = Get-Digest $target
        $file = Join-Path $TestDrive 'rename.undo.gz'
        $was = New-UndoFile $target $file
        $redo = Join-Path $TestDrive 'redo.undo.gz'
    }
    AfterAll { Remove-TestDatabase $target }

    It 'plans with -WhatIf, and tells each value with -Detailed' {
        $plan = Undo-Change $file -Database $target -WhatIf
        $plan.Changed | Should -BeFalse
        $plan.Count | Should -Be 0
        $plan.WouldChange | Should -Be 1
        $change = Undo-Change $file -Database $target -WhatIf -Detailed | Select-Object -First 1
        $change.Action, $change.Table, $change.Model, $change.Key, $change.Column, $change.OldValue, $change.NewValue |
            Should -Be @('Update', 'auth_group', 'auth.group', '1', 'name', 'Renamed', $was)
        Get-Digest $target | Should -Not -Be $before
    }

    It 'refuses the file of another database without -Force' {
        $failure = try { Undo-Change $file -Database $env:DATAOPS_SAMPLE } catch { $_ }
        $failure.FullyQualifiedErrorId | Should -Be 'OtherDatabase,DataOps.PowerShell.Commands.UndoChangeCommand'
    }

    It 'refuses a damaged file' {
        $damaged = Join-Path $TestDrive 'damaged.undo.gz'
        $bytes = [IO.File]::ReadAllBytes($file)
        [IO.File]::WriteAllBytes($damaged, $bytes[0..($bytes.Length - 20)])
        { Undo-Change $damaged -Database $target } | Should -Throw -ErrorId 'DamagedUndoFile,*'
    }

    It 'puts the row back, a file from Get-ChildItem at a time, and says so once' {
        $done = Get-ChildItem $file | Undo-Change -Database $target -UndoPath $redo
        $done.Changed, $done.Count, $done.Undoes, $done.UndoPath | Should -Be @($true, 1, 'Rename-Group', $redo)
        Get-Digest $target | Should -Be $before
        (Undo-Change $file -Database $target -NoUndo).Changed | Should -BeFalse
        ($done | Out-String) | Should -Match 'Undo-Change, .* done: undo Rename-Group of .*: update 1 row'
        ($done | Select-Object * | Out-String) | Should -Match 'WouldChange'
        $script:done = $done
    }

    It 'takes a result from the pipeline, and undoes what that did' {
        ($done | Undo-Change -Database $target -NoUndo).Path | Should -Be $redo
        Invoke-Sql $target 'select name from auth_group where id = 1' | Should -Be 'Renamed'
        $failure = try { [pscustomobject]@{ Path = $file; UndoPath = $null } | Undo-Change -Database $target -ErrorAction Stop } catch { $_ }
        $failure.FullyQualifiedErrorId | Should -BeLike 'NoUndoFile,*'
    }
}

Describe 'The changes of a folder' -Skip:$noServer {
    BeforeAll {
        $target = New-TestDatabase $env:DATAOPS_SAMPLE
        $state, $env:XDG_STATE_HOME = $env:XDG_STATE_HOME, "$TestDrive/state"
        $before = Get-Digest $target
        $null = Set-Site (Get-Site -Database $target)[0].Site -HostName one.example.org -Database $target
        $between = Get-Digest $target
        $null = Set-Site -HostName two.example.org -Site one.example.org -Database $target
    }
    AfterAll {
        $env:XDG_STATE_HOME = $state
        Remove-TestDatabase $target
    }

    It 'lists them, the oldest first, and shows them in 80 columns' {
        $changes = Get-Change
        $changes.Operation | Should -Be @('Set-Site', 'Set-Site')
        $changes.State | Should -Be @('Done', 'Done')
        $changes[0].Database | Should -Be ([uri] $target).AbsolutePath.Trim('/')
        ($changes | Out-String -Width 80) | Should -Match 'Set-Site +\d+ Done'
    }

    It 'undoes the newest, then the one before' {
        (Undo-Change -Last -Database $target).Undoes | Should -Be 'Set-Site'
        Get-Digest $target | Should -Be $between
        (Get-Change)[1].State | Should -Be 'Undone'
        Undo-Change -Last -Database $target | Out-Null
        Get-Digest $target | Should -Be $before
        { Undo-Change -Last -Database $target } | Should -Throw -ErrorId 'NoUndoFile,*'
    }

    It 'removes those that are piped, and none with -WhatIf' {
        Get-Change | Where-Object State -eq Undone | Remove-Change -WhatIf
        @(Get-Change).Count | Should -Be 4
        $gone = Get-Change | Where-Object State -eq Undone | Remove-Change -Confirm:$false
        @($gone).Count | Should -Be 2
        (Get-Change).Operation | Should -Be @('Undo-Change', 'Undo-Change')
        { Remove-Change -Confirm:$false } | Should -Throw -ErrorId 'MissingOption,*'
    }
}
