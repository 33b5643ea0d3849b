namespace DataOps.Core.Operations;

/// <summary>A failure in one of several databases.</summary>
public static class DatabaseFailure
{
    /// <summary>The failure, which says in which database, and has that as its target.</summary>
    public static DataOpsException In(ConnectionSettings settings, Exception failure)
    {
        DataOpsException known = UnexpectedFailure.Of(failure);
        string place = $"{settings.Database} on {settings.Server}";
        return new(known.Id, known.Kind, In(settings, known.Message), known.Advice, place, known);
    }

    /// <summary>A text about one of several databases, which says which.</summary>
    public static string In(ConnectionSettings settings, string text) =>
        $"{settings.Database} on {settings.Server}: {text}";

    /// <summary>Refuses several databases where a command, or an option of it, is of one.</summary>
    /// <param name="operation">The operation, as <c>Repair-Tree</c>.</param>
    /// <param name="takesSeveral">Whether it works on one database after the other.</param>
    /// <param name="options">Its options.</param>
    /// <exception cref="DataOpsException"><c>SeveralDatabases</c>.</exception>
    public static void RequireSeveral(string operation, bool takesSeveral, IOptions options)
    {
        string? one = !takesSeveral ? operation
            : (options as IOfOneDatabase)?.OptionOfOne is { } option ? $"-{option}" : null;
        if (one is not null)
            throw Several(one);
    }

    /// <summary>The refusal of several databases.</summary>
    /// <param name="one">The command, or the option of it, that is of one.</param>
    public static DataOpsException Several(string one) => new(
        ErrorIds.SeveralDatabases, FailureKind.InvalidArgument,
        $"Several databases are given, and {one} is of one at a time.", "Name one, and run the command for each.", one);
}

/// <summary>Options that may be of one database, where others of the same operation are of several.</summary>
public interface IOfOneDatabase
{
    /// <summary>The name of the option that is given and is of one database; null where none is.</summary>
    string? OptionOfOne { get; }
}
