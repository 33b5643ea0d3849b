BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'Export-Dataset and Import-Dataset' -Skip:$noServer {
    BeforeAll {
        $target = New-TestDatabase $env:DATAOPS_SAMPLE_EMPTY
        $file = Join-Path $TestDrive 'site.jsonl'
        Export-Dataset $file -Database $env:DATAOPS_SAMPLE -IncludeDerived | Out-Null
    }
    AfterAll { Remove-TestDatabase $target }

    It 'writes relative to the location of the runspace' {
        Push-Location $TestDrive
        try { Export-Dataset here.json -Database $env:DATAOPS_SAMPLE | Out-Null } finally { Pop-Location }
        Join-Path $TestDrive here.json | Should -Exist
    }

    It 'overwrites no file without -Force' {
        { Export-Dataset $file -Database $env:DATAOPS_SAMPLE } | Should -Throw -ErrorId '*,DataOps.PowerShell.Commands.ExportDatasetCommand'
        $(try { Export-Dataset $file -Database $env:DATAOPS_SAMPLE } catch { $_ }).CategoryInfo.Category | Should -Be 'ResourceExists'
    }

    It 'exports the models that come from the pipeline, and nothing for an empty one' {
        $some = Join-Path $TestDrive 'some.jsonl'
        $models = @(Get-Model 'auth.*' -Database $env:DATAOPS_SAMPLE)
        $models | Export-Dataset $some -Database $env:DATAOPS_SAMPLE | Out-Null
        (Get-Content $some | ConvertFrom-Json).model | Sort-Object -Unique | Should -BeLike 'auth.*'
        $none = Join-Path $TestDrive 'none.jsonl'
        @() | Export-Dataset $none -Database $env:DATAOPS_SAMPLE -WarningAction SilentlyContinue
        $none | Should -Not -Exist
    }

    It 'passes over what Get-Model lists without a table' {
        $all = Join-Path $TestDrive 'all.jsonl'
        $listed = Get-Model -Database $env:DATAOPS_SAMPLE_DAMAGED
        $listed.Kind | Should -Contain 'NoTable'
        ($listed | Export-Dataset $all -Database $env:DATAOPS_SAMPLE_DAMAGED -WarningAction SilentlyContinue).Models | Should -Be @($listed | Where-Object Kind -eq Model).Count
    }

    It 'plans with -WhatIf, and leaves the database as it was' {
        $before = Get-Digest $target
        $plan = Import-Dataset $file -Database $target -WhatIf
        $plan.Changed | Should -Not -Contain $true
        ($plan.WouldChange | Measure-Object -Sum).Sum | Should -BeGreaterThan 0
        Get-Digest $target | Should -Be $before
    }

    It 'loads, and changes nothing the second time' {
        $first = Import-Dataset $file -Database $target -Confirm:$false
        $first.Changed | Should -Contain $true
        $loaded = Get-Digest $target
        (Import-Dataset $file -Database $target -Confirm:$false).Changed | Should -Not -Contain $true
        Get-Digest $target | Should -Be $loaded
    }

    It 'takes files from the pipeline, and results of an export of another database' {
        { Get-Item $file | Import-Dataset -Database $target -WhatIf } | Should -Not -Throw
        $other = Join-Path $TestDrive 'other.jsonl'
        { Export-Dataset $other -Database $env:DATAOPS_SAMPLE | Import-Dataset -Database $target -WhatIf } | Should -Not -Throw
    }

    It 'names a file that is not there' {
        $failure = try { Import-Dataset (Join-Path $TestDrive 'missing.json') -Database $target -Confirm:$false } catch { $_ }
        $failure.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        "$failure" | Should -Match 'missing.json'
    }

    It 'reads YAML and bzip2 with the libraries that come with the module' {
        $yaml = Join-Path $TestDrive 'group.yaml.bz2'
        [IO.File]::WriteAllBytes($yaml, [Convert]::FromBase64String('QlpoOTFBWSZTWR5dwHYAAAbZgAAQQAM0kDfv3hogAFCgAAAABFHqbInoTRo0eozUd22gIFjF4i6sJanLq1ffDBSpZSDn5cUmEVg0sA0yi1CRGe34u5IpwoSA8u4DsA=='))
        (Import-Dataset $yaml -Database $target -WhatIf | Select-Object -Last 1).Objects | Should -Be 1
    }

    It 'has no standard input or output, and fetches nothing' {
        $import = { param($path) Import-Dataset $path -Database $target -WhatIf }
        $export = { param($path) Export-Dataset $path -Database $env:DATAOPS_SAMPLE }
        foreach ($command in $import, $export) {
            foreach ($path in '-', 'https://example.org/site.json') {
                $failure = try { & $command $path } catch { $_ }
                $failure.FullyQualifiedErrorId | Should -BeLike 'NotAFile,*'
                "$failure" | Should -Match ([regex]::Escape($path))
            }
        }
    }

    It 'writes microseconds when asked' {
        $exact = Join-Path $TestDrive 'exact.jsonl'
        $result = Export-Dataset $exact -Database $env:DATAOPS_SAMPLE -Precision Microsecond
        $result.InexactFields | Should -Not -Match 'cut to milliseconds'
    }
}

Describe 'Natural keys, and a load taken back' -Skip:$noServer {
    BeforeAll {
        $target = New-TestDatabase $env:DATAOPS_SAMPLE
        $file = Join-Path $TestDrive 'natural.json.gz'
    }
    AfterAll { Remove-TestDatabase $target }

    It 'takes the natural keys of own models as a hashtable' {
        $dump = Export-Dataset $file -Database $target -NaturalForeign -NaturalPrimary -NaturalKey @{ 'news.category' = 'slug'; 'people.person' = 'first_name', 'last_name' }
        $dump.Count | Should -BeGreaterThan 0
        (Import-Dataset $file -Database $target -NaturalKey @{ 'news.category' = 'slug'; 'people.person' = 'first_name', 'last_name' } -WhatIf | Select-Object -Last 1).WouldChange | Should -Be 0
    }

    It 'plans by model, loads, and puts everything back with the undo file of the result' {
        $before = Get-Digest $target
        $groups = Join-Path $TestDrive 'groups.jsonl'
        Set-Content $groups '{"model": "auth.group", "fields": {"name": "Night shift", "permissions": [["add_page", "wagtailcore", "page"]]}}'

        $plan = Import-Dataset $groups -Database $target -WhatIf
        $plan[0].Model, $plan[0].Insert, $plan[0].ManyToManyAdd | Should -Be 'auth.group', 1, 1
        $plan[-1].WouldChange | Should -Be 2
        Get-Digest $target | Should -Be $before

        $load = Import-Dataset $groups -Database $target -UndoPath (Join-Path $TestDrive 'groups.undo.gz') -WarningAction SilentlyContinue
        $load.Changed, $load.Count | Should -Be $true, 2
        Get-Digest $target | Should -Not -Be $before
        ($load | Undo-Change -Database $target -NoUndo).Count | Should -Be 2
        Get-Digest $target | Should -Be $before
    }
}
