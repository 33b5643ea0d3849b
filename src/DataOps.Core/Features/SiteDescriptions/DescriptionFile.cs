using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataOps.Core.Files;

namespace DataOps.Core.Features.SiteDescriptions;

/// <summary>One thing that a description says.</summary>
/// <param name="Member">Its member, as <c>tables</c>.</param>
/// <param name="Key">The model, the field, the table or the reference; empty for a member that is one text.</param>
/// <param name="Value">What is said of it; null in a list.</param>
internal sealed record DescriptionEntry(string Member, string Key, JsonNode? Value)
{
    private const int DigestBytes = 5;

    /// <summary>By which it is known again that it was written, and not added by a person.</summary>
    public string Digest => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{Member}\0{Key}\0{Value?.ToJsonString()}"))[..DigestBytes]);
}

/// <summary>The file of a description: written whole, and what a person added to it stays.</summary>
internal static class DescriptionFile
{
    private const string Written = "$written";

    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The entries of a file that a person added or changed; none where there is no file.</summary>
    /// <exception cref="DataOpsException"><c>InvalidSite</c>: the file is no description.</exception>
    public static IReadOnlyList<DescriptionEntry> ByHand(string path)
    {
        if (!File.Exists(path))
            return [];
        SiteDescription.Read(path);
        JsonObject old = JsonNode.Parse(File.ReadAllText(path), null, new JsonDocumentOptions
        {
            CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
        })!.AsObject();
        HashSet<string> written = [.. (old[Written]?.GetValue<string>() ?? "").Split(' ')];
        return [.. old.Where(m => m.Key[0] != '$').SelectMany(m => EntriesOf(m.Key, m.Value!))
            .Where(e => !written.Contains(e.Digest))];
    }

    /// <summary>Writes what is generated and what a person added, whose word counts where both say something.</summary>
    public static void Write(
        string path, string source, IReadOnlyList<DescriptionEntry> generated, IReadOnlyList<DescriptionEntry> byHand)
    {
        HashSet<(string, string)> said = [.. byHand.Select(e => (e.Member, e.Key))];
        JsonObject site = new() { ["$schema"] = "site.schema.json", ["$source"] = source };
        ILookup<string, DescriptionEntry> all = generated.Where(e => !said.Contains((e.Member, e.Key)))
            .Concat(byHand).OrderBy(e => e.Key, StringComparer.Ordinal).ToLookup(e => e.Member);
        foreach (string member in SiteDescription.Members)
            if (all[member].Any())
                site[member] = ToJson(member, all[member]);
        site[Written] = string.Join(' ', generated.Select(e => e.Digest).Order(StringComparer.Ordinal));
        DatasetFile.Create(path, DatasetFormat.Json, overwrite: true).Write(
            stream => stream.Write(Encoding.UTF8.GetBytes(site.ToJsonString(s_options) + "\n")));
    }

    private static JsonNode? ToJson(string member, IEnumerable<DescriptionEntry> entries)
    {
        switch (SiteDescription.FormOf(member))
        {
            case SiteDescription.MemberForm.Text:
                return entries.First().Value?.DeepClone();
            case SiteDescription.MemberForm.List:
                return new JsonArray([.. entries.Select(e => (JsonNode?)e.Key)]);
            case SiteDescription.MemberForm.Groups:
                return new JsonObject(entries.GroupBy(e => e.Value!.GetValue<string>(), StringComparer.Ordinal)
                    .OrderBy(g => g.Key, StringComparer.Ordinal)
                    .Select(g => KeyValuePair.Create(
                        g.Key, (JsonNode?)new JsonArray([.. g.Select(e => (JsonNode?)e.Key)]))));
            default:
                return new JsonObject(entries.Select(e => KeyValuePair.Create(e.Key, e.Value?.DeepClone())));
        }
    }

    private static IEnumerable<DescriptionEntry> EntriesOf(string member, JsonNode value) =>
        SiteDescription.FormOf(member) switch
        {
            SiteDescription.MemberForm.Text => [new(member, "", value)],
            SiteDescription.MemberForm.List =>
                value.AsArray().Select(i => new DescriptionEntry(member, i!.GetValue<string>(), null)),
            SiteDescription.MemberForm.Groups => value.AsObject().SelectMany(g => g.Value!.AsArray().Select(
                i => new DescriptionEntry(member, i!.GetValue<string>(), JsonValue.Create(g.Key)))),
            _ => value.AsObject().Select(p => new DescriptionEntry(member, p.Key, p.Value)),
        };
}
