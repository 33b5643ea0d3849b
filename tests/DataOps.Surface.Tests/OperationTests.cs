using System.Management.Automation;

namespace DataOps.Surface.Tests;

public sealed class OperationTests
{
    [Theory, MemberData(nameof(Surface.OperationNames), MemberType = typeof(Surface))]
    public void A_cmdlet_has_the_options_of_its_operation_under_the_same_names(string name)
    {
        (string _, string _, Type options, Type _) = Surface.FindOperation(name);
        IEnumerable<(string Name, Type Type)> expected = options.GetProperties().Where(p => p.Name is not ("WhatIf" or "InputObject"))
            .Select(p => (p.Name, ParameterType(p.PropertyType)));
        IEnumerable<(string Name, Type Type)> actual = Surface.Find(name).Parameters
            .Where(p => !Surface.FrameParameters.Contains(p.Name))
            .Select(p => (p.Name, p.Type))
            .Distinct();
        Assert.Equal(expected.OrderBy(p => p.Name), actual.OrderBy(p => p.Name));
    }

    [Theory, MemberData(nameof(Surface.OperationNames), MemberType = typeof(Surface))]
    public void Results_are_flat_and_start_with_server_and_database(string name)
    {
        Type result = Surface.FindOperation(name).Result;
        // An interface does not list what it inherits.
        IEnumerable<Type> inherited = result.IsInterface ? result.GetInterfaces() : [];
        System.Reflection.PropertyInfo[] properties = [.. inherited.SelectMany(i => i.GetProperties()), .. result.GetProperties()];
        Assert.Equal(["Server", "Database"], properties.Take(2).Select(p => p.Name));
        foreach (System.Reflection.PropertyInfo property in properties)
        {
            Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            Assert.True(type == typeof(string) || type.IsPrimitive || type.IsEnum || type == typeof(decimal)
                || type == typeof(DateTime), $"{result.Name}.{property.Name} is {type}");
        }
    }

    [Theory, MemberData(nameof(Surface.OperationNames), MemberType = typeof(Surface))]
    public void The_command_line_has_the_same_options(string name)
    {
        (string verb, string noun, Type options, Type _) = Surface.FindOperation(name);
        CommandLineRun help = CommandLineRun.Of(Kebab(verb + noun), "--help");
        Assert.Equal(0, help.ExitCode);
        foreach (string option in options.GetProperties().Select(p => p.Name))
            Assert.Contains(option == "Format" ? $"--{Kebab(noun)}-format" : $"--{Kebab(option)}", help.Output);
    }

    private static Type ParameterType(Type option) =>
        option == typeof(bool) ? typeof(SwitchParameter)
        : option.IsGenericType && option.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? option.GenericTypeArguments[0].MakeArrayType()
        : option;

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? "-" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));
}
