using DataOps.Core.Catalog;
using DataOps.Core.Changes;
using DataOps.Core.Connections;

namespace DataOps.Core.Integrity;

/// <summary>One repair, from the orphans that it is about to the rows that are changed.</summary>
internal sealed class RepairRun(Session session, ReferenceCatalog catalog, RepairOrphanOptions options, ChangeSet changes, OperationContext context)
{
    private static readonly DeletionWords s_words = new("would be deleted, so nothing was changed.", "Delete them first", "use -OnDependent Cascade");

    private readonly RepairSelection _selection = new(session, catalog, options, changes, context);
    private readonly List<IRepair> _repairs = [];
    private readonly Dictionary<ChangedTable, NewValues> _newValues = [];
    private DependentRows? _dependents;
    private QuarantineTable? _quarantine;

    /// <summary>The references that have orphans, and what becomes of those.</summary>
    public IReadOnlyList<RepairStep> Steps { get; private set; } = [];

    /// <summary>Orphans that were named and are left alone.</summary>
    public long Skipped => _selection.Skipped;

    /// <summary>Rows that change, by table.</summary>
    public IReadOnlyList<TablePlan> Tables { get; private set; } = [];

    /// <summary>Finds the orphans.</summary>
    public void Find() => Steps = _selection.Steps();

    /// <summary>Plans what becomes of them, and of all that depends on them.</summary>
    /// <exception cref="DataOpsException">Something cannot be done as it was asked for; everything of that kind is named.</exception>
    public void Plan()
    {
        context.Report("Planning", 0, Steps.Sum(s => s.Orphans.Count));
        foreach (RepairStep step in Steps)
            Choose(step);
        ChooseParents();
        foreach (IRepair repair in _repairs)
            repair.Plan();
        if (changes.Tables.Any(t => t.Deletes))
        {
            _dependents = new DependentRows(session, catalog, changes, options.OnDependent, s_words, null, context.Cancellation);
            _dependents.Plan();
        }
        if (options.Action == OrphanAction.Quarantine && Steps.Count > 0)
            Quarantine();
        Count();
    }

    /// <summary>Changes the rows.</summary>
    /// <exception cref="DataOpsException">Another writer was there meanwhile, or PostgreSQL refuses a row.</exception>
    public void Apply()
    {
        context.Report("Locking", 0, changes.Planned);
        changes.Lock();
        RequireOrphans();
        changes.NoteOrphans(catalog.Database);
        context.Report("Changing", 0, changes.Planned);
        Execute("set constraints all deferred");
        // Triggers find their names where the application's statements do; our own are qualified.
        Execute("select set_config('search_path', (select reset_val from pg_settings where name = 'search_path'), true)");
        foreach (IRepair repair in _repairs)
            repair.Apply();
        _dependents?.Apply();
        _quarantine?.Fill(Steps);
        changes.Delete();
        Execute("set constraints all immediate");
        Execute("select set_config('search_path', 'pg_catalog', true)");
    }

    /// <summary>The plan reference by reference.</summary>
    public IEnumerable<OrphanPlan> DescribeSteps() => Steps.Select(s => new OrphanPlan(
        session.Server, session.Database, s.Reference.Class.ToString(), s.Reference.Table.DisplayName, catalog.LabelOf(s.Reference.Table), FindOrphan.ColumnOf(s.Reference),
        s.Reference.Target?.DisplayName, s.Orphans.Count, s.Action?.ToString(), string.Join(", ", s.Choices), s.Reference.Name));

    /// <summary>The plan row by row.</summary>
    public IEnumerable<RowChange> DescribeRows()
    {
        RowChanges changed = new(session, context.Cancellation);
        return _repairs.SelectMany(r => r.Describe(changed))
            .Concat(_dependents?.Describe(changed) ?? [])
            .Concat(changes.Tables.Where(t => t.Deletes).SelectMany(t => changed.Deleted(t, catalog.LabelOf(t.Table))));
    }

    private void Choose(RepairStep step)
    {
        switch (step.Action)
        {
            case OrphanAction.SetNull:
                ValuesOf(step.Orphans.Rows).Add(step.Orphans, RepairChoices.Clearable(step.Reference).ToDictionary(c => c.Name, c => $"null::{c.TypeText}"));
                break;
            case OrphanAction.Repoint:
                ValuesOf(step.Orphans.Rows).Add(step.Orphans, new Repointing(session, catalog, context.Cancellation).Values(step, options.To!));
                break;
            case OrphanAction.PlainPage:
                new PlainPages(session, catalog, changes, step, ValuesOf, context.Cancellation).Plan();
                break;
            case OrphanAction.Delete or OrphanAction.Quarantine:
                step.Orphans.Rows.PlanDelete(step.Orphans.From);
                break;
        }
    }

    // Two references may miss the same row.
    private void ChooseParents()
    {
        RepairStep[] parents = [.. Steps.Where(s => s.Action is OrphanAction.RecreateParent or OrphanAction.RebuildHalf)];
        bool IsOfPage(RepairStep step) => step.Reference.ContentTypeColumn is not null || (step.Reference.IsParentLink && RepairChoices.LeadsToPage(catalog, step.Reference));
        RepairStep[] halves = [.. parents.Where(IsOfPage)];
        if (halves.Length > 0)
            _repairs.Insert(0, new RebuiltHalves(session, catalog, changes, halves, locks: !options.WhatIf, context.Cancellation));
        foreach (IGrouping<Table, RepairStep> steps in parents.Except(halves).GroupBy(s => s.Reference.Target!))
            _repairs.Insert(0, new PlaceholderParents(session, catalog, changes.Of(steps.Key), [.. steps], _repairs.Count + 1, context.Cancellation));
    }

    private NewValues ValuesOf(ChangedTable rows)
    {
        if (!_newValues.TryGetValue(rows, out NewValues? values))
            _repairs.Add(values = _newValues[rows] = new NewValues(session, catalog, rows, context.Cancellation));
        return values;
    }

    private void Quarantine()
    {
        _quarantine = new QuarantineTable(session, catalog, changes, options.QuarantineTable, context.Cancellation);
        if (!options.WhatIf)
            _quarantine.Make();
        else if (!_quarantine.Exists)
            context.Warning?.Invoke($"The table {_quarantine.DisplayName} is not there, and will be made.");
    }

    // The rows are locked: whether they still miss what they refer to is certain from here on.
    private void RequireOrphans()
    {
        foreach (RepairStep step in Steps)
        {
            long left = step.Conditions.Sum(c => session.List<long>($"select count(*) {step.Orphans.From} where {c}", null, context.Cancellation)[0]);
            if (left != step.Orphans.Count)
                throw new DataOpsException(
                    "ChangedMeanwhile", FailureKind.Busy, $"{step.Orphans.Count - left} of the {step.Orphans.Count} orphans of {step.Name} are none any more since the plan was made, so nothing was done.",
                    "Run it again: it will plan with the rows as they are now.", step.Reference.Name);
        }
    }

    private void Count()
    {
        List<TablePlan> tables = [];
        foreach (ChangedTable table in changes.Tables.Where(t => t.Planned > 0))
        {
            Dictionary<string, long> rows = session.List<(string Action, long Rows)>($"select _action, count(*) from {table.Name} group by 1", null, context.Cancellation).ToDictionary(r => r.Action, r => r.Rows);
            tables.Add(new TablePlan(
                session.Server, session.Database, table.Table.DisplayName, catalog.LabelOf(table.Table), rows.GetValueOrDefault("D"), rows.GetValueOrDefault("U"), rows.GetValueOrDefault("I")));
        }
        long copies = tables.Sum(t => t.Delete);
        if (_quarantine is not null && copies > 0)
            tables.Add(new TablePlan(session.Server, session.Database, _quarantine.DisplayName, null, 0, 0, copies));
        Tables = [.. tables.OrderBy(t => t.Table, StringComparer.Ordinal)];
    }

    private void Execute(string sql) => session.Execute(sql, context.Cancellation);
}
