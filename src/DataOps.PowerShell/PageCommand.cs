using System.Management.Automation;
using DataOps.Core.Postgres.Connections;
using DataOps.PowerShell.Completers;

namespace DataOps.PowerShell;

/// <summary>A cmdlet that changes pages: those of a pipeline all in one transaction, with one undo file.</summary>
public abstract class PageCommand : UndoableCommand
{
    private readonly List<long> _ids = [];

    /// <summary>The pages, by id.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public long[]? Id { get; set; }

    /// <summary>The pages, by url path.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(UrlPathCompleter))]
    public string[]? UrlPath { get; set; }

    /// <inheritdoc/>
    protected override void Process(Session session) => _ids.AddRange(Id ?? []);

    /// <inheritdoc/>
    protected override void Finish(Session session)
    {
        // A pipeline that delivered nothing asks for nothing, and not for everything.
        if (!MyInvocation.ExpectingInput || _ids.Count > 0)
            Change(session, _ids);
    }

    /// <summary>Changes the pages.</summary>
    /// <param name="session">The session.</param>
    /// <param name="ids">The ids of all that was piped or named.</param>
    protected abstract void Change(Session session, IReadOnlyList<long> ids);
}
