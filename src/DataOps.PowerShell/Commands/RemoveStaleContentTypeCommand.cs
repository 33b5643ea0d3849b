using System.Management.Automation;
using DataOps.Core.Changes;
using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;
using DataOps.PowerShell.Output;

namespace DataOps.PowerShell.Commands;

/// <summary>Removes stale content types and permissions with what depends on them.</summary>
[Cmdlet(VerbsCommon.Remove, "StaleContentType", DefaultParameterSetName = ByDatabase, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RemovalResult), typeof(TableChangeSummary), typeof(GrantChange), typeof(RowChange))]
public sealed class RemoveStaleContentTypeCommand : UndoableCommand
{
    private readonly StaleContentTypeInput _input = new();

    /// <summary>Models, as app or app.model.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? Model { get; set; }

    /// <summary>Apps, by label.</summary>
    [Parameter]
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

    /// <summary>Models that are gone: only their content types are removed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ModelNameCompleter))]
    public string[]? StaleModel { get; set; }

    /// <summary>Permissions to remove, as app.model.codename: only they are removed.</summary>
    [Parameter]
    public string[]? StalePermission { get; set; }

    /// <summary>Also remove stale permissions of models that are there.</summary>
    [Parameter]
    public SwitchParameter Permission { get; set; }

    /// <summary>Move what depends on a content type or a permission to another one, as old=new.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? Repoint { get; set; }

    /// <summary>What becomes of rows that need what goes, where nothing tells.</summary>
    [Parameter]
    public OnDependent OnDependent { get; set; }

    /// <summary>Also remove what cannot be decided, and what holds permissions only.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process(Session session)
    {
        if (InputObject is null)
            Remove(session, Model ?? [], StaleModel ?? [], StalePermission ?? []);
        else
            _input.Take(InputObject, Model ?? [], Force);
    }

    /// <inheritdoc/>
    protected override void Finish(Session session)
    {
        // All objects of the pipeline go in one transaction, with one undo file.
        foreach (string left in _input.Left)
            WriteWarning(left);
        if (!_input.IsEmpty)
            Remove(session, [], [.. _input.Models, .. StaleModel ?? []], [.. _input.Permissions, .. StalePermission ?? []]);
    }

    private void Remove(Session session, string[] model, string[] staleModel, string[] stalePermission) =>
        Change(session, "Remove stale content types from", new RemoveStaleContentType(), whatIf => new RemoveStaleContentTypeOptions
        {
            Model = model,
            AppLabel = AppLabel ?? [],
            InstalledApp = NamesOrFiles(InstalledApp),
            LiveModel = NamesOrFiles(LiveModel),
            StaleModel = staleModel,
            StalePermission = stalePermission,
            Permission = Permission,
            Repoint = Repoint ?? [],
            OnDependent = OnDependent,
            Force = Force,
            Detailed = Detailed,
            UndoPath = UndoFile,
            NoUndo = NoUndo,
            WhatIf = whatIf,
        });
}
