using System.Management.Automation;

namespace DataOps.Surface.Tests;

public sealed class OperationTests
{
    [Theory, MemberData(nameof(Surface.OperationNames), MemberType = typeof(Surface))]
    public void A_cmdlet_has_the_options_of_its_operation_under_the_same_names(string name)
    {
        IEnumerable<(string Name, Type Type)> expected = Surface.FindOperation(name).Options.Where(
            o => o.Name is not ("WhatIf" or "InputObject"))
            .Select(o => (o.Name, ParameterType(o)));
        IEnumerable<(string Name, Type Type)> actual = Surface.Find(name).Parameters
            .Where(p => !Surface.FrameParameters.Contains(p.Name))
            .Select(p => (p.Name, Nullable.GetUnderlyingType(p.Type) ?? p.Type))
            .Distinct();
        Assert.Equal(expected.OrderBy(p => p.Name), actual.OrderBy(p => p.Name));
    }

    [Theory, MemberData(nameof(Surface.OperationNames), MemberType = typeof(Surface))]
    public void Results_are_flat_and_start_with_server_and_database(string name)
    {
        Type result = Surface.FindOperation(name).Result;
        // Both edges write what is inherited first.
        System.Reflection.PropertyInfo[] properties = [.. result.GetProperties().OrderBy(p => Depth(p.DeclaringType!))];
        Assert.Equal(["Server", "Database"], properties.Take(2).Select(p => p.Name));
        foreach (System.Reflection.PropertyInfo property in properties)
        {
            Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            Assert.True(type == typeof(string)
                || type.IsPrimitive || type.IsEnum || type == typeof(Enum) || type == typeof(decimal)
                || type == typeof(DateTime), $"{result.Name}.{property.Name} is {type}");
        }
    }

    private static int Depth(Type type) => type.BaseType is { } above ? Depth(above) + 1 : 0;

    // ConvertTo-Json writes enumerations of long by name, and others by number.
    [Fact]
    public void Enumerations_of_results_are_of_long()
    {
        IEnumerable<Type> results = Surface.Core.GetExportedTypes().Where(
            t => OperationDescription.All.Any(o => o.Result.IsAssignableFrom(t)));
        IEnumerable<Type> classes = Surface.Core.GetExportedTypes()
            .Where(t => t.IsEnum && t.Name is "AuditProblem" or "ConstraintProblem" or "SequenceProblem"
            or "ContentTypeClass" or "ReferenceClass" or "TreeProblem");
        IEnumerable<Type> properties = results.SelectMany(t => t.GetProperties()).Select(
            p => Nullable.GetUnderlyingType(p.PropertyType) ?? p.PropertyType);
        Assert.All(properties.Where(t => t.IsEnum).Concat(classes),
            t => Assert.Equal(typeof(long), Enum.GetUnderlyingType(t)));
    }

    [Theory, MemberData(nameof(Surface.OperationNames), MemberType = typeof(Surface))]
    public void The_command_line_has_the_same_options(string name)
    {
        OperationDescription operation = Surface.FindOperation(name);
        CommandLineRun help = CommandLineRun.Of(Kebab(operation.Verb + operation.Noun), "--help");
        Assert.Equal(0, help.ExitCode);
        foreach (string option in operation.Options.Select(o => o.Name))
            Assert.Contains(
                option == "Format" ? $"--{Kebab(operation.Noun)}-format" : $"--{Kebab(option)}", help.Output);
    }

    private static Type ParameterType(OptionDescription option) =>
        option.Type == typeof(bool)
            ? typeof(SwitchParameter)
            : option.IsList ? option.Type.MakeArrayType() : option.Type;

    private static string Kebab(string name) =>
        string.Concat(name.Select(
            (c, i) => i > 0 && char.IsUpper(c) ? "-" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));
}
