#Requires -Version 7.4
<#
.SYNOPSIS
Makes a page of one type a page of a new one, moves the pages that belong below it, and puts the site's address back.
.DESCRIPTION
On a copy of production, after the migration that makes the new type's table. It writes what each step did; each has an undo file.
#>
param(
    # The page that changes its type, by its url path.
    [Parameter(Mandatory)] [string] $Page,
    # The new type, as app.model.
    [Parameter(Mandatory)] [string] $To,
    # What the new type's fields have before the old names.
    [string] $Prefix = 'new_',
    # Values for fields that the old type has not.
    [hashtable] $Default = @{},
    # Url paths of pages elsewhere that are to stand below it.
    [string[]] $Child = @(),
    # Where the copy is looked at meanwhile: with it the site's address is set, and put back in the end.
    [string] $HostName,
    [int] $Port = 8000,
    # Make a new page in the old one's place and delete that, as it is done by hand, instead of changing the page itself.
    [switch] $AsNewPage,
    # Tell what would be done, and change nothing.
    [switch] $Check
)
$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'
if (-not (Get-Module DataOps)) { Import-Module DataOps }

# Who reads the copy while it is worked on must not end up in production.
$address = if ($HostName) { Set-Site -HostName $HostName -Port $Port -WhatIf:$Check }
$address
$children = @(if ($Child) { Get-Page $Child })

# The page keeps its id, place, slug, children and history: nothing has to be made anew, renamed or deleted, unless that is asked for.
$way = if ($AsNewPage) { @{ AsNewPage = $true; OldPage = 'Delete' } } else { @{} }
Convert-Page $Page -To $To -Prefix $Prefix -Default $Default @way -WhatIf:$Check | Select-Object -Last 1

# All of them in one transaction, in their order, with their slugs; old addresses lead to the new ones.
if ($children) { $children | Move-Page -To $Page -Redirect -WhatIf:$Check | Select-Object -Last 1 }

if ($address.Changed) {
    $oldName, $oldPort = $address.OldSite -split ':'
    Set-Site $address.Site -HostName $oldName -Port $oldPort
}
Get-Page -Parent $Page -Tree
