using System.Management.Automation;
using DataOps.Core.Features.ContentTypes;

namespace DataOps.PowerShell.Output;

/// <summary>
/// Results of Find-StaleContentType from the pipeline: stale ones are deleted, undecidable ones only with -Force.
/// </summary>
internal sealed class StaleContentTypeInput
{
    private readonly List<string> _models = [];
    private readonly List<string> _permissions = [];
    private readonly List<string> _left = [];

    /// <summary>Models whose content types are deleted.</summary>
    public IReadOnlyList<string> Models => _models;

    /// <summary>Permissions to delete, as app.model.codename.</summary>
    public IReadOnlyList<string> Permissions => _permissions;

    /// <summary>What is kept, one sentence each.</summary>
    public IReadOnlyList<string> Left => _left;

    /// <summary>Whether nothing is deleted.</summary>
    public bool IsEmpty => _models.Count + _permissions.Count == 0;

    /// <summary>Takes an object.</summary>
    /// <param name="input">The object.</param>
    /// <param name="models">Its models.</param>
    /// <param name="force">Whether undecidable ones are deleted too.</param>
    public void Take(PSObject input, IEnumerable<string> models, bool force)
    {
        string? kind = input.Properties["Class"]?.Value?.ToString();
        if (input.Properties["Permission"]?.Value is string permission)
            _permissions.AddRange(models.Select(m => $"{m}.{permission}"));
        else if (kind is nameof(ContentTypeClass.Live) or nameof(ContentTypeClass.LiveBuiltin))
            _left.AddRange(models.Select(m => $"{m} is live and is kept."));
        else if (force || kind != nameof(ContentTypeClass.Undecidable))
            _models.AddRange(models);
        else
            _left.AddRange(models.Select(m => $"{m} is undecidable and is kept; delete it with -Force, or with "
                + $"-StaleModel {m} if the model no longer exists."));
    }
}
