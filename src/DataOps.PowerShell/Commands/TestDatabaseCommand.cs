using System.Management.Automation;
using DataOps.Core.Features.Audits;
using DataOps.Core.Kernel;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell.Commands;

/// <summary>Runs every audit of a database in one snapshot.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Database", DefaultParameterSetName = ByDatabase)]
[OutputType(typeof(Finding), typeof(bool))]
public sealed class TestDatabaseCommand : DatabaseCommand
{
    /// <summary>Which audits.</summary>
    [Parameter(Position = 0)]
    public Audit[]? Audit { get; set; }

    /// <summary>The least severe findings to report.</summary>
    [Parameter]
    public Severity Severity { get; set; } = Severity.Warning;

    /// <summary>One object a row.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <summary>More references without a constraint, as table.column=target_table.</summary>
    [Parameter]
    public string[]? SoftReference { get; set; }

    /// <summary>The labels of all installed apps, or a file of them.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AppLabelCompleter))]
    public string[]? InstalledApp { get; set; }

    /// <summary>Models that are there, or a file of all of them.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? LiveModel { get; set; }

    /// <summary>Only whether there is nothing to report.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        bool isWell = true;
        Emit(context => new TestDatabase().Run(session, Options(), context), finding =>
        {
            isWell = false;
            if (!Quiet)
                WriteObject(finding);
        });
        if (Quiet)
            WriteObject(isWell);
    }

    private TestDatabaseOptions Options() => new()
    {
        Audit = Audit ?? [],
        Severity = Severity,
        Detailed = Detailed,
        SoftReference = SoftReference ?? [],
        InstalledApp = NamesOrFiles(InstalledApp),
        LiveModel = NamesOrFiles(LiveModel),
    };
}
