BeforeDiscovery { $noServer = -not $env:DATAOPS_SAMPLE }
BeforeAll { . $PSScriptRoot/Helper.ps1 }

Describe 'Definitions of datasets' -Skip:$noServer {
    BeforeAll {
        $definition = @{ datasets = @{ users = @{ parameters = @{ name = 'ids'; type = 'integer[]' }; specs = @{ model = 'auth.user'; filter = @{ pk__in = @{ parameter = 'ids' } } } } } }
        $data = Join-Path $TestDrive 'site.psd1'
        Set-Content $data "@{ datasets = @{ users = @{ parameters = @{ name = 'ids'; type = 'integer[]' }; specs = @{ model = 'auth.user'; filter = @{ pk__in = @{ parameter = 'ids' } } } } } }"
        $out = Join-Path $TestDrive 'users.json'
    }

    It 'are hashtables, with arguments by position and by name' {
        (Export-Dataset $out -Definition $definition -Dataset users -Argument 1 -Database $env:DATAOPS_SAMPLE).Count | Should -Be 1
        (Get-Content $out -Raw | ConvertFrom-Json).pk | Should -Be 1
        (Export-Dataset $out -Definition $definition -Argument @{ ids = 1, 999 } -Database $env:DATAOPS_SAMPLE -Force).Count | Should -Be 1
    }

    It 'are .psd1 files, which are read and not run' {
        (Export-Dataset $out -Definition $data -Dataset users -Argument 1 -Database $env:DATAOPS_SAMPLE -Force).Count | Should -Be 1
        $code = Join-Path $TestDrive 'code.psd1'
        $mark = Join-Path $TestDrive 'mark'
        Set-Content $code "@{ datasets = `$(New-Item '$mark') }"
        { Get-DatasetDefinition $code -Database $env:DATAOPS_SAMPLE } | Should -Throw -ErrorId 'InvalidDefinition,*'
        $mark | Should -Not -Exist
    }

    It 'say which file is wrong, and where' {
        $wrong = Join-Path $TestDrive 'wrong.psd1'
        Set-Content $wrong "@{ datasets = @{ users = @{ specs = @{ model = 'auth.user'; filter = @{ nix = 1 } } } } }"
        (Get-DatasetDefinition $wrong -Database $env:DATAOPS_SAMPLE).Problem | Should -BeLike "*wrong.psd1, `$.datasets.users.specs.filter.nix: *"
    }

    It 'complete the names of their datasets' {
        $line = "Export-Dataset out.json -Definition $data -Dataset u"
        (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText | Should -Be 'users'
    }
}
