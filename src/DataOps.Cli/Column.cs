using System.Reflection;
using System.Text.Json;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;

namespace DataOps.Cli;

/// <summary>
/// A property of the results. Results are flat; this is the one place where their values become text or JSON,
/// enumerations by name.
/// </summary>
internal sealed class Column(PropertyInfo property)
{
    public string Name => property.Name;

    public bool IsNumber { get; } =
        (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) is var type
        && (type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(decimal));

    /// <summary>
    /// The properties of a type of results, those of its base first: Server, Database and Schema come before what only
    /// this type has.
    /// </summary>
    public static Column[] Of(Type result)
    {
        IEnumerable<Column> own = result.GetProperties(
            BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(p => new Column(p));
        Column[] all = [.. result.BaseType is { } inherited ? Of(inherited) : [], .. own];
        return result.IsAssignableTo(typeof(IOfSchema))
            ? [.. all.OrderBy(c => c.Name is "Server" or "Database" ? 0 : c.Name == nameof(IOfSchema.Schema) ? 1 : 2)]
            : all;
    }

    /// <summary>The value as people read it.</summary>
    public string Text(object result) => Value(result) switch
    {
        null => "",
        double number => number.ToString("0.###"),
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss"),
        string text => VisibleText.Of(text.ReplaceLineEndings(" ")),
        object other => other.ToString()!,
    };

    /// <summary>Writes the name and the value.</summary>
    public void Write(Utf8JsonWriter json, object result)
    {
        json.WritePropertyName(Name);
        switch (Value(result))
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case Enum name:
                json.WriteStringValue(name.ToString());
                break;
            case { } value:
                JsonSerializer.Serialize(json, value, value.GetType());
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    // A remedy is typed in the shell that shows it.
    private object? Value(object result) => property.GetValue(result) is var value && Name == "Remedy"
        && value is string remedy ? CommandSyntax.Remedy(remedy) : value;
}
