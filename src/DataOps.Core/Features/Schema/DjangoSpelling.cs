using System.Text.RegularExpressions;
using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema;

/// <summary>
/// One spelling of what versions of Django write differently, and what means the same: <c>is_open = true</c> before
/// 3.1, <c>%%</c> for the <c>%</c> of LIKE in 3.2.
/// </summary>
internal static partial class DjangoSpelling
{
    /// <summary>A schema with the conditions of its checks and indexes in this spelling.</summary>
    public static DatabaseSchema Of(DatabaseSchema schema) => schema with
    {
        Tables = schema.Tables.ToDictionary(t => t.Key, t => t.Value with
        {
            Constraints = t.Value.Constraints.ToDictionary(
                c => c.Key, c => c.Value with { Expression = Of(c.Value.Expression) }),
            Indexes = t.Value.Indexes.ToDictionary(i => i.Key, i => i.Value with { Where = Of(i.Value.Where) }),
        }),
    };

    private static string? Of(string? condition) => condition is null
        ? null
        : False().Replace(True().Replace(condition.Replace("%%", "%"), "$1"), "(NOT $1)");

    [GeneratedRegex("""\(("[^"]+"|\w+) = true\)""")]
    private static partial Regex True();

    [GeneratedRegex("""\(("[^"]+"|\w+) = false\)""")]
    private static partial Regex False();
}
