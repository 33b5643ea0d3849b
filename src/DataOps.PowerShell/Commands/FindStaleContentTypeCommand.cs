using System.Management.Automation;
using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell.Commands;

/// <summary>Finds content types and permissions whose models are gone.</summary>
[Cmdlet(VerbsCommon.Find, "StaleContentType", DefaultParameterSetName = ByDatabase)]
[OutputType(typeof(StaleContentType), typeof(StalePermissionFinding))]
public sealed class FindStaleContentTypeCommand : InputCommand
{
    /// <summary>Models, as app or app.model.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? Model { get; set; }

    /// <summary>Apps, by label.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AppLabelCompleter))]
    public string[]? AppLabel { get; set; }

    /// <summary>The labels of all installed apps, or a file of them.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AppLabelCompleter))]
    public string[]? InstalledApp { get; set; }

    /// <summary>Models that are there, or a file of all of them.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? LiveModel { get; set; }

    /// <summary>Also the content types of models that are there.</summary>
    [Parameter]
    public SwitchParameter IncludeLive { get; set; }

    /// <inheritdoc/>
    protected override void Process(Session session) => EmitOnce(session, new FindStaleContentType(), new FindStaleContentTypeOptions
    {
        Model = Model ?? [],
        AppLabel = AppLabel ?? [],
        InstalledApp = NamesOrFiles(InstalledApp),
        LiveModel = NamesOrFiles(LiveModel),
        IncludeLive = IncludeLive,
    });
}
