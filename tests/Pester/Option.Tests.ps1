BeforeAll { . $PSScriptRoot/Helper.ps1 }

# No server: what an options record refuses is refused before anything is connected to.
Describe 'An option that cannot be meant' {
    It 'is refused in the words of the core: <message>' -ForEach @(
        @{ run = { Get-Page -Depth -1 -Database postgres://127.0.0.1:1/none }; id = 'InvalidOption'; message = '-Depth cannot be -1.' }
        @{ run = { Export-Dataset x.json -Indent -1 -Database postgres://127.0.0.1:1/none }; id = 'InvalidOption'; message = '-Indent cannot be -1.' }
        @{ run = { Get-Page -Parent '' -Database postgres://127.0.0.1:1/none }; id = 'InvalidOption'; message = '-Parent cannot be empty.' }
        @{ run = { Undo-Change -Database postgres://127.0.0.1:1/none }; id = 'MissingOption'; message = '-Path is missing.' }
        @{
            run = { Repair-Tree -To 2 -Database postgres://127.0.0.1:1/none }
            id = 'ContradictingOptions'; message = '-To means nothing without -Orphan Reattach.'
        }
    ) {
        $run | Should -Throw $message -ErrorId "$id,*"
    }
}
