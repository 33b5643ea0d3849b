using System.Management.Automation;
using System.Reflection;

namespace DataOps.Help;

/// <summary>A parameter in one parameter set.</summary>
internal sealed record Parameter(string Name, string? Set, Type Type, bool Required, int? Position, bool ByValue,
    bool ByPropertyName, bool Wildcards,
    string[] Aliases)
{
    public bool IsSwitch => Type == typeof(SwitchParameter);

    public string TypeName
    {
        get
        {
            Type type = Nullable.GetUnderlyingType(Type) ?? Type;
            return type.Name;
        }
    }
}

/// <summary>
/// What the compiled cmdlet says about itself. Attributes are read as data: PowerShell's reference assembly cannot make
/// instances of them.
/// </summary>
internal sealed class Cmdlet
{
    private static readonly string?[] s_unnamed = [null];

    private Cmdlet(Type type, CustomAttributeData attribute)
    {
        (Verb, Noun) =
            ((string)attribute.ConstructorArguments[0].Value!, (string)attribute.ConstructorArguments[1].Value!);
        DefaultSet = Named<string>(attribute, "DefaultParameterSetName");
        Parameters = type.GetProperties().SelectMany(ParametersOf).ToList();
        if (Named<bool>(attribute, "SupportsShouldProcess"))
            Parameters.AddRange([Risk("WhatIf", "wi"), Risk("Confirm", "cf")]);
        Outputs = type.GetCustomAttributesData()
            .Where(a => a.AttributeType.Name == nameof(OutputTypeAttribute))
            .SelectMany(a => (IEnumerable<CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)
            .Select(t => ((Type)t.Value!).FullName!)
            .ToArray();
    }

    public string Verb { get; }

    public string Noun { get; }

    public string Name => $"{Verb}-{Noun}";

    public string? DefaultSet { get; }

    public List<Parameter> Parameters { get; }

    public string[] Outputs { get; }

    /// <summary>The parameter sets, the default one first; null is the one that a cmdlet without sets has.</summary>
    public IEnumerable<string?> Sets
    {
        get
        {
            string[] named = Parameters.Select(p => p.Set).OfType<string>().Distinct()
                .OrderByDescending(s => s == DefaultSet).ToArray();
            return named.Length == 0 ? s_unnamed : named;
        }
    }

    public static IEnumerable<Cmdlet> In(Assembly assembly) => assembly.GetExportedTypes()
        .Select(t =>
            (Type: t,
            Attribute: t.GetCustomAttributesData().FirstOrDefault(
                a => a.AttributeType.Name == nameof(CmdletAttribute))))
        .Where(t => t.Attribute is not null)
        .Select(t => new Cmdlet(t.Type, t.Attribute!))
        .OrderBy(c => c.Name, StringComparer.Ordinal);

    private static IEnumerable<Parameter> ParametersOf(PropertyInfo property)
    {
        IList<CustomAttributeData> attributes = property.GetCustomAttributesData();
        bool wildcards = attributes.Any(a => a.AttributeType.Name == nameof(SupportsWildcardsAttribute));
        string[] aliases = attributes
            .Where(a => a.AttributeType.Name == nameof(AliasAttribute))
            .SelectMany(a => (IEnumerable<CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)
            .Select(a => (string)a.Value!)
            .ToArray();
        return attributes.Where(a => a.AttributeType.Name == nameof(ParameterAttribute)).Select(a => new Parameter(
            property.Name,
            Named<string>(a, "ParameterSetName"),
            property.PropertyType,
            Named<bool>(a, "Mandatory"),
            Named<int?>(a, "Position"),
            Named<bool>(a, "ValueFromPipeline"),
            Named<bool>(a, "ValueFromPipelineByPropertyName"),
            wildcards,
            aliases));
    }

    private static Parameter Risk(string name, string alias) =>
        new(name, null, typeof(SwitchParameter), false, null, false, false, false, [alias]);

    private static T? Named<T>(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(a => a.MemberName == name).TypedValue.Value is T value
            ? value
            : default;
}
