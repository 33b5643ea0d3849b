using System.Diagnostics.CodeAnalysis;

namespace DataOps.Core.Django.Models;

/// <summary>A model's label, as Django writes it: <c>app_label.model_name</c>.</summary>
/// <remarks>
/// Two labels are equal whatever the case of the model's name, as in Django's registry; the app's label is compared as
/// it is.
/// </remarks>
/// <param name="App">The app's label.</param>
/// <param name="Name">The model's name; lower case in django_content_type.</param>
internal sealed record ModelLabel(string App, string Name)
{
    /// <summary>Reads a label; null when the text is not of the form <c>app_label.model_name</c>.</summary>
    public static ModelLabel? Parse(string text)
    {
        int dot = text.IndexOf('.');
        return dot > 0 && dot < text.Length - 1
            ? new ModelLabel(text[..dot], text[(dot + 1)..].ToLowerInvariant())
            : null;
    }

    /// <summary>The label as text.</summary>
    [return: NotNullIfNotNull(nameof(label))]
    public static implicit operator string?(ModelLabel? label) => label?.ToString();

    /// <inheritdoc/>
    public bool Equals(ModelLabel? other) =>
        other is not null && App == other.App && string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(App, StringComparer.OrdinalIgnoreCase.GetHashCode(Name));

    /// <inheritdoc/>
    public override string ToString() => $"{App}.{Name}";
}
