using DataOps.Core.Changes;
using DataOps.Core.Kernel;
using DataOps.Core.Operations;
using DataOps.Core.Tests.Support.Servers;

namespace DataOps.Core.Tests.Changes;

/// <summary>What all operations that change rows have in common.</summary>
public sealed class ChangeOptionsTests(PostgresServer server)
{
    public static TheoryData<Type> Operations => [.. typeof(ChangeOptions).Assembly.GetExportedTypes().Where(t => Contract(t) is not null)];

    [Theory, MemberData(nameof(Operations))]
    public void An_undo_file_that_is_to_be_written_and_not_to_be_is_refused(Type operation)
    {
        using TestDatabase database = server.Blank();
        Type contract = Contract(operation)!;
        object options = Activator.CreateInstance(contract.GenericTypeArguments[0])!;
        options.GetType().GetProperty(nameof(ChangeOptions.NoUndo))!.SetValue(options, true);
        options.GetType().GetProperty(nameof(ChangeOptions.UndoPath))!.SetValue(options, "some.undo.gz");

        DataOpsException refusal = Assert.Throws<DataOpsException>(() =>
        {
            // What is thrown at the call itself comes as what it is, and not as TargetInvocationException.
            object? results = contract.GetMethod("Run")!.Invoke(
                Activator.CreateInstance(operation), System.Reflection.BindingFlags.DoNotWrapExceptions, null, [database.Session, options, new OperationContext()], null);
            return ((IEnumerable<object>)results!).ToArray();
        });

        Assert.Equal("ContradictingOptions", refusal.Id);
    }

    private static Type? Contract(Type type) => type.GetInterfaces().FirstOrDefault(i =>
        i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IOperation<,>) && i.GenericTypeArguments[0].IsAssignableTo(typeof(ChangeOptions)));
}
