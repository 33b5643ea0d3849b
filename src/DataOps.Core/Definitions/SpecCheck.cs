namespace DataOps.Core.Definitions;

/// <summary>
/// Lets the server plan a spec's query, which shows what is wrong with a condition in SQL before a row is read.
/// </summary>
internal static class SpecCheck
{
    /// <summary>Plans the query; its values have to be set.</summary>
    /// <exception cref="DataOpsException">The server refuses the condition.</exception>
    public static void Explain(Session session, DatasetSpec spec, Model model, SqlText? condition)
    {
        if (condition is not { } rows)
            return;
        try
        {
            session.Query<string>($"explain select 1 from {model.Table} c where {rows}");
        }
        catch (DataOpsException e)
            when (spec.Place is not null && e.Id.StartsWith("Postgres.", StringComparison.Ordinal))
        {
            throw new DataOpsException(
                ErrorIds.InvalidDefinition, FailureKind.InvalidData, $"{spec.Place}: {model.Label}: {e.Message}",
                e.Advice, spec.Place.File ?? spec.Place.Path, e);
        }
    }
}
