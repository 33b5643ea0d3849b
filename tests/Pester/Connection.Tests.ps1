BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll {
    . $PSScriptRoot/Helper.ps1
    $secret = 'correct-horse-battery'
}

Describe 'A connection that fails' {
    It 'has an id, a category and advice for <name>' -TestCases @(
        @{ name = 'a port where nobody listens'; database = 'postgres://127.0.0.1:1/x'; id = 'ConnectionFailed'; category = 'ConnectionError' }
        @{ name = 'a text that is no connection'; database = 'mysql://127.0.0.1/x'; id = 'InvalidConnection'; category = 'InvalidArgument' }
        @{ name = 'a service that is not there'; database = 'service=no_such_service'; id = 'UnknownService'; category = 'ObjectNotFound' }
    ) {
        $failure = try { Connect-Database $database } catch { $_ }
        $failure.FullyQualifiedErrorId | Should -Be "$id,DataOps.PowerShell.Commands.ConnectDatabaseCommand"
        $failure.CategoryInfo.Category | Should -Be $category
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'shows the password in no stream' {
        $run = Invoke-Pwsh -File @"
            `$VerbosePreference = `$DebugPreference = `$InformationPreference = 'Continue'
            Import-Module '$Manifest'
            Connect-Database 'postgres://dba:$secret@127.0.0.1:1/x' -Verbose -Debug
            Connect-Database 'Host=127.0.0.1;Port=1;Username=dba;Password=$secret;Nonsense=1'
            `$credential = [pscredential]::new('dba', (ConvertTo-SecureString '$secret' -AsPlainText -Force))
            Connect-Database postgres://127.0.0.1:1/x -Credential `$credential -Verbose
            `$Error | ForEach-Object { `$_.Exception.ToString(); `$_.ErrorDetails; `$_.TargetObject; `$_ | ConvertTo-Json -Depth 3 -WarningAction SilentlyContinue }
"@
        # The script's own lines stand in the error view; what is left must not hold it.
        ($run.Output + $run.Error) -split '\n' | Where-Object { $_ -notmatch 'Connect-Database|ConvertTo-SecureString' } | Should -Not -Match $secret
    }
}

Describe 'An open connection' -Skip:$noServer {
    AfterEach { Disconnect-Database }

    It 'is written only on demand, says where it leads, and serves the cmdlets that name no database' {
        Connect-Database $env:DATAOPS_SAMPLE | Should -BeNullOrEmpty
        $connection = Connect-Database $env:DATAOPS_SAMPLE -PassThru
        $connection.Database | Should -Be 'museum'
        $connection.IsOpen | Should -BeTrue
        (Get-Database).Database | Should -Be 'museum'
        $connection | Disconnect-Database
    }

    It 'gives way to -Database and to -Connection' {
        $damaged = Connect-Database $env:DATAOPS_SAMPLE_DAMAGED -PassThru
        Connect-Database $env:DATAOPS_SAMPLE
        (Get-Database).Database | Should -Be 'museum'
        (Get-Database -Connection $damaged).Database | Should -Be 'museum_damaged'
        (Get-Database -Database $env:DATAOPS_SAMPLE_EMPTY).Database | Should -Be 'museum_empty'
        $damaged | Disconnect-Database
    }

    It 'comes before DATABASE_URL, which comes before PGDATABASE' {
        $env:DATABASE_URL, $before = $env:DATAOPS_SAMPLE_DAMAGED, $env:DATABASE_URL
        try {
            (Get-Database).Database | Should -Be 'museum_damaged'
            Connect-Database $env:DATAOPS_SAMPLE
            (Get-Database).Database | Should -Be 'museum'
        } finally {
            $env:DATABASE_URL = $before
        }
    }

    It 'is refused once it is closed' {
        $connection = Connect-Database $env:DATAOPS_SAMPLE -PassThru
        $connection | Disconnect-Database
        { Get-Database -Connection $connection } | Should -Throw -ErrorId 'ConnectionClosed,*'
    }

    It 'comes back after the server has dropped it' {
        Connect-Database $env:DATAOPS_SAMPLE
        Invoke-Sql $env:DATAOPS_SAMPLE "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'DataOps/Connect-Database'" | Out-Null
        { Get-Database } | Should -Throw -ErrorId '*,DataOps.PowerShell.Commands.GetDatabaseCommand'
        (Get-Database).Database | Should -Be 'museum'
    }

    It 'belongs to one runspace' {
        Connect-Database $env:DATAOPS_SAMPLE
        $other = 1 | ForEach-Object -Parallel {
            Import-Module $using:Manifest
            $env:PGPORT = '1'
            try { Get-Database } catch { $_.FullyQualifiedErrorId }
        }
        $other | Should -BeLike 'ConnectionFailed,*'
        Remove-Item Env:PGPORT
    }

    It 'completes names of the database that is named, and only those that fit' {
        function Complete($text) { (TabExpansion2 $text).CompletionMatches.CompletionText }
        $line = 'Get-Model -Table wagtailcore_pag'
        Complete $line | Where-Object { $_ -like '*wagtailcore_page' } | Should -BeNullOrEmpty
        Complete "Get-Model -Database $env:DATAOPS_SAMPLE -Table wagtailcore_pag" | Should -Contain 'wagtailcore_page'
        $env:DATABASE_URL = $env:DATAOPS_SAMPLE
        Complete $line | Should -Contain 'wagtailcore_page'
        $types = Complete 'Convert-Page -To '
        $types | Should -Contain 'news.articlepage'
        $types | Should -Not -Contain 'auth.user'
        Remove-Item Env:DATABASE_URL
        Connect-Database $env:DATAOPS_SAMPLE
        Complete $line | Should -Contain 'wagtailcore_page'
        Complete 'Find-Orphan -Class Unv' | Should -Be 'Unvalidated'
        Set-Content "$TestDrive/site.json", "$TestDrive/site.txt" '{}'
        Complete "Export-Dataset x.json -Definition $TestDrive/site" | Should -BeLike '*site.json*'
    }
}
