# Dot-sourced by every test file in BeforeAll. The server comes from the environment (./build.sh test starts one with the sample site).
$ErrorActionPreference = 'Stop'
$PSStyle.OutputRendering = 'PlainText'
$script:Manifest = Join-Path $PSScriptRoot '../../DataOps.psd1' | Resolve-Path | ForEach-Object Path
Import-Module $Manifest

# A new shell of this one's kind, as a scheduled task starts one. Returns its exit code and everything that it wrote.
function Invoke-Pwsh([string] $Script, [hashtable] $Environment = @{}, [switch] $File) {
    # A shell that is a .NET tool runs as dotnet pwsh.dll.
    $arguments = @("$PSHOME/pwsh.dll" | Where-Object { (Split-Path -LeafBase ([Environment]::ProcessPath)) -eq 'dotnet' })
    $arguments += '-NoProfile', '-NonInteractive'
    if ($File) {
        $path = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
        Set-Content $path $Script
        $arguments += '-File', $path
    } else {
        $arguments += '-Command', $Script
    }
    $start = [Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath, [string[]] $arguments)
    $start.RedirectStandardOutput = $start.RedirectStandardError = $start.RedirectStandardInput = $true
    $Environment.GetEnumerator() | ForEach-Object { $start.Environment[$_.Key] = $_.Value }
    $start.Environment['NO_COLOR'] = '1'
    $process = [Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    $errors = $process.StandardError.ReadToEndAsync()
    $output = $process.StandardOutput.ReadToEnd()
    $process.WaitForExit()
    [pscustomobject]@{ ExitCode = $process.ExitCode; Output = $output.Trim(); Error = $errors.Result.Trim() }
}

# Runs SQL beside the module, through the driver that the module has loaded.
function Invoke-Sql([string] $Uri, [string] $Sql) {
    $address = [uri] $Uri
    $user, $password = $address.UserInfo.Split(':')
    $npgsql = [Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -eq DataOps |
        ForEach-Object { $_.LoadFromAssemblyName([Reflection.AssemblyName]::new('Npgsql')) }
    $text = "Host=$($address.Host);Port=$($address.Port);Username=$user;Password=$password;Database=$($address.AbsolutePath.Trim('/'));Pooling=false;Command Timeout=300"
    $connection = [Activator]::CreateInstance($npgsql.GetType('Npgsql.NpgsqlConnection'), $text)
    $connection.Open()
    try {
        $command = $connection.CreateCommand()
        $command.CommandText = $Sql
        $command.ExecuteScalar()
    } finally {
        $connection.Dispose()
    }
}

# A database of the test's own, a copy of another one on the same server.
function New-TestDatabase([string] $Template) {
    $name = "pester_$([guid]::NewGuid().ToString('N').Substring(0, 12))"
    $source = ([uri] $Template).AbsolutePath.Trim('/')
    Invoke-Sql ($Template -replace '/[^/]*$', '/postgres') "create database $name template $source" | Out-Null
    $Template -replace '/[^/]*$', "/$name"
}

function Remove-TestDatabase([string] $Uri) {
    $name = ([uri] $Uri).AbsolutePath.Trim('/')
    Invoke-Sql ($Uri -replace '/[^/]*$', '/postgres') "drop database if exists $name with (force)" | Out-Null
}

# One text for the rows of all tables: equal texts, equal databases.
function Get-Digest([string] $Uri) {
    $tables = Invoke-Sql $Uri "select string_agg(format('select %L || count(*) || '':'' || coalesce(sum(hashtextextended(r::text, 0)), 0) as t from %I.%I r', tablename, schemaname, tablename), ' union all ') from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
    Invoke-Sql $Uri "select string_agg(t, ' ' order by t) from ($tables) x"
}

# How many queries of a cmdlet run on the server right now.
function Get-RunningQuery([string] $Uri, [string] $Cmdlet) {
    Invoke-Sql $Uri "select count(*) from pg_stat_activity where application_name = 'DataOps/$Cmdlet' and state = 'active'"
}
