using System.Management.Automation;
using DataOps.Core.Features.ContentTypes;

namespace DataOps.PowerShell.Output;

/// <summary>What Find-StaleContentType has found, as it comes through the pipeline: what is stale goes, what is not decided only by force.</summary>
internal sealed class StaleContentTypeInput
{
    private readonly List<string> _models = [];
    private readonly List<string> _permissions = [];
    private readonly List<string> _left = [];

    /// <summary>Models whose content types go.</summary>
    public IReadOnlyList<string> Models => _models;

    /// <summary>Permissions that go, as app.model.codename.</summary>
    public IReadOnlyList<string> Permissions => _permissions;

    /// <summary>What is left alone, one sentence each.</summary>
    public IReadOnlyList<string> Left => _left;

    /// <summary>Whether nothing goes.</summary>
    public bool IsEmpty => _models.Count + _permissions.Count == 0;

    /// <summary>Takes an object.</summary>
    /// <param name="input">The object.</param>
    /// <param name="models">Its models.</param>
    /// <param name="force">Whether what is not decided goes as well.</param>
    public void Take(PSObject input, IEnumerable<string> models, bool force)
    {
        string? kind = input.Properties["Class"]?.Value?.ToString();
        if (input.Properties["Permission"]?.Value is string permission)
            _permissions.AddRange(models.Select(m => $"{m}.{permission}"));
        else if (kind is nameof(ContentTypeClass.Live) or nameof(ContentTypeClass.LiveBuiltin))
            _left.AddRange(models.Select(m => $"{m} is live and is left alone."));
        else if (force || kind != nameof(ContentTypeClass.Undecidable))
            _models.AddRange(models);
        else
            _left.AddRange(models.Select(m => $"{m} cannot be decided and is left alone; -StaleModel {m} says that it is gone, -Force takes it."));
    }
}
