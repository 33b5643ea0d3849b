using System.Collections;
using System.Reflection;

namespace DataOps.Cli;

/// <summary>A property of the results, as people read it.</summary>
internal sealed class Column(PropertyInfo property)
{
    public string Name => property.Name;

    public bool IsNumber { get; } = (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) is var type
        && (type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(decimal));

    public string Text(object result) => property.GetValue(result) switch
    {
        null => "",
        double number => number.ToString("0.###"),
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss"),
        string text => text.ReplaceLineEndings(" "),
        IEnumerable list => string.Join(", ", list.Cast<object>()),
        object other => other.ToString() ?? "",
    };

    public static Column[] Of(Type result) =>
        result.GetProperties().Where(p => p.GetMethod is { IsPublic: true, IsStatic: false }).Select(p => new Column(p)).ToArray();
}
