using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DataOps.Generators;

/// <summary>
/// Writes, in the core, how each options record is validated, and a description of each operation for front ends that
/// know none by name.
/// </summary>
[Generator]
public sealed class OperationGenerator : IIncrementalGenerator
{
    private const string Operations = "global::DataOps.Core.Operations";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // Texts: they are compared by value, and what has not changed is not written again.
        IncrementalValuesProvider<(string Name, string Record, string Description)> operations =
            context.SyntaxProvider.ForAttributeWithMetadataName(
            "DataOps.Core.Operations.OperationAttribute", static (node, _) => node is ClassDeclarationSyntax, Write);
        context.RegisterSourceOutput(
            operations, static (output, o) => output.AddSource(o.Name + "Options.g.cs", o.Record));
        context.RegisterSourceOutput(operations.Collect(), static (output, all) =>
        {
            if (all.Length > 0)
                output.AddSource("OperationDescription.g.cs", WriteAll(all));
        });
    }

    private static (string Name, string Record, string Description) Write(
        GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        INamedTypeSymbol operation = (INamedTypeSymbol)context.TargetSymbol;
        AttributeData attribute = context.Attributes[0];
        (INamedTypeSymbol record, ITypeSymbol result, string kind) = Contract(operation);
        IReadOnlyList<Option> options = Option.Of(record);
        return (operation.Name, Validation(record, options),
            Description(operation, attribute, record, result, kind, options, context.SemanticModel.Compilation));
    }

    /// <summary>
    /// The options and the results of an operation, and the class that it derives from: <c>OfflineOperation</c> where
    /// part of it needs no database, <c>FileOperation</c> where all of it needs none.
    /// </summary>
    internal static (INamedTypeSymbol Options, ITypeSymbol Result, string Kind) Contract(INamedTypeSymbol operation)
    {
        INamedTypeSymbol contract = operation.BaseType!;
        return ((INamedTypeSymbol)contract.TypeArguments[0], contract.TypeArguments[1], contract.Name);
    }

    private static string Validation(INamedTypeSymbol record, IReadOnlyList<Option> options)
    {
        StringBuilder checks = new();
        foreach (Option o in options)
        {
            if (o.IsMandatory)
                checks.AppendLine(
                    $"        {Operations}.OptionCheck.Given({Literal(o.Name)}, {o.IsGiven}, {Literal(o.Text)});");
            else if (o is { IsText: true, IsNullable: true } && !o.Is("MayBeEmpty"))
                checks.AppendLine($"        {Operations}.OptionCheck.NotEmpty({Literal(o.Name)}, {o.Name});");
            if (o.IsPath)
                checks.AppendLine(o.IsList
                    ? $"        foreach (string path in {o.Name}) {Operations}.OptionCheck.NotAnAddress(path);"
                    : $"        {Operations}.OptionCheck.NotAnAddress({o.Name});");
            if (o.Range is var (least, most))
                checks.AppendLine(
                    $"        {Operations}.OptionCheck.InRange({Literal(o.Name)}, {o.Name}, {least}, {most});");
        }
        foreach (string kind in new[] { "OnlyWith", "NotWith" })
            foreach (Option o in options)
                foreach ((string name, IReadOnlyList<(string Code, string Name)> values) in o.Others(kind))
                    foreach ((string isOther, string words) in Alternatives(
                        kind, options.First(x => x.Name == name), values))
                        checks.AppendLine(
                            $"        {Operations}.OptionCheck.{kind}({Literal(o.Name)}, {o.IsGiven}, {isOther}, " +
                                $"{words});");
        foreach (Option o in options)
            foreach ((string name, _) in o.Others("Unless"))
                checks.AppendLine($"        {Operations}.OptionCheck.Given({Literal(o.Name)}, "
                    + $"{o.IsGiven} || {options.First(x => x.Name == name).IsGiven}, {Literal(o.Text)});");
        // The options are meant: now they are about files.
        foreach (Option o in options)
            if (o.MustExist is var (advice, unless))
                checks.AppendLine($"        {(unless is null ? "" : $"if (!{unless}) ")}"
                    + (o.IsList ? $"foreach (string path in {o.Name}) " : "") + $"{Operations}.OptionCheck."
                    + $"{(o.Member("Form", "Text") == "NamesOrFile" ? "ExistsIfFile" : "Exists")}("
                    + $"{(o.IsList ? "path" : o.Name)}, {Literal(advice)});");
        // Objects that several operations take are read in the namespace of the first.
        string objects = string.Concat(options.Where(o => o.IsObjects).Select(o => (INamedTypeSymbol)o.Item)
            .Where(i => SymbolEqualityComparer.Default.Equals(i.ContainingNamespace, record.ContainingNamespace))
            .Select(Reader));
        return $$"""
            // <auto-generated/>
            #nullable enable
            namespace {{record.ContainingNamespace.ToDisplayString()}};

            partial record {{record.Name}} : {{Operations}}.IOptions
            {
                /// <inheritdoc/>
                public void Validate()
                {
            {{checks}}    }
            }
            {{objects}}
            """;
    }

    // The option has to have one of the values that it goes with; of those that it contradicts each is told by itself.
    private static IEnumerable<(string IsOther, string Words)> Alternatives(
        string kind, Option other, IReadOnlyList<(string Code, string Name)> values) =>
        values.Count == 0 ? [(other.IsGiven, Literal("-" + other.Name))]
        : kind == "OnlyWith" ? [($"{other.Name} is {string.Join(" or ", values.Select(v => v.Code))}",
            Literal($"-{other.Name} {string.Join(" or ", values.Select(v => v.Name))}"))]
        : values.Select(v => ($"{other.Name} == {v.Code}", Literal($"-{other.Name} {v.Name}")));

    private static string Reader(INamedTypeSymbol item) => $$"""

        partial record {{item.Name}}
        {
            /// <summary>Reads an object from the texts of its properties.</summary>
            public static {{item.Name}} Read(global::System.Func<string, string?> property) => new()
            {
        {{string.Concat(Option.Of(item).Select(p => $"        {p.Name} = property({Literal(p.Name)}),\n"))}}    };
        }
        """;

    private static string Description(
        INamedTypeSymbol operation,
        AttributeData attribute,
        INamedTypeSymbol record,
        ITypeSymbol result,
        string kind,
        IReadOnlyList<Option> options,
        Compilation compilation)
    {
        string type = Name(operation);
        string optionsType = Name(record);
        bool asksFirst = attribute.NamedArguments.Any(a => a is { Key: "AsksFirst", Value.Value: true });
        string run = $"new {type}().Run(session!, ({optionsType})options, context)";
        (string isOffline, string runAny) = kind switch
        {
            "OfflineOperation" => ($"new {type}().IsOffline(({optionsType})options)",
                $"session is null ? new {type}().RunOffline(({optionsType})options, context) : {run}"),
            "FileOperation" => ("true", $"new {type}().Run(({optionsType})options, context)"),
            _ => ("false", run),
        };
        return $$"""
                    new()
                    {
                        Verb = {{Literal((string)attribute.ConstructorArguments[0].Value!)}},
                        Noun = {{Literal((string)attribute.ConstructorArguments[1].Value!)}},
                        Text = {{Literal(Documentation.Summary(operation))}},
                        AsksFirst = {{Literal(asksFirst)}},
                        TakesDatabase = {{Literal(kind != "FileOperation")}},
                        Changes = {{Literal(options.Any(o => o.Name == "WhatIf"))}},
                        TakesSeveral = {{Literal(TakesSeveral(attribute, kind))}},
                        HasFindings = {{Literal(HasFindings(compilation, result))}},
                        Result = typeof({{Name(result)}}),
                        Create = static () => new {{optionsType}}(),
                        IsOffline = static options => {{isOffline}},
                        Run = static (session, options, context) => {{runAny}},
                        Options =
                        [
            {{string.Concat(options.Select(o => Describe(o, optionsType)))}}            ],
                    },

            """;
    }

    private static string Describe(Option o, string record) => $$"""
                        new()
                        {
                            Name = {{Literal(o.Name)}},
                            Text = {{Literal(o.Text)}},
                            Type = typeof({{o.ItemType}}),
                            IsList = {{Literal(o.IsList)}},
                            IsMandatory = {{Literal(o.IsMandatory)}},
                            Wildcards = {{Literal(o.Is("Wildcards"))}},
                            Position = {{o.Number("Position")?.ToString() ?? "null"}},
                            Completes = {{Operations}}.OptionNames.{{o.Member("Completes", "None")}},
                            Range = {{(o.Range is var (least, most) ? $"({least}, {most})" : "null")}},
                            Form = {{Operations}}.OptionForm.{{o.Member("Form", "Text")}},
                            Get = static options => (({{record}})options).{{o.Name}},
                            {{Set(o, record)}},
                        },

        """;

    private static string Set(Option o, string record)
    {
        string change = $"(({record})options) with {{ {o.Name} =";
        return o.IsObjects
            ? $"SetObjects = static (options, objects) => {change} [.. " +
                $"global::System.Linq.Enumerable.Select(objects, {o.ItemType}.Read)] }}"
            : o.IsList
                ? $"Set = static (options, texts) => " +
                    $"{change} {Operations}.OptionText.List<{o.ItemType}>({Literal(o.Name)}, texts) }}"
            : $"Set = static (options, texts) => " +
                $"{change} {Operations}.OptionText.Parse<{o.ItemType}>({Literal(o.Name)}, texts[0]) }}";
    }

    /// <summary>Whether an operation only reads, and works on one database after the other.</summary>
    internal static bool TakesSeveral(AttributeData attribute, string kind) => kind != "FileOperation"
        && attribute.ConstructorArguments[0].Value is "Get" or "Find" or "Test";

    // A plan or a sum has no severity, although findings may come before it.
    private static bool HasFindings(Compilation compilation, ITypeSymbol result) =>
        result.Name != "IChangeResult"
        && Types(compilation.Assembly.GlobalNamespace).Any(
            t => t.AllInterfaces.Any(i => i.Name == "IJudged") && compilation.HasImplicitConversion(t, result));

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceSymbol space) =>
        space.GetTypeMembers().Where(t => t.DeclaredAccessibility == Accessibility.Public)
            .Concat(space.GetNamespaceMembers().SelectMany(Types));

    private static string WriteAll(ImmutableArray<(string Name, string Record, string Description)> operations) => $$"""
        // <auto-generated/>
        #nullable enable
        namespace DataOps.Core.Operations;

        partial class OperationDescription
        {
            /// <summary>All operations, by name.</summary>
            public static global::System.Collections.Generic.IReadOnlyList<OperationDescription> All { get; } =
            [
        {{string.Concat(operations.OrderBy(o => o.Name, StringComparer.Ordinal).Select(o => o.Description))}}    ];
        }
        """;

    private static string Name(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    private static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    private static string Literal(bool value) => value ? "true" : "false";
}
