BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'Test-Database' -Skip:$noServer {
    It 'has nothing to report of a healthy site' {
        Test-Database -Database $env:DATAOPS_SAMPLE | Should -BeNullOrEmpty
        Test-Database -Quiet -Database $env:DATAOPS_SAMPLE | Should -BeTrue
    }

    It 'says what is wrong, and what to do' {
        $found = Test-Database -Database $env:DATAOPS_SAMPLE_DAMAGED
        $found | Group-Object Audit | ForEach-Object Name | Should -Contain 'Orphan'
        $found | ForEach-Object Remedy | Should -Not -BeNullOrEmpty
        $read = $found | ConvertTo-Json | ConvertFrom-Json
        $read.Severity | Sort-Object -Unique | Should -Be 'Error', 'Warning'
        $read.Class | Should -Contain 'Unvalidated'
        Test-Database -Severity Error -Quiet -Database $env:DATAOPS_SAMPLE_DAMAGED | Should -BeFalse
    }

    It 'audits trees, by kind and by node' {
        $kinds = Test-Database Tree -Database $env:DATAOPS_SAMPLE_DAMAGED
        $nodes = Test-Database Tree -Detailed -Database $env:DATAOPS_SAMPLE_DAMAGED
        ($kinds | Measure-Object Count -Sum).Sum | Should -Be @($nodes).Count
        $nodes.Key | Should -Contain '16'
        $orphan = $kinds | Where-Object { $_.Class -eq 'Orphan' -and $_.Table -eq 'wagtailcore_page' }
        $orphan.Remedy | Should -Be 'Repair-Tree -Table wagtailcore_page -Orphan Reattach -WhatIf'
    }
}

Describe '-Schema' -Skip:$noServer {
    It 'takes several schemas and wildcards for audits and lists, and one for a change' {
        $tenants = New-TestDatabase $env:DATAOPS_SAMPLE_DAMAGED
        try {
            $null = Invoke-Sql $tenants 'create schema acme; create table acme.django_content_type (like public.django_content_type including all)'
            (Get-Database -Database $tenants -Schema acme, public).Schema | Should -Be 'acme', 'public'
            Find-Orphan -Database $tenants -Schema * | ForEach-Object Schema | Sort-Object -Unique | Should -Be 'acme', 'public'
            (Get-Page -Database $tenants -Schema p* | Out-String) | Should -Match 'public in '
            { Set-Site -AsDefault -Database $tenants -Schema * -Confirm:$false } | Should -Throw -ErrorId 'SchemaNotChosen,*'
            { Find-Orphan -Database $tenants -Schema tenant_* } | Should -Throw -ErrorId 'UnknownSchema,*'
        } finally {
            Remove-TestDatabase $tenants
        }
    }
}
