using System.Security.Cryptography;
using System.Text;

namespace DataOps.Core.Django.Knowledge;

/// <summary>Names that Django gives to what it makes, to the letter.</summary>
internal static class DjangoName
{
    private const int Longest = 63;

    /// <summary>The table of a model without Meta.db_table.</summary>
    public static string OfTable(ModelLabel model) => OfTable($"{model.App}_{model.Name.ToLowerInvariant()}");

    /// <summary>
    /// A table's name, cut to 63 bytes with a hash when it is longer: django.db.backends' truncate_name.
    /// </summary>
    public static string OfTable(string name) =>
        Encoding.UTF8.GetByteCount(name) <= Longest ? name : name[..59] + Md5(name)[..4];

    /// <summary>The name of a foreign key: <c>blog_post_author_id_dd7a8485_fk_auth_user_id</c>.</summary>
    /// <remarks>Made of the names of the time: a table that was renamed since keeps its constraints' names.</remarks>
    public static string OfForeignKey(
        string table, IReadOnlyList<string> columns, string target, string targetColumn) =>
        OfIndex(table, columns, $"_fk_{target}_{targetColumn}");

    /// <summary>The name of an index or a constraint over columns: django.db.backends' _create_index_name.</summary>
    public static string OfIndex(string table, IReadOnlyList<string> columns, string suffix)
    {
        string joined = string.Join('_', columns);
        string end = Md5(table + string.Concat(columns))[..8] + suffix;
        string name = $"{table}_{joined}_{end}";
        if (Length(name) <= Longest)
            return name;
        end = Cut(end, Longest / 3);
        int each = ((Longest - Length(end)) / 2) - 1;
        name = $"{Cut(table, each)}_{Cut(joined, each)}_{end}";
        return name[0] == '_' || char.IsDigit(name[0]) ? $"D{name[..^1]}" : name;
    }

    // Python counts characters, not UTF-16's halves of them.
    private static int Length(string text) => text.EnumerateRunes().Count();

    private static string Cut(string text, int length) =>
        string.Concat(text.EnumerateRunes().Take(length).Select((Rune r) => r.ToString()));

    private static string Md5(string text) =>
#pragma warning disable CA5351 // A name, not a secret: Django's own rule.
        Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
#pragma warning restore CA5351
}
