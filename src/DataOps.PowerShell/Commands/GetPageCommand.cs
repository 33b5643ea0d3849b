using System.Management.Automation;
using DataOps.Core.Features.Pages;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell.Commands;

/// <summary>Lists the pages of a Wagtail site in the order of its tree.</summary>
[Cmdlet(VerbsCommon.Get, "Page", DefaultParameterSetName = ByDatabase)]
[OutputType(typeof(PageInfo), typeof(PageLine))]
public sealed class GetPageCommand : InputCommand
{
    /// <summary>Url paths, as /home/blog/.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(UrlPathCompleter))]
    public string[]? UrlPath { get; set; }

    /// <summary>Pages, by id.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public long[]? Id { get; set; }

    /// <summary>Only pages below this one, by id or url path.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UrlPathCompleter))]
    public string? Parent { get; set; }

    /// <summary>The most levels below the parent.</summary>
    [Parameter]
    [ValidateRange(1, 63)]
    public int? Depth { get; set; }

    /// <summary>Types, as app or app.model.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? Type { get; set; }

    /// <summary>Only pages of this site.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SiteNameCompleter))]
    public string? Site { get; set; }

    /// <summary>Lines of a tree, indented by level.</summary>
    [Parameter]
    public SwitchParameter Tree { get; set; }

    /// <inheritdoc/>
    protected override void Process(Session session) => EmitOnce(session, new GetPage(), new GetPageOptions
    {
        Id = Id ?? [],
        UrlPath = UrlPath ?? [],
        Parent = Parent,
        Depth = Depth,
        Type = Type ?? [],
        Site = Site,
        Tree = Tree,
    });
}
