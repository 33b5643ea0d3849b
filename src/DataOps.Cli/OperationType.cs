using System.Reflection;
using DataOps.Core.Operations;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Cli;

/// <summary>What reflection tells about an operation: its name, its options, its results, and how to run it.</summary>
internal sealed class OperationType
{
    private static readonly MethodInfo s_run = typeof(OperationType).GetMethod(nameof(RunTyped), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo s_isOffline = typeof(OperationType).GetMethod(nameof(IsOfflineTyped), BindingFlags.NonPublic | BindingFlags.Static)!;
    private readonly Type _type;
    private readonly OperationAttribute _name;

    private OperationType(Type type, OperationAttribute name)
    {
        (_type, _name) = (type, name);
        Type contract = type.GetInterfaces().First(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IOperation<,>));
        (Options, Result) = (contract.GenericTypeArguments[0], contract.GenericTypeArguments[1]);
    }

    public Type Type => _type;

    public string Verb => _name.Verb;

    public string Noun => _name.Noun;

    /// <summary>As PowerShell calls it: Find-Orphan.</summary>
    public string Name => $"{_name.Verb}-{_name.Noun}";

    /// <summary>As the command line calls it: find-orphan.</summary>
    public string CommandName => $"{Naming.Kebab(_name.Verb)}-{Naming.Kebab(_name.Noun)}";

    /// <summary>Whether a user is asked first, whatever the verb.</summary>
    public bool AsksFirst => _name.AsksFirst;

    public Type Options { get; }

    public Type Result { get; }

    public bool Changes => Options.GetProperty("WhatIf") is not null;

    /// <summary>Whether it writes its data to a path.</summary>
    public bool WritesTo(object options, string path) => Verb == "Export" && Options.GetProperty("Path")?.GetValue(options) is string given && given == path;

    public static IEnumerable<OperationType> In(Assembly assembly) => assembly.GetExportedTypes()
        .Select(t => (Type: t, Name: t.GetCustomAttribute<OperationAttribute>()))
        .Where(t => t.Name is not null)
        .Select(t => new OperationType(t.Type, t.Name!))
        .OrderBy(o => o.CommandName, StringComparer.Ordinal);

    /// <summary>Whether these options ask for what needs no database.</summary>
    public bool IsOffline(object options) =>
        (bool)s_isOffline.MakeGenericMethod(Options, Result).Invoke(null, [Activator.CreateInstance(_type), options])!;

    /// <summary>Runs it, without a session if it is to be offline; nothing happens before the first result is asked for.</summary>
    public IEnumerable<object> Run(Session? session, object options, OperationContext context) =>
        (IEnumerable<object>)s_run.MakeGenericMethod(Options, Result).Invoke(null, [Activator.CreateInstance(_type), session, options, context])!;

    private static bool IsOfflineTyped<TOptions, TResult>(IOperation<TOptions, TResult> operation, TOptions options)
        where TOptions : notnull
        where TResult : notnull => operation is IOfflineOperation<TOptions, TResult> offline && offline.IsOffline(options);

    private static IEnumerable<object> RunTyped<TOptions, TResult>(
        IOperation<TOptions, TResult> operation, Session? session, TOptions options, OperationContext context)
        where TOptions : notnull
        where TResult : notnull
    {
        IEnumerable<TResult> results = session is null
            ? ((IOfflineOperation<TOptions, TResult>)operation).RunOffline(options, context)
            : operation.Run(session, options, context);
        foreach (TResult result in results)
            yield return result;
    }
}
