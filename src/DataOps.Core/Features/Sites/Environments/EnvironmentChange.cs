namespace DataOps.Core.Features.Sites.Environments;

/// <summary>Carries a definition out: first all sites, then all columns, then the statements.</summary>
/// <param name="session">The session, in the transaction of the whole change.</param>
/// <param name="definition">The definition.</param>
/// <param name="options">The options, with the whole change.</param>
/// <param name="tally">Adds up what is done.</param>
/// <param name="context">Progress, warnings, cancellation.</param>
internal sealed class EnvironmentChange(
    Session session, EnvironmentDefinition definition, SwitchEnvironmentOptions options, EnvironmentTally tally,
    OperationContext context)
{
    private const string Name = "Switch-Environment";

    private readonly ReferenceCatalog _catalog = ReferenceCatalog.Read(session, withEmbedded: false);

    /// <summary>Does it, and tells each step.</summary>
    /// <exception cref="DataOpsException">The definition names what is not there, or the server refuses
    /// something.</exception>
    public IEnumerable<IChangeResult> Run()
    {
        EnvironmentColumns columns = new(session, _catalog, context.Cancellation);
        ColumnChange[] changes =
        [
            .. columns.Addresses(definition.Addresses),
            .. definition.UnsetSchedules ? Schedules(columns) : [],
        ];
        HashSet<string> named = [];
        foreach (IChangeResult told in definition.Sites.SelectMany(s => Set(s, named)))
            yield return told;
        foreach (IChangeResult told in Change(changes))
            yield return told;
        foreach (AuthoredStatement statement in definition.Statements)
            yield return Run(statement);
        if (definition.Statements.Count > 0)
            session.RunAsApplication($"set constraints all immediate", context.Cancellation);
        TellForgotten(columns, named, [.. changes.Select(c => c.Column)]);
    }

    private IReadOnlyList<ColumnChange> Schedules(EnvironmentColumns columns) =>
        columns.Schedules() is { Count: > 0 } found ? found : throw new DataOpsException(
            ErrorIds.NoPages, FailureKind.NotFound,
            $"{session.Database} has no model whose rows are published at a time.",
            $"Leave {EnvironmentDefinition.SchedulesMember} out.", session.Database);

    private IEnumerable<IChangeResult> Set(SiteRule rule, HashSet<string> named)
    {
        OperationContext quiet = context with { Progress = null };
        SetSiteResult? done = null;
        foreach (IChangeResult told in new SetSite().Run(session, rule.Options with
        {
            Site = Switched(rule) ?? rule.Site, Whole = options.Whole, WhatIf = options.WhatIf,
            Detailed = options.Detailed,
        }, quiet))
            if (told is SetSiteResult result)
                done = result;
            else
                yield return told;
        options.Whole!.EndPart();
        tally.Add(done!);
        // With -WhatIf it still has its old name.
        named.UnionWith([done!.OldSite, done.Site]);
        yield return tally.Add(new EnvironmentStep(
            session.Server, session.Database, EnvironmentPart.Site, done.OldSite, done.Site, done.WouldChange));
    }

    // A second run finds the site under its new name.
    private string? Switched(SiteRule rule)
    {
        if (rule.Site is null || rule.HostName is null)
            return null;
        SiteInfo[] sites = [.. AllSites()];
        string target = rule.Target;
        return sites.Any(s => new NameFilter([rule.Site]).Matches(s.Site, SiteRows.Parts(s.Site).HostName, $"{s.Id}"))
            ? null
            : sites.FirstOrDefault(s => s.Site == target || SiteRows.Parts(s.Site).HostName == target)?.Site;
    }

    private IEnumerable<SiteInfo> AllSites() => new GetSite().Run(session, new(), context with { Progress = null });

    private IEnumerable<IChangeResult> Change(ColumnChange[] changes)
    {
        if (changes.Length == 0)
            yield break;
        foreach (ColumnChange change in changes)
            if (change.Count(session, context.Cancellation) is > 0 and var count)
                yield return tally.Add(new EnvironmentStep(
                    session.Server, session.Database, change.Part, change.Subject, change.NewValue, count));
        using (ChangeRun run = new(session, _catalog, Name, ChangeWay.For(session, Name, options), context))
        {
            foreach (IGrouping<Table, ColumnChange> table in changes.GroupBy(c => c.Table))
                ColumnChange.Plan(run, [.. table]);
            run.Count();
            foreach (RowChange row in options.Detailed ? run.Describe() : [])
                yield return row;
            tally.Add(run.Finish());
        }
        options.Whole!.EndPart();
    }

    private EnvironmentStep Run(AuthoredStatement statement)
    {
        try
        {
            int rows = session.RunAsApplication(SqlText.Raw(statement.Text), context.Cancellation);
            return tally.Add(new EnvironmentStep(
                session.Server, session.Database, EnvironmentPart.Sql, statement.Start, null, Math.Max(0, rows)));
        }
        catch (DataOpsException e)
        {
            throw new DataOpsException(
                e.Id, e.Kind, $"{statement.Place}, {statement.Start}: {e.Message}", e.Advice, statement.Text, e);
        }
    }

    // What still is as in production, and is said nowhere.
    private void TellForgotten(EnvironmentColumns columns, HashSet<string> named, HashSet<Column> changed)
    {
        foreach (string site in AllSites().Select(s => s.Site)
            .Where(s => !named.Contains(s) && SiteRows.Parts(s).HostName != "localhost"))
            context.Warning?.Invoke($"The definition says nothing of site {site}, which keeps its address.");
        foreach ((string column, long count) in columns.WithAddresses(changed))
            context.Warning?.Invoke(
                $"The definition says nothing of {column}, which keeps {Counted.Of(count, "address", "addresses")}.");
    }
}
