using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace DataOps.Generators;

/// <summary>An option: a property of an operation's options record, with what its attributes say.</summary>
internal sealed class Option
{
    private static readonly SymbolDisplayFormat s_full =
        SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(
            SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private readonly IPropertySymbol _property;
    private readonly Dictionary<string, TypedConstant> _facts;

    private Option(IPropertySymbol property)
    {
        _property = property;
        ITypeSymbol type = property.Type;
        IsList = type is INamedTypeSymbol { Name: "IReadOnlyList", TypeArguments.Length: 1 };
        Item = IsList ? ((INamedTypeSymbol)type).TypeArguments[0] : type;
        if (Item is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
            (Item, IsNullable) = (nullable.TypeArguments[0], true);
        IsNullable |= type.NullableAnnotation == NullableAnnotation.Annotated;
        _facts = Attributes("Option").SelectMany(a => a.NamedArguments).ToDictionary(a => a.Key, a => a.Value);
    }

    public string Name => _property.Name;

    /// <summary>The type of its value, or of each of its values.</summary>
    public ITypeSymbol Item { get; }

    public string ItemType => Item.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(s_full);

    public string Type => _property.Type.ToDisplayString(s_full);

    public bool IsList { get; }

    public bool IsNullable { get; }

    public bool IsFlag => Item.SpecialType == SpecialType.System_Boolean;

    public bool IsText => Item.SpecialType == SpecialType.System_String && !IsList;

    /// <summary>Whether its values are objects that another operation wrote.</summary>
    public bool IsObjects => IsList && Item is { IsRecord: true };

    /// <summary>Whether its values can be paths of files.</summary>
    public bool IsPath => Member("Form",
        "Text") is "File" or "DatasetToRead" or "DatasetToWrite" or "Definition" or "NamesOrFile";

    /// <summary>
    /// The advice where a file that it names is not there, and the switch with which it need not be; null for neither.
    /// </summary>
    public (string Advice, string? Unless)? MustExist => Attributes("MustExist").FirstOrDefault() is { } must
        ? ((string)must.ConstructorArguments[0].Value!,
            must.NamedArguments.Select(a => (string?)a.Value.Value).FirstOrDefault())
        : null;

    public bool IsMandatory => Is("Mandatory");

    /// <summary>Its full name, for a reference in documentation.</summary>
    public string Reference =>
        $"{_property.ContainingType.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)}.{Name}";

    public string Text => Documentation.Summary(_property);

    public (int Least, int Most)? Range => Attributes("Range").FirstOrDefault() is { } range
        ? ((int)range.ConstructorArguments[0].Value!, (int)range.ConstructorArguments[1].Value!)
        : null;

    /// <summary>That it is given, in C#, in its record.</summary>
    public string IsGiven => IsFlag ? Name
        : IsList ? $"{Name} is {{ Count: > 0 }}"
        : IsText ? $"!string.IsNullOrEmpty({Name})"
        : IsNullable ? $"{Name} is not null"
        : $"{Name} != default";

    /// <summary>
    /// Its options, those of the record itself first, without those that the record says it does not have.
    /// </summary>
    public static IReadOnlyList<Option> Of(INamedTypeSymbol record)
    {
        INamedTypeSymbol? end = record.GetAttributes().FirstOrDefault(
            a => a.AttributeClass?.Name == "WithoutOptionsOfAttribute")
            ?.ConstructorArguments[0].Value as INamedTypeSymbol;
        List<Option> options = [];
        for (INamedTypeSymbol? type = record; type is { SpecialType: SpecialType.None }
            && !SymbolEqualityComparer.Default.Equals(type, end); type = type.BaseType)
            options.AddRange(type.GetMembers().OfType<IPropertySymbol>().Where(IsOption).Select(p => new Option(p)));
        return options;
    }

    private static bool IsOption(IPropertySymbol property) => property is
    {
        DeclaredAccessibility: Accessibility.Public, IsStatic: false, SetMethod: not null, IsImplicitlyDeclared: false,
    };

    /// <summary>Whether a fact of its [Option] is true.</summary>
    public bool Is(string fact) => _facts.TryGetValue(fact, out TypedConstant value) && value.Value is true;

    /// <summary>The number that its [Option] gives; null where it gives none.</summary>
    public int? Number(string fact) => _facts.TryGetValue(fact, out TypedConstant value) ? (int?)value.Value : null;

    /// <summary>The texts that its [Option] gives.</summary>
    public IEnumerable<string> Texts(string fact) =>
        _facts.TryGetValue(fact, out TypedConstant value) ? value.Values.Select(v => (string)v.Value!) : [];

    /// <summary>The member of an enumeration that its [Option] gives; the first one where it gives none.</summary>
    public string Member(string fact, string first) =>
        _facts.TryGetValue(fact, out TypedConstant value) ? MemberOf(value) : first;

    /// <summary>The other options that it goes only with, or not with: their names and values as C#.</summary>
    public IEnumerable<(string Option, IReadOnlyList<(string Code, string Name)> Values)> Others(string attribute) =>
        Attributes(attribute).Select(a => (
        (string)a.ConstructorArguments[0].Value!,
        (IReadOnlyList<(string, string)>)[.. a.ConstructorArguments.Skip(1).SelectMany(x => x.Values).Select(
            v => ($"{v.Type!.ToDisplayString(s_full)}.{MemberOf(v)}", MemberOf(v)))]));

    private static string MemberOf(TypedConstant value) =>
        value.Type!.GetMembers().OfType<IFieldSymbol>()
            .First(f => f.HasConstantValue && Equals(f.ConstantValue, value.Value)).Name;

    private IEnumerable<AttributeData> Attributes(string name) =>
        _property.GetAttributes().Where(a => a.AttributeClass?.Name == name + "Attribute");
}
