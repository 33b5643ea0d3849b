using System.Reflection;
using DataOps.Core.Operations;
using DataOps.Help;
using DataOps.PowerShell;

namespace DataOps.Surface.Tests;

/// <summary>What there is to look at: the built cmdlets and operations, and the files beside them.</summary>
internal static class Surface
{
    public static readonly Assembly Core = typeof(OperationAttribute).Assembly;

    public static readonly Assembly PowerShell = typeof(DatabaseCommand).Assembly;

    /// <summary>Parameters that the frame gives, which no operation has as an option; the command line's counterpart of -Quiet is --fail-on.</summary>
    public static readonly string[] FrameParameters = ["Connection", "Database", "Credential", "SslMode", "LockTimeout", "InputObject", "WhatIf", "Confirm", "Quiet"];

    public static string Repository { get; } = Metadata("Repository");

    public static string CommandLine { get; } = Metadata("CommandLine");

    public static IReadOnlyList<Cmdlet> Cmdlets { get; } = Cmdlet.In(PowerShell).ToList();

    public static IReadOnlyList<(string Verb, string Noun, Type Options, Type Result)> Operations { get; } = Core.GetExportedTypes()
        .Where(t => t.GetCustomAttribute<OperationAttribute>() is not null)
        .Select(t => (Name: t.GetCustomAttribute<OperationAttribute>()!, Contract: t.GetInterfaces().Single(i => i.Name == "IOperation`2")))
        .Select(t => (t.Name.Verb, t.Name.Noun, t.Contract.GenericTypeArguments[0], t.Contract.GenericTypeArguments[1]))
        .ToList();

    public static TheoryData<string> CmdletNames => [.. Cmdlets.Select(c => c.Name)];

    public static TheoryData<string> OperationNames => [.. Operations.Select(o => $"{o.Verb}-{o.Noun}")];

    public static Cmdlet Find(string name) => Cmdlets.Single(c => c.Name == name);

    public static (string Verb, string Noun, Type Options, Type Result) FindOperation(string name) => Operations.Single(o => $"{o.Verb}-{o.Noun}" == name);

    public static string FileText(params string[] path) => File.ReadAllText(Path.Join([Repository, .. path]));

    private static string Metadata(string key) =>
        typeof(Surface).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
