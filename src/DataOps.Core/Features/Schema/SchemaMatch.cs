using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema;

/// <summary>
/// An object that is expected and the one that stands for it; one of them is null where there is none.
/// </summary>
/// <param name="Name">The name of the expected one; null where none is expected.</param>
/// <param name="Expected">The expected one.</param>
/// <param name="ActualName">The name of the one that is there; null where there is none.</param>
/// <param name="Actual">The one that is there.</param>
internal sealed record SchemaMatch<T>(string? Name, T? Expected, string? ActualName, T? Actual)
    where T : SchemaObject;

/// <summary>Finds what stands for what: by structure first, by name second.</summary>
internal static class SchemaMatch
{
    /// <summary>Pairs what is expected with what is there, in the order of names.</summary>
    /// <param name="expected">What is expected, by name.</param>
    /// <param name="actual">What is there, by name.</param>
    /// <param name="near">What two objects have in common that are the same thing with other properties; null where
    /// nothing but the name tells.</param>
    /// <param name="sameKind">Whether a name alone makes two objects the same thing.</param>
    /// <param name="structure">By which two objects are the same but for their names; null where only the name
    /// tells.</param>
    public static IReadOnlyList<SchemaMatch<T>> Of<T>(
        IReadOnlyDictionary<string, T> expected, IReadOnlyDictionary<string, T> actual, Func<T, string?> near,
        Func<T, T, bool>? sameKind = null, Func<T, string?>? structure = null)
        where T : SchemaObject
    {
        structure ??= StructureOf;
        Dictionary<string, string> pairs = [];
        HashSet<string> taken = [];
        void Pair(Func<string, T, string?> find)
        {
            foreach ((string name, T item) in expected.OrderBy(e => e.Key, StringComparer.Ordinal))
                if (!pairs.ContainsKey(name) && find(name, item) is { } found && taken.Add(found))
                    pairs[name] = found;
        }
        string? ByKey(T item, Func<T, string?> key) => key(item) is not { } wanted ? null
            : actual.Where(a => !taken.Contains(a.Key) && key(a.Value) == wanted)
                .Select(a => a.Key).Order(StringComparer.Ordinal).FirstOrDefault();
        Pair((name, item) => actual.TryGetValue(name, out T? same) && structure(item) is { } s && s == structure(same)
            ? name
            : null);
        Pair((_, item) => ByKey(item, structure));
        Pair((name, item) => actual.TryGetValue(name, out T? same) && !taken.Contains(name)
            && (sameKind is null || sameKind(item, same)) ? name : null);
        Pair((_, item) => ByKey(item, near));
        return
        [
            .. expected.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => pairs.TryGetValue(e.Key, out string? to)
                ? new SchemaMatch<T>(e.Key, e.Value, to, actual[to])
                : new SchemaMatch<T>(e.Key, e.Value, null, null)),
            .. actual.Where(a => !taken.Contains(a.Key)).OrderBy(a => a.Key, StringComparer.Ordinal)
                .Select(a => new SchemaMatch<T>(null, null, a.Key, a.Value)),
        ];
    }

    /// <summary>All that is compared of an object but its comment, as one text.</summary>
    public static string StructureOf(SchemaObject item) =>
        string.Join('\n', item.Facts().Where(f => f.Name != "comment" && f.Value is not null)
            .Select(f => $"{f.Name}={f.Value}"));
}
