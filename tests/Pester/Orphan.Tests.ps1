BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'Find-Orphan' -Skip:$noServer {
    BeforeAll { Connect-Database $env:DATAOPS_SAMPLE_DAMAGED }
    AfterAll { Disconnect-Database }

    It 'finds nothing in a healthy site, and damage in a damaged one' {
        Find-Orphan -Database $env:DATAOPS_SAMPLE | Should -BeNullOrEmpty
        Find-Orphan | Should -Not -BeNullOrEmpty
    }

    It 'takes tables and references from the pipeline by name' {
        $all = Find-Orphan
        $table = $all[0].Table
        $piped = [pscustomobject]@{ Table = $table } | Find-Orphan
        $piped | ConvertTo-Json | Should -Be (Find-Orphan -Table $table | ConvertTo-Json)
        $reference = Get-Reference -Table $table | Find-Orphan
        $reference.Count | Should -Be $piped.Count
    }

    It 'asks about a table once, however many objects name it' {
        $all = @(Find-Orphan | Where-Object Reference | Select-Object Server, Database, Table)
        $table = $all | Group-Object Table | Sort-Object Count -Descending | Select-Object -First 1
        ($table.Group | Find-Orphan).Count | Should -Be (Find-Orphan -Table $table.Name).Count
    }

    It 'refuses objects of another database, and goes on with the rest' {
        $foreign = Find-Orphan | Select-Object -First 1
        $result = $foreign, [pscustomobject]@{ Table = 'wagtailcore_page' } | Find-Orphan -Database $env:DATAOPS_SAMPLE -ErrorAction SilentlyContinue -ErrorVariable refused
        $result | Should -BeNullOrEmpty
        $refused.FullyQualifiedErrorId | Should -Be 'OtherDatabase,DataOps.PowerShell.Commands.FindOrphanCommand'
    }

    It 'refuses what has nothing that it takes' {
        [pscustomobject]@{ Page = 1 } | Find-Orphan -ErrorAction SilentlyContinue -ErrorVariable refused | Should -BeNullOrEmpty
        $refused.FullyQualifiedErrorId | Should -Be 'UselessInput,DataOps.PowerShell.Commands.FindOrphanCommand'
    }

    It 'works twice in one pipeline over one connection' {
        { Find-Orphan | Find-Orphan | Out-Null } | Should -Not -Throw
    }

    It 'writes flat objects that JSON keeps' {
        foreach ($orphan in Find-Orphan | ConvertTo-Json -EnumsAsStrings | ConvertFrom-Json) {
            @($orphan.PSObject.Properties.Name)[0, 1] | Should -Be 'Server', 'Database'
            $orphan.PSObject.Properties.Value | Where-Object { $_ -is [psobject] -and $_ -isnot [string] -and $_ -isnot [valuetype] } | Should -BeNullOrEmpty
        }
    }

    It 'says which name matches nothing' {
        { Find-Orphan -Table no_such_table } | Should -Throw '*no_such_table*'
    }
}

Describe 'A pipeline that ends early' -Skip:$noServer {
    BeforeAll {
        $large = New-TestDatabase $env:DATAOPS_SAMPLE
        Invoke-Sql $large 'create table public.large_child (id bigint primary key, page_id integer);
            insert into public.large_child select i, 100000000 + i from generate_series(1, 1500000) i;
            alter table public.large_child add constraint large_child_page_fk foreign key (page_id) references public.wagtailcore_page (id) not valid;
            analyze public.large_child' | Out-Null
    }
    AfterAll { Remove-TestDatabase $large }

    It 'ends the query on the server at once, by Select-Object -First' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $first = Find-Orphan -Table large_child -Database $large | Select-Object -First 1
        $watch.ElapsedMilliseconds | Should -BeLessThan 5000
        $first.Table | Should -BeLike '*large_child'
        Get-RunningQuery $large 'Find-Orphan' | Should -Be 0
    }

    It 'ends the query on the server, by an error further down' {
        { Find-Orphan -Table large_child -Database $large | ForEach-Object { throw 'enough' } } | Should -Throw 'enough'
        Get-RunningQuery $large 'Find-Orphan' | Should -Be 0
    }

    It 'ends the query on the server, by Ctrl+C' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$Manifest'; Find-Orphan -Table large_child -Database '$large' | ForEach-Object { Start-Sleep -Milliseconds 20 }")
        $run = $shell.BeginInvoke()
        $deadline = [DateTime]::UtcNow.AddSeconds(30)
        while ((Invoke-Sql $large "select count(*) from pg_stat_activity where application_name = 'DataOps/Find-Orphan'") -eq 0 -and [DateTime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 50 }
        Start-Sleep -Milliseconds 500
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $shell.Stop()
        $watch.ElapsedMilliseconds | Should -BeLessThan 3000
        $run.IsCompleted | Should -BeTrue
        Invoke-Sql $large "select count(*) from pg_stat_activity where application_name = 'DataOps/Find-Orphan'" | Should -Be 0
        $shell.Dispose()
    }
}
