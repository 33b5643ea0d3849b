using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Connections;
using DataOps.Core.Integrity;
using DataOps.Core.Pages;
using DataOps.PowerShell.Completers;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Commands;

/// <summary>Makes pages of one type pages of another, in place.</summary>
[Cmdlet(VerbsData.Convert, "Page", DefaultParameterSetName = ByDatabase, SupportsShouldProcess = true)]
[OutputType(typeof(ConvertPageResult), typeof(ConvertedField), typeof(TablePlan), typeof(RowChange))]
public sealed class ConvertPageCommand : PageCommand
{
    /// <summary>All pages of this type, as app.model.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? Type { get; set; }

    /// <summary>The new type, as app.model.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string? To { get; set; }

    /// <summary>Which new field gets which old field's values.</summary>
    [Parameter]
    [PairTransformation]
    public string[]? Map { get; set; }

    /// <summary>What fields of the new type have before the old field's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Prefix { get; set; }

    /// <summary>Values for fields of the new type that no old field fills.</summary>
    [Parameter]
    [PairTransformation]
    public string[]? Default { get; set; }

    /// <summary>Drop values and child rows for which the new type has no place.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Change(Session session, IReadOnlyList<long> ids) =>
        Change(session, $"Convert pages to {To} in", new ConvertPage(), whatIf => new ConvertPageOptions
        {
            Id = ids,
            UrlPath = UrlPath ?? [],
            Type = Type ?? [],
            To = To ?? "",
            Map = Map ?? [],
            Prefix = Prefix,
            Default = Default ?? [],
            Force = Force,
            Detailed = Detailed,
            UndoPath = UndoFile,
            NoUndo = NoUndo,
            WhatIf = whatIf,
        });
}
