@{
    ModuleVersion        = '0.1.0'
    GUID                 = '6b0c3a52-8f4e-4f2b-9a34-2f6f1f6f7d1e'
    Author               = 'The DataOps authors'
    CompanyName          = 'The DataOps authors'
    Copyright            = 'The DataOps authors; MIT licence'
    Description          = 'Audits, repairs, dumps and loads the PostgreSQL databases of Django and Wagtail sites, without Python and without the application.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    # The loader comes first: it lets the cmdlets find the core and its dependencies in module/lib.
    NestedModules        = @('module/DataOps.Loader.dll')
    RootModule           = 'module/DataOps.PowerShell.dll'
    FormatsToProcess     = @('module/DataOps.Format.ps1xml')
    CmdletsToExport      = @(
        'Connect-Database'
        'Disconnect-Database'
        'Get-Database'
        'Get-DatasetDefinition'
        'Get-Model'
        'Get-Reference'
        'Find-Orphan'
        'Repair-Orphan'
        'Test-Tree'
        'Repair-Tree'
        'Find-StaleContentType'
        'Remove-StaleContentType'
        'Remove-Row'
        'Export-Dataset'
        'Export-Schema'
        'Compare-Schema'
        'Export-SiteDescription'
        'Test-Database'
        'Export-AuditReport'
        'Repair-Database'
        'New-RepairPolicy'
        'Test-Dataset'
        'Import-Dataset'
        'Repair-Constraint'
        'Find-Duplicate'
        'Repair-Duplicate'
        'Reset-Sequence'
        'Get-Page'
        'Move-Page'
        'Convert-Page'
        'Get-Site'
        'Set-Site'
        'Switch-Environment'
        'New-EnvironmentDefinition'
        'Undo-Change'
        'Get-Change'
        'Remove-Change'
        'Backup-Site'
        'Get-Backup'
        'Test-Backup'
        'Remove-Backup'
        'Test-Storage'
        'Restore-Site'
        'Restore-Model'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags       = @('PSEdition_Core', 'Windows', 'Linux', 'MacOS', 'PostgreSQL', 'Django', 'Wagtail', 'Database', 'Fixture', 'Backup', 'Audit')
            LicenseUri = 'https://opensource.org/license/mit'
        }
    }
}
