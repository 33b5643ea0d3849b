using System.Reflection;
using DataOps.Help;
using DataOps.PowerShell;

namespace DataOps.Surface.Tests;

/// <summary>What there is to look at: the built cmdlets and operations, and the files beside them.</summary>
internal static class Surface
{
    public static readonly Assembly Core = typeof(OperationAttribute).Assembly;

    public static readonly Assembly PowerShell = typeof(DatabaseCommand).Assembly;

    /// <summary>
    /// Parameters that the frame gives, which no operation has as an option; the command line's counterpart of -Quiet
    /// is --fail-on.
    /// </summary>
    public static readonly string[] FrameParameters =
        ["Connection", "Database", "Credential", "SslMode", "LockTimeout", "Schema", "SiteDescription", "InputObject", "WhatIf", "Confirm", "Quiet"];

    public static string Repository { get; } = Metadata("Repository");

    public static string CommandLine { get; } = Metadata("CommandLine");

    public static IReadOnlyList<Cmdlet> Cmdlets { get; } = Cmdlet.In(PowerShell).ToList();

    public static TheoryData<string> CmdletNames => [.. Cmdlets.Select(c => c.Name)];

    public static TheoryData<string> OperationNames => [.. OperationDescription.All.Select(o => o.Name)];

    public static Cmdlet Find(string name) => Cmdlets.Single(c => c.Name == name);

    public static OperationDescription FindOperation(string name) =>
        OperationDescription.All.Single(o => o.Name == name);

    public static string FileText(params string[] path) => File.ReadAllText(Path.Join([Repository, .. path]));

    private static string Metadata(string key) =>
        typeof(Surface).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
