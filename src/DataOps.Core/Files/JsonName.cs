using System.Text.Encodings.Web;
using System.Text.Json;

namespace DataOps.Core.Files;

/// <summary>A name of the database in JSON: of a model, a field, a spec.</summary>
internal static class JsonName
{
    /// <summary>
    /// The name as a JSON string, with its quotes; every character but those that JSON demands stays readable.
    /// </summary>
    public static string Quoted(string name) =>
        $"\"{JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
