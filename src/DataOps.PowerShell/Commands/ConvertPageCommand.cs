using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.Pages;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Commands;

/// <summary>Makes pages of one type pages of another, in place, or new pages in their places.</summary>
[Cmdlet(VerbsData.Convert, "Page", DefaultParameterSetName = ByDatabase, SupportsShouldProcess = true)]
[OutputType(typeof(ConvertPageResult), typeof(ReplacedPage), typeof(ConvertedField), typeof(TableChangeSummary), typeof(RowChange))]
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

    /// <summary>Make a new page in the place of each, with all that is below it.</summary>
    [Parameter]
    public SwitchParameter AsNewPage { get; set; }

    /// <summary>With -AsNewPage, what becomes of the old page.</summary>
    [Parameter]
    public OldPage OldPage { get; set; }

    /// <summary>With -OldPage Delete, what to do about rows that depend on the old page.</summary>
    [Parameter]
    public OnDependent OnDependent { get; set; }

    private string Words => !AsNewPage ? "Convert pages to"
        : OldPage == OldPage.Delete ? "Delete pages in favour of new pages of" : "Replace pages by new pages of";

    /// <inheritdoc/>
    protected override void Change(Session session, IReadOnlyList<long> ids) =>
        Change(session, $"{Words} {To} in", new ConvertPage(), whatIf => new ConvertPageOptions
        {
            Id = ids,
            UrlPath = UrlPath ?? [],
            Type = Type ?? [],
            To = To ?? "",
            Map = Map ?? [],
            Prefix = Prefix,
            Default = Default ?? [],
            Force = Force,
            AsNewPage = AsNewPage,
            OldPage = OldPage,
            OnDependent = OnDependent,
            Detailed = Detailed,
            UndoPath = UndoFile,
            NoUndo = NoUndo,
            WhatIf = whatIf,
        });
}
