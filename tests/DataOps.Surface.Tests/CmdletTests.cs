using System.Management.Automation;
using System.Reflection;
using DataOps.Help;
using Cmdlet = DataOps.Help.Cmdlet;
using Parameter = DataOps.Help.Parameter;

namespace DataOps.Surface.Tests;

public sealed class CmdletTests
{
    private static readonly string[] s_commonParameters =
    [
        "Verbose", "Debug", "ErrorAction", "WarningAction", "InformationAction", "ProgressAction", "ErrorVariable",
        "WarningVariable",
        "InformationVariable", "OutVariable", "OutBuffer", "PipelineVariable", "UseTransaction",
    ];

    private static readonly string[] s_changing =
        ["Remove", "Repair", "Import", "Restore", "Move", "Copy", "Sync", "Protect", "Set", "Clear",
        "Update", "Undo", "Reset", "Convert"];
    private static readonly string[] s_takingAway = ["Remove", "Restore", "Sync", "Protect"];
    private static readonly string[] s_reading = ["Get", "Find", "Test", "Measure", "Compare"];

    [Theory, MemberData(nameof(Surface.CmdletNames), MemberType = typeof(Surface))]
    public void Has_an_approved_verb_and_a_singular_noun(string name)
    {
        Cmdlet cmdlet = Surface.Find(name);
        Assert.Contains(cmdlet.Verb, ApprovedVerbs());
        Assert.DoesNotMatch("[^s]s$", cmdlet.Noun);
    }

    [Fact]
    public void Every_class_is_sealed_and_named_after_its_cmdlet()
    {
        foreach (Type type in CommandTypes())
        {
            CustomAttributeData attribute = CmdletAttributeOf(type)!;
            Assert.True(type.IsSealed, $"{type} is not sealed");
            Assert.Equal("DataOps.PowerShell.Commands", type.Namespace);
            Assert.Equal($"{attribute.ConstructorArguments[0].Value}{attribute.ConstructorArguments[1].Value}Command",
                type.Name);
        }
    }

    [Theory, MemberData(nameof(Surface.CmdletNames), MemberType = typeof(Surface))]
    public void Says_what_it_writes(string name)
    {
        Cmdlet cmdlet = Surface.Find(name);
        if (cmdlet.Verb != "Disconnect")
            Assert.NotEmpty(cmdlet.Outputs);
    }

    [Fact]
    public void What_changes_a_database_can_be_asked_what_if_and_what_only_reads_cannot()
    {
        foreach (Type type in CommandTypes())
        {
            CustomAttributeData attribute = CmdletAttributeOf(type)!;
            string verb = (string)attribute.ConstructorArguments[0].Value!;
            bool shouldProcess = Named(attribute, "SupportsShouldProcess") is true;
            if (s_changing.Contains(verb))
                Assert.True(shouldProcess, $"{type.Name} does not support -WhatIf");
            if (s_reading.Contains(verb))
                Assert.False(shouldProcess, $"{type.Name} only reads");
        }
    }

    [Theory, MemberData(nameof(Surface.OperationNames), MemberType = typeof(Surface))]
    public void What_asks_first_is_decided_by_the_operation(string name)
    {
        OperationDescription operation = Surface.FindOperation(name);
        CustomAttributeData attribute = CmdletAttributeOf(
            CommandTypes().Single(t => t.Name == $"{operation.Verb}{operation.Noun}Command"))!;
        Assert.Equal(operation.AsksFirst, Named(attribute, "ConfirmImpact") is (int)ConfirmImpact.High);
        if (s_takingAway.Contains(operation.Verb))
            Assert.True(operation.AsksFirst, $"{name} does not ask before it takes something away");
    }

    [Theory, MemberData(nameof(Surface.CmdletNames), MemberType = typeof(Surface))]
    public void Its_parameters_keep_to_the_conventions(string name)
    {
        Cmdlet cmdlet = Surface.Find(name);
        foreach (Parameter parameter in cmdlet.Parameters)
        {
            Assert.NotEqual(typeof(bool), parameter.Type);
            Assert.DoesNotContain(parameter.Name, s_commonParameters);
            Assert.False(parameter.Type == typeof(string)
                && parameter.Name.Contains("Password", StringComparison.OrdinalIgnoreCase),
                $"-{parameter.Name} takes a password as text");
        }
        foreach (string? set in cmdlet.Sets)
            Assert.True(cmdlet.Parameters.Count(p => p.ByValue && (p.Set is null || p.Set == set)) <= 1,
                $"{name} takes several parameters by value");
    }

    [Fact]
    public void A_parameter_of_one_name_has_one_type_everywhere()
    {
        foreach (IGrouping<string, Parameter> same in Surface.Cmdlets.SelectMany(c => c.Parameters).GroupBy(
            p => p.Name))
        {
            // Databases are read one after the other; a connection is opened and closed by itself.
            bool maySingle = same.Key is "Database" or "Connection";
            Assert.Single(same.Select(p => maySingle ? p.Type.GetElementType() ?? p.Type : p.Type).Distinct());
        }
    }

    [Fact]
    public void Only_the_core_knows_the_driver_and_only_the_cmdlets_know_PowerShell()
    {
        Assert.DoesNotContain(Surface.Core.GetReferencedAssemblies(),
            a => a.Name!.StartsWith("System.Management.Automation", StringComparison.Ordinal));
        Assert.DoesNotContain(Surface.PowerShell.GetReferencedAssemblies(), a => a.Name is "Npgsql");
    }

    private static IEnumerable<Type> CommandTypes() =>
        Surface.PowerShell.GetExportedTypes().Where(t => CmdletAttributeOf(t) is not null);

    private static CustomAttributeData? CmdletAttributeOf(Type type) =>
        type.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType.Name == nameof(CmdletAttribute));

    private static object? Named(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(a => a.MemberName == name).TypedValue.Value;

    private static IEnumerable<string> ApprovedVerbs() =>
        new[] { typeof(VerbsCommon), typeof(VerbsCommunications), typeof(VerbsData), typeof(VerbsDiagnostic),
            typeof(VerbsLifecycle), typeof(VerbsOther),
            typeof(VerbsSecurity) }
            .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Select(f => (string)f.GetRawConstantValue()!);
}
