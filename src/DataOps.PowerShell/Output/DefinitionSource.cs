using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using System.Text.Json;
using DataOps.Core.Kernel;

namespace DataOps.PowerShell.Output;

/// <summary>Turns a definition that PowerShell holds, a hashtable or a .psd1 file, into its JSON.</summary>
internal static class DefinitionSource
{
    /// <summary>The JSON of a PowerShell data file; nothing in it is run.</summary>
    /// <exception cref="DataOpsException">It cannot be read, or is more than data.</exception>
    public static string OfDataFile(string path)
    {
        if (!File.Exists(path))
            throw new DataOpsException(ErrorIds.FileNotFound, FailureKind.NotFound, $"There is no file {path}.",
                "Check the path of -Definition.", path);
        ScriptBlockAst script = Parser.ParseFile(path, out _, out ParseError[] errors);
        if (errors.Length > 0)
            throw Wrong(path, $"line {errors[0].Extent.StartLineNumber}: {errors[0].Message}", null);
        try
        {
            return script.Find(a => a is HashtableAst,
                searchNestedScriptBlocks: false)?.SafeGetValue() is IDictionary data
                ? Json(data, path)
                : throw Wrong(path, "it holds no hashtable", null);
        }
        catch (InvalidOperationException e)
        {
            throw Wrong(path, e.Message, e);
        }
    }

    /// <summary>The JSON of a hashtable.</summary>
    /// <param name="data">The definition.</param>
    /// <param name="file">The file that it is from; null for none.</param>
    public static string Json(IDictionary data, string? file)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            if (file is not null)
                json.WriteString("$source", file);
            WriteMembers(json, data);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>A value as an argument or a JSON string is written.</summary>
    public static string Text(object value) => value switch
    {
        PSObject wrapped => Text(wrapped.BaseObject),
        DateTime { Kind: DateTimeKind.Unspecified } time =>
            time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        DateTime time =>
            time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static void WriteMembers(Utf8JsonWriter json, IDictionary data)
    {
        foreach (DictionaryEntry entry in data)
        {
            json.WritePropertyName(Text(entry.Key));
            Write(json, entry.Value);
        }
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case PSObject wrapped:
                Write(json, wrapped.BaseObject);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int or long or short or byte or decimal or double:
                json.WriteRawValue(Text(value));
                break;
            case IDictionary members:
                json.WriteStartObject();
                WriteMembers(json, members);
                json.WriteEndObject();
                break;
            case IEnumerable items when value is not string:
                json.WriteStartArray();
                foreach (object? item in items)
                    Write(json, item);
                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(Text(value));
                break;
        }
    }

    private static DataOpsException Wrong(string path, string reason, Exception? inner) =>
        new(ErrorIds.InvalidDefinition, FailureKind.InvalidData, $"{path} is not PowerShell data: {reason}",
            "Keep one hashtable in it, of literal values.", path,
            inner);
}
