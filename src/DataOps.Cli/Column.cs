using System.Diagnostics.CodeAnalysis;
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
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "The program keeps all of the core's results.")]
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
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case DateTime time:
                json.WriteStringValue(time);
                break;
            case null:
                json.WriteNullValue();
                break;
            case { } other:
                throw new InvalidOperationException($"{other.GetType()} is the type of no property of a result.");
        }
    }

    // A remedy is typed in the shell that shows it.
    private object? Value(object result) => property.GetValue(result) is var value && Name == "Remedy"
        && value is string remedy ? CommandSyntax.Remedy(remedy) : value;
}
