using DataOps.Core.Changes.UndoFiles;
using DataOps.Core.Features.Schema.Duplicates;
using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema.Constraints;

/// <summary>
/// Finds what is missing or not valid: what the expected schema has and the database has not, the unique keys of
/// Django's and Wagtail's tables, what PostgreSQL itself calls not valid, and references without a constraint.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="catalog">Tables and references.</param>
/// <param name="comparison">The expected schema with the one that is there; null where none is expected.</param>
/// <param name="own">The schema of the site's own tables.</param>
/// <param name="mending">The SQL.</param>
/// <param name="options">What was asked for.</param>
/// <param name="context">Hears of names that are not there.</param>
internal sealed class ConstraintSteps(
    Session session, ReferenceCatalog catalog, SchemaComparison? comparison, string own, SchemaMending mending,
    RepairConstraintOptions options, OperationContext context)
{
    private readonly Dictionary<string, Table> _tables = catalog.Database.Tables.Where(t => t.IsReadable)
        .ToDictionary(t => t.Schema == own ? t.Name : $"{t.Schema}.{t.Name}");

    /// <summary>Finds it; foreign keys come last, as they need the keys that they refer to.</summary>
    /// <exception cref="DataOpsException">A name in the options matches nothing.</exception>
    public IReadOnlyList<ConstraintStep> Find()
    {
        TableFilter tables = new(catalog, options.Table, options.Model, context);
        HashSet<Reference> references = [.. new ReferenceFilter(
            catalog, options.Table, options.Model, [], options.Reference, context).Select()];
        NameFilter names = new(options.Constraint);
        ConstraintStep[] all = [.. All()];
        Report(names, all);
        bool isAll = options.Reference.Count + options.Constraint.Count == 0;
        bool IsAsked(ConstraintStep step) => isAll
            || (options.Constraint.Count > 0 && names.Matches(step.Name))
            || (options.Reference.Count > 0 && step.Reference is { } reference && references.Contains(reference));
        return
        [
            .. all.Where(s => catalog.Database.IsOfSite(s.Table) && tables.Matches(s.Table) && IsAsked(s))
                .OrderBy(s => s.Kind == SchemaObjectKind.ForeignKey),
        ];
    }

    private IEnumerable<ConstraintStep> All()
    {
        ConstraintStep[] expected = [.. Expected()];
        ConstraintStep[] keys = [.. UniqueKeys.Of(catalog).Select(Known).OfType<ConstraintStep>()
            .Where(k => !expected.Any(e => e.Table == k.Table && e.Key is { IsOfColumns: true } key
                && key.Columns.ToHashSet().SetEquals(k.Columns)))];
        ConstraintStep[] made = [.. expected, .. keys];
        HashSet<(Table, string)> names = [.. made.Select(s => (s.Table, s.Name))];
        HashSet<Reference> enforced = [.. expected.Select(s => s.Reference).OfType<Reference>()];
        return made
            .Concat(Checks().Where(c => c.Action != ConstraintAction.Drop
                || !made.Any(m => m.Kind == SchemaObjectKind.Column && m.Table == c.Table)))
            .Concat(Invalid().Where(i => !names.Contains((i.Table, i.Name))))
            .Concat(catalog.References.Where(r => !enforced.Contains(r)).Select(OfReference).OfType<ConstraintStep>());
    }

    private void Report(NameFilter names, IEnumerable<ConstraintStep> steps)
    {
        IEnumerable<string?[]> there = steps.Select(s => new string?[] { s.Name }).Concat(
            catalog.Database.Tables.Where(t => t.IsReadable).SelectMany(
                t => t.Constraints.Select(c => c.Name).Concat(t.IndexDefinitions.Select(i => i.Name)))
                .Select(n => new string?[] { n }));
        context.ReportUnmatched(names.Unmatched(there), unknown => new DataOpsException(
            ErrorIds.UnknownConstraint, FailureKind.NotFound,
            $"No constraint or index is called {string.Join(", ", unknown)}, and none of that name is known to be "
                + "missing.",
            "Repair-Constraint -WhatIf lists what is missing; -MigrationPath or -ReferencePath tells what a site's own "
                + "models need.",
            unknown[0]));
    }

    private IEnumerable<ConstraintStep> Expected() =>
        (comparison?.Differences() ?? []).Select(Expected).OfType<ConstraintStep>();

    private ConstraintStep? Expected(SchemaDifference d)
    {
        if (d.Table is null || !_tables.TryGetValue(d.Table, out Table? table))
            return null;
        string? since = d.Migration is null ? null : $"expected since {d.Migration}";
        bool isMissing = d.Class is SchemaDifferenceKind.Missing or SchemaDifferenceKind.Ghost;
        return d.Wanted switch
        {
            SchemaConstraint c => Add(table, d.Table, d.Name, c, since),
            SchemaIndex index when isMissing => new(
                SchemaObjectKind.Index, ConstraintAction.Add, table, d.Name, index.Columns,
                [mending.Actual.Index(d.Table, d.Name, index)])
            {
                Key = index.Unique ? DuplicateKey.Of(table, index) with { Own = own } : null,
                Makes = MadeKind.Index,
                Evidence = since,
            },
            SchemaColumn => NotNull(table, d.Table, d.Name, since),
            null when isMissing && d.Kind is not (SchemaObjectKind.Column or SchemaObjectKind.Table) => new(
                d.Kind, ConstraintAction.Add, table, d.Name, [], [])
            {
                Obstacle = $"what it demands is not known from the files: {d.Expected}",
            },
            _ => null,
        };
    }

    private ConstraintStep NotNull(Table table, string name, string column, string? since) => new(
        SchemaObjectKind.Column, ConstraintAction.Add, table, $"{table.Name}_{column}_not_null", [column],
        [.. mending.NotNull(name, column)])
    {
        IsViolated = $"t.{SqlText.Identifier(column)} is null",
        Makes = MadeKind.NotNull,
        Evidence = since,
    };

    private ConstraintStep? Add(Table table, string tableName, string name, SchemaConstraint c, string? since)
    {
        bool checksRows = true;
        if (options.NotValid && c.Kind is SchemaConstraintKind.Check or SchemaConstraintKind.ForeignKey)
            (c, checksRows) = (c with { NotValid = true }, false);
        ConstraintStep step = new(
            SchemaComparison.KindOf(c.Kind), ConstraintAction.Add, table, name, c.Columns,
            [.. mending.Add(tableName, name, c)])
        {
            ChecksRows = checksRows,
            // An index that was there keeps rows apart also without the constraint, and undoing would drop it.
            Makes = mending.TakesOver(tableName, name, c) ? null : MadeKind.Constraint,
            Evidence = checksRows && (table.Kind == TableKind.PartitionedTable
                || c.Kind == SchemaConstraintKind.Exclusion
                || (c.Deferrable is not null && c.Kind != SchemaConstraintKind.ForeignKey))
                    ? $"{since}{(since is null ? "" : "; ")}the table is locked while its rows are checked"
                    : since,
        };
        switch (c.Kind)
        {
            case SchemaConstraintKind.Unique or SchemaConstraintKind.PrimaryKey:
                return step with { Key = DuplicateKey.Of(table, c.Columns, c.NullsNotDistinct) };
            case SchemaConstraintKind.Check:
                return step with { IsViolated = $"not ({SqlText.Raw(c.Expression ?? "true")})" };
            case SchemaConstraintKind.ForeignKey:
                Table? target = _tables.GetValueOrDefault(c.References!);
                Reference? reference = catalog.From(table).FirstOrDefault(r => r is { ContentTypeColumn: null }
                    && r.Target == target && r.Columns.Select(k => k.Name).SequenceEqual(c.Columns));
                return target is null ? null : step with
                {
                    Target = target, TargetColumns = c.ReferencedColumns ?? [], Reference = reference,
                    IsViolated = reference is null ? IsDangling(c, target) : null,
                };
            default:
                return step;
        }
    }

    private static SqlText IsDangling(SchemaConstraint c, Table target)
    {
        SqlText isSet = SqlText.Join(" and ", c.Columns.Select(k => (SqlText)$"t.{SqlText.Identifier(k)} is not null"));
        SqlText same = SqlText.Join(" and ", c.Columns.Zip(c.ReferencedColumns ?? [], (k, p) =>
            (SqlText)$"p.{SqlText.Identifier(p)} = t.{SqlText.Identifier(k)}"));
        return $"{isSet} and not exists (select 1 from {target} p where {same})";
    }

    // One that is an index of the constraint's name is what an interrupted run has left.
    private ConstraintStep? Known(KnownKey known)
    {
        (Table table, string name) = (known.Key.Table, known.Constraint);
        bool IsLeft(IndexDefinition index) =>
            index.Name == name && !table.Constraints.Any(c => c.Name == index.Name);
        return table.IndexDefinitions.Any(i => i.IsValid && i.Guards(known.Key) && !IsLeft(i))
            || !_tables.ContainsValue(table) ? null
            : Add(table, NameOf(table), name,
                new() { Kind = SchemaConstraintKind.Unique, Columns = known.Key.Columns }, null) is { } step
            ? step with { Evidence = $"where a row comes twice, {known.Broken}" }
            : null;
    }

    private IEnumerable<ConstraintStep> Checks() =>
        from table in _tables
        from c in table.Value.Constraints
        where c is { Kind: ConstraintKind.Check, IsValidated: false } && !options.NotValid
        let isLeft = c.Name == SchemaSql.NotNullCheck
        select new ConstraintStep(
            SchemaObjectKind.Check, isLeft ? ConstraintAction.Drop : ConstraintAction.Validate, table.Value, c.Name,
            c.Columns,
            [isLeft
                ? mending.Actual.DropNotNullCheck(table.Key)
                : mending.Actual.Validate(table.Key, c.Name)])
        {
            IsViolated = isLeft ? null : (SqlText)$"not ({SqlText.Raw(c.Expression ?? "true")})",
            Evidence = isLeft ? "an interrupted run has left it" : null,
        };

    private IEnumerable<ConstraintStep> Invalid() =>
        from index in InvalidIndexes.Read(session, context.Cancellation)
        let table = catalog.Database.Find(index.Table)
        where table is not null
        let definition = table.IndexDefinitions.FirstOrDefault(i => i.Name == index.Index)
        select new ConstraintStep(
            SchemaObjectKind.Index, index.IsRemnant ? ConstraintAction.Drop : ConstraintAction.Rebuild, table,
            index.Index, definition?.Columns ?? [], index.Statement is { } statement ? [statement] : [])
        {
            Key = index is { IsRemnant: false, IsUnique: true } && definition is not null
                ? DuplicateKey.Of(table, definition)
                : null,
            Evidence = index.Broken,
            Obstacle = index.Statement is null ? "which part a partition lacks, a person has to say" : null,
        };

    /// <summary>What a reference needs; null when it needs nothing, or nothing that this operation does.</summary>
    private ConstraintStep? OfReference(Reference reference) => reference switch
    {
        { Class: ReferenceClass.Implied, Target: not null } => OfImplied(reference),
        { Constraint: { IsEnforced: false } key } => OfKey(
            reference, ConstraintAction.Enable, key, [.. Enable(reference, key)]) with
        {
            Obstacle = Enable(reference, key).Any()
                ? null
                : "it was created NOT ENFORCED: alter table … alter constraint … enforced",
        },
        { Constraint: { IsValidated: false } key } when !options.NotValid => OfKey(
            reference, ConstraintAction.Validate, key,
            [mending.Actual.Validate(NameOf(reference.Table), key.Name)]),
        _ => null,
    };

    private static ConstraintStep OfKey(
        Reference reference, ConstraintAction action, ForeignKey key, IReadOnlyList<SqlText> statements) => new(
        SchemaObjectKind.ForeignKey, action, reference.Table, key.Name, [.. reference.Columns.Select(c => c.Name)],
        statements)
    {
        Reference = reference,
        Target = reference.Target,
        TargetColumns = [.. reference.TargetColumns.Select(c => c.Name)],
        Evidence = reference.Evidence,
    };

    // A name with wildcards asks for what is known, not for guesses.
    private ConstraintStep? OfImplied(Reference reference)
    {
        string[] columns = [.. reference.Columns.Select(c => c.Name)];
        string name = DjangoName.OfForeignKey(
            reference.Table.Name, columns, reference.Target!.Name, reference.TargetColumns[0].Name);
        return Add(reference.Table, NameOf(reference.Table), name, new()
        {
            Kind = SchemaConstraintKind.ForeignKey,
            Columns = columns,
            References = NameOf(reference.Target!),
            ReferencedColumns = [.. reference.TargetColumns.Select(c => c.Name)],
            Deferrable = "initially deferred",
        }, reference.Evidence) is not { } step ? null : step with
        {
            Reference = reference,
            IsViolated = null,
            IsGuess = options.Reference.Count == 0 && !options.Constraint.Contains(name),
        };
    }

    // None of a constraint that is NOT ENFORCED: it has no triggers.
    private IEnumerable<SqlText> Enable(Reference reference, ForeignKey key)
    {
        SqlText[] statements =
        [
            .. new[] { reference.Table, reference.Target! }.Distinct()
                .SelectMany(t => t.Triggers.Where(g => g.IsDisabledOf(reference.Table, key)).Select(
                    g => (Table: t, Trigger: g)))
                .Select(x => (SqlText)$"alter table {x.Table} enable trigger {SqlText.Identifier(x.Trigger.Name)}")
                .OrderBy(s => s.ToString(), StringComparer.Ordinal),
        ];
        return statements.Length > 0 && !key.IsValidated
            ? statements.Append(mending.Actual.Validate(NameOf(reference.Table), key.Name))
            : statements;
    }

    private string NameOf(Table table) => table.Schema == own ? table.Name : $"{table.Schema}.{table.Name}";
}
