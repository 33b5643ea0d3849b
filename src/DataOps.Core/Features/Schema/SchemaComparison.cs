using System.Text.RegularExpressions;
using DataOps.Core.Postgres.Schemas;

namespace DataOps.Core.Features.Schema;

/// <summary>
/// Compares the schema that is expected with the one that is there: a finding for each difference, and none for what
/// follows from another one.
/// </summary>
internal sealed class SchemaComparison
{
    // What Django leaves to the database: compared only where the models say it.
    private static readonly string[] s_databaseOwn =
        ["default", "comment", "collation", "options", "include", "rowSecurity", "unlogged", "partitionBy", "parent",
            "bounds", "virtual", "noInherit", "generated"];

    private readonly SchemaExpectation _expectation;
    private readonly DatabaseSchema _actual;
    private readonly SchemaMending _mending;
    private readonly Dictionary<string, string> _tables = [];

    /// <summary>Prepares a comparison.</summary>
    /// <param name="expectation">What is expected.</param>
    /// <param name="actual">What is there.</param>
    /// <param name="own">The schema of the site's own tables, which remedies name; null for none.</param>
    public SchemaComparison(SchemaExpectation expectation, DatabaseSchema actual, string? own)
    {
        (_expectation, _actual) = expectation.IsOfModels
            ? (expectation with { Schema = DjangoSpelling.Of(expectation.Schema) }, DjangoSpelling.Of(actual))
            : (expectation, actual);
        _mending = new SchemaMending(_expectation.Schema, _actual, own);
    }

    /// <summary>What is there.</summary>
    public DatabaseSchema Actual => _actual;

    /// <summary>The SQL that ends differences.</summary>
    public SchemaMending Mending => _mending;

    private DatabaseSchema Expected => _expectation.Schema;

    /// <summary>The differences: migrations, extensions, types, tables with what they have, sequences, views.</summary>
    public IEnumerable<SchemaDifference> Differences()
    {
        IReadOnlyList<SchemaMatch<SchemaTable>> tables = SchemaMatch.Of(
            Expected.Tables, _actual.Tables, _ => null, structure: TableStructure);
        foreach (SchemaMatch<SchemaTable> match in tables)
            if (match is { Name: { } name, ActualName: { } actual } && name != actual)
                _tables[name] = actual;
        // A foreign key needs the key that it refers to.
        IEnumerable<SchemaDifference> found = tables.SelectMany(Compare)
            .OrderBy(d => d is { Kind: SchemaObjectKind.ForeignKey, Class: SchemaDifferenceKind.Missing });
        return _expectation.IsOfModels
            ? found
            : Migrations().Concat(Extensions()).Concat(Types()).Concat(found).Concat(Sequences(tables))
                .Concat(Views());
    }

    private static SchemaDifference Of(
        SchemaDifferenceKind kind, SchemaObjectKind of, string name, string problem, string consequence,
        Severity severity = Severity.Warning) => new()
    {
        Audit = Audit.Schema,
        Severity = severity,
        Class = kind,
        Kind = of,
        Name = name,
        Problem = problem,
        Consequence = consequence,
    };

    // A table without columns of its own says nothing of itself.
    private string? TableStructure(SchemaTable table) => _expectation.IsOfModels || table.Columns.Count == 0 ? null
        : string.Join('\n', table.Columns.OrderBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => $"{c.Key}: {SchemaMatch.StructureOf(c.Value)}").Append(SchemaMatch.StructureOf(table)));

    private IEnumerable<SchemaDifference> Migrations()
    {
        // A dump of the schema alone has no rows, and so no migrations.
        if (Expected.Migrations.Count == 0 || _actual.Migrations.Count == 0)
            yield break;
        foreach (string app in Expected.Migrations.Keys.Union(_actual.Migrations.Keys).Order(StringComparer.Ordinal))
        {
            (string? wanted, string? there) =
                (Expected.Migrations.GetValueOrDefault(app), _actual.Migrations.GetValueOrDefault(app));
            if (wanted == there)
                continue;
            yield return Of(
                wanted is null ? SchemaDifferenceKind.Extra
                    : there is null ? SchemaDifferenceKind.Missing : SchemaDifferenceKind.Different,
                SchemaObjectKind.Migration, app, $"the newest migration of {app} is another one",
                "what these migrations change is reported as a difference, too") with
            {
                Expected = wanted,
                Value = there,
            };
        }
    }

    private IEnumerable<SchemaDifference> Extensions()
    {
        foreach (SchemaMatch<SchemaExtension> match in SchemaMatch.Of(
            Expected.Extensions, _actual.Extensions, _ => null, structure: _ => null))
            if (match.Actual is null)
                yield return Of(
                    SchemaDifferenceKind.Missing, SchemaObjectKind.Extension, match.Name!,
                    $"the extension {match.Name} is missing", "its types and functions do not exist",
                    Severity.Error) with
                {
                    Remedy = $"create extension {SqlText.Identifier(match.Name!)}",
                };
            else if (match.Expected is null)
                yield return Of(
                    SchemaDifferenceKind.Extra, SchemaObjectKind.Extension, match.ActualName!,
                    $"the extension {match.ActualName} is not expected", "nothing, as far as the schema tells",
                    Severity.Expected);
    }

    private IEnumerable<SchemaDifference> Types()
    {
        foreach (SchemaMatch<SchemaType> match in SchemaMatch.Of(Expected.Types, _actual.Types, _ => null))
            if (Plain(match, SchemaObjectKind.Type, "type", "columns of this type hold or refuse other values",
                _mending.Type) is { } difference)
                yield return difference;
    }

    // A sequence follows its column: where that is missing, or its values come from elsewhere, that is the difference.
    private IEnumerable<SchemaDifference> Sequences(IReadOnlyList<SchemaMatch<SchemaTable>> tables)
    {
        HashSet<string> expected = [];
        HashSet<string> actual = [];
        foreach (SchemaMatch<SchemaTable> table in tables)
            foreach ((string name, SchemaColumn column) in (table.Expected ?? new()).Columns)
                if (table.Actual?.Columns.GetValueOrDefault(name) is { } there
                    && there.Identity is null == column.Identity is null)
                {
                    expected.Add($"{table.Name}.{name}");
                    actual.Add($"{table.ActualName}.{name}");
                }
        Dictionary<string, SchemaSequence> wanted = Expected.Sequences
            .Where(s => s.Value.OwnedBy is null || expected.Contains(s.Value.OwnedBy))
            .ToDictionary(s => s.Key, s => s.Value with { OwnedBy = Renamed(s.Value.OwnedBy) });
        Dictionary<string, SchemaSequence> found = _actual.Sequences
            .Where(s => s.Value.OwnedBy is null || actual.Contains(s.Value.OwnedBy)).ToDictionary();
        foreach (SchemaMatch<SchemaSequence> match in SchemaMatch.Of(
            wanted, found, s => s.OwnedBy, structure: _ => null))
            if (Plain(match, SchemaObjectKind.Sequence, "sequence", "new rows get other numbers, or none",
                _mending.Sequence) is { } difference)
                yield return difference;
    }

    private string? Renamed(string? owner) => owner is not null
        && _tables.FirstOrDefault(t => owner.StartsWith($"{t.Key}.", StringComparison.Ordinal)) is { Key: { } old } t
            ? t.Value + owner[old.Length..]
            : owner;

    private IEnumerable<SchemaDifference> Views()
    {
        // A table that was renamed has its new name in the queries of views.
        Dictionary<string, SchemaView> expected = Expected.Views.ToDictionary(v => v.Key, v => v.Value with
        {
            Query = _tables.Aggregate(v.Value.Query, (query, t) => SqlMention.Rename(query, t.Key, t.Value)),
        });
        foreach (SchemaMatch<SchemaView> match in SchemaMatch.Of(expected, _actual.Views, _ => null))
        {
            if (Plain(match, SchemaObjectKind.View, "view", "what reads it gets other rows, or none", _mending.View)
                is { } difference)
                yield return difference;
            if (match is not { Expected: { } wanted, Actual: { } there, ActualName: { } name })
                continue;
            foreach (SchemaDifference inner in Indexes(name, wanted.Indexes, there.Indexes, [], [])
                .Concat(Triggers(name, wanted.Triggers, there.Triggers)))
                yield return inner;
        }
    }

    // What has no parts of its own: missing, extra, different or renamed.
    private SchemaDifference? Plain<T>(
        SchemaMatch<T> match, SchemaObjectKind kind, string what, string consequence,
        Func<SchemaMatch<T>, IEnumerable<SqlText>> mend)
        where T : SchemaObject
    {
        string name = match.Name ?? match.ActualName!;
        SchemaDifference? difference = match switch
        {
            { Actual: null } => Of(
                SchemaDifferenceKind.Missing, kind, name, $"the {what} {name} is missing", consequence,
                Severity.Error) with
            {
                Expected = Shown(match.Expected!),
            },
            { Expected: null } => Of(
                SchemaDifferenceKind.Extra, kind, name, $"the {what} {name} is not expected",
                "nothing, as far as the schema tells") with
            {
                Value = Shown(match.Actual),
            },
            { Expected: { } wanted, Actual: { } there } => Changed(
                kind, name, $"the {what} {name}", Facts(wanted, there, null), match.ActualName!, consequence),
        };
        return difference is null ? null : difference with { Remedy = Script(mend(match)) };
    }

    private static string? Script(IEnumerable<SqlText> statements)
    {
        string script = string.Join(";\n", statements);
        return script.Length == 0 ? null : script;
    }

    private static string Shown(SchemaObject item) => string.Join("; ",
        item.Facts().Where(f => f.Value is not null).Select(f => f.Value == "true" ? f.Name : $"{f.Name}: {f.Value}"));

    private sealed record Change(string Fact, string? Expected, string? Actual);

    private List<Change> Facts(SchemaObject expected, SchemaObject actual, SchemaOrigin? origin) =>
    [
        .. expected.Facts().Zip(actual.Facts(), (e, a) => new Change(e.Name, e.Value, a.Value))
            .Where(c => c.Expected != c.Actual && !IsOfDatabase(c, origin)),
    ];

    private bool IsOfDatabase(Change change, SchemaOrigin? origin) => _expectation.IsOfModels && change switch
    {
        { Fact: "notNull" or "identity" } when origin is { Part.IsLoose: true } => true,
        { Fact: "columns" } when IsSameSet(change) => true,
        { Fact: "type" } => origin?.Part?.Type is { } type && type.Is(change.Actual ?? ""),
        { Expected: null } => s_databaseOwn.Contains(change.Fact),
        _ => false,
    };

    // Rows are kept apart by the same columns in any order.
    private static bool IsSameSet(Change change) => change is { Expected: { } e, Actual: { } a }
        && e.Split(", ").Order(StringComparer.Ordinal).SequenceEqual(a.Split(", ").Order(StringComparer.Ordinal));

    // What the class of a field sets itself, or leads to a model that is not known.
    private bool IsUnsaid(string table, IReadOnlyList<string> columns, bool isReference) => columns.Count > 0
        && columns.All(c => _expectation.OriginOf(table, c) is { } origin
            && (origin.Part is { IsLoose: true } || (isReference && origin.Part is { IsReferenceUnknown: true })));

    private static SchemaDifference? Changed(
        SchemaObjectKind kind, string name, string what, List<Change> changes, string actualName, string consequence)
    {
        if (changes.Count == 0)
            return name == actualName ? null : Of(
                SchemaDifferenceKind.Renamed, kind, name, $"{what} is called {actualName}",
                "what drops or renames it by name fails") with
            {
                Expected = name,
                Value = actualName,
            };
        SchemaDifferenceKind difference = changes switch
        {
            [{ Fact: "notValid", Expected: null }] => SchemaDifferenceKind.NotValid,
            [{ Fact: "notEnforced", Expected: null }] or [{ Fact: "fires" }] => SchemaDifferenceKind.NotEnforced,
            [{ Fact: "invalid", Expected: null }] => SchemaDifferenceKind.Invalid,
            _ => SchemaDifferenceKind.Different,
        };
        string Side(Func<Change, string?> side) =>
            string.Join("; ", changes.Select(c => $"{c.Fact}: {side(c) ?? "none"}"));
        string is_ = difference switch
        {
            SchemaDifferenceKind.NotValid => "is NOT VALID",
            SchemaDifferenceKind.NotEnforced => "is not enforced as expected",
            SchemaDifferenceKind.Invalid => "is not valid: queries do not use it",
            _ => $"is another one: {string.Join(", ", changes.Select(c => c.Fact))}",
        };
        string called = name == actualName ? "" : $", called {actualName},";
        return Of(difference, kind, name, $"{what}{called} {is_}", consequence,
            IsGrave(kind, changes) ? Severity.Error : Severity.Warning) with
        {
            Expected = Side(c => c.Expected),
            Value = Side(c => c.Actual),
        };
    }

    private static bool IsGrave(SchemaObjectKind kind, List<Change> changes) => kind switch
    {
        SchemaObjectKind.Column => changes.Any(c => c.Fact is "type" or "notNull" or "identity" or "generated"),
        SchemaObjectKind.Index => changes.Any(c => c.Fact == "unique"),
        _ => false,
    };

    private IEnumerable<SchemaDifference> Compare(SchemaMatch<SchemaTable> match)
    {
        string name = match.Name ?? match.ActualName!;
        if (match.Actual is null)
            return IsOptional(name, "") ? [] : [Since(name, "", Of(
                SchemaDifferenceKind.Missing, SchemaObjectKind.Table, name, $"the table {name} is missing",
                "everything that reads or writes it fails", Severity.Error) with
            {
                Table = name,
                Model = ModelOf(name),
                Expected = $"columns: {string.Join(", ", match.Expected!.Columns.Keys)}",
                Remedy = Script(_mending.Table(name, match.Expected)),
            })];
        if (match.Expected is null)
            return _expectation.IsOfModels ? [] : [Of(
                SchemaDifferenceKind.Extra, SchemaObjectKind.Table, name, $"the table {name} is not expected",
                "nothing, as far as the schema tells; its foreign keys keep rows from being deleted") with
            {
                Table = name,
                Value = $"columns: {string.Join(", ", match.Actual.Columns.Keys)}",
            }];
        return Own(match, name).Concat(Parts(match)).Select(d => d with
        {
            Table = match.ActualName, Model = ModelOf(name),
        });
    }

    private string? ModelOf(string table) => _expectation.OriginOf(table, "")?.Model?.ToString();

    private IEnumerable<SchemaDifference> Own(SchemaMatch<SchemaTable> match, string name)
    {
        if (Changed(SchemaObjectKind.Table, name, $"the table {name}",
            Facts(match.Expected!, match.Actual!, null), match.ActualName!,
            "reading and writing it works in another way") is { } difference)
            yield return Since(name, "", difference with { Remedy = Script(_mending.Table(match)) });
    }

    private IEnumerable<SchemaDifference> Parts(SchemaMatch<SchemaTable> match)
    {
        (string name, string actualName) = (match.Name!, match.ActualName!);
        (SchemaTable wanted, SchemaTable there) = (match.Expected!, match.Actual!);
        if (RenamedColumn(wanted, there) is var (oldName, newName))
        {
            yield return Since(name, oldName, Of(
                SchemaDifferenceKind.Renamed, SchemaObjectKind.Column, oldName,
                $"the column {oldName} of {actualName} is called {newName}", "statements that name it fail",
                Severity.Error) with
            {
                Column = newName,
                Expected = oldName,
                Value = newName,
                Remedy = $"alter table {_mending.Actual.Table(actualName)} rename {SqlText.Identifier(newName)} to "
                    + $"{SqlText.Identifier(oldName)}",
            });
            wanted = WithColumn(wanted, oldName, newName);
        }
        HashSet<string> missing = [.. wanted.Columns.Keys.Except(there.Columns.Keys)];
        HashSet<string> extra = [.. there.Columns.Keys.Except(wanted.Columns.Keys)];
        foreach (SchemaMatch<SchemaColumn> column in SchemaMatch.Of(
            wanted.Columns, there.Columns, _ => null, structure: _ => null))
            if (Column(name, actualName, column, wanted, there) is { } difference)
                yield return difference;
        foreach (SchemaDifference difference in Constraints(name, actualName, wanted, there, missing, extra)
            .Concat(Triggers(actualName, wanted.Triggers, there.Triggers)))
            yield return difference;
        if (_expectation.IsOfModels)
            yield break;
        foreach (SchemaMatch<SchemaPolicy> policy in SchemaMatch.Of(wanted.Policies, there.Policies, _ => null))
            if (Plain(policy, SchemaObjectKind.Policy, "policy", "roles see or write other rows",
                m => _mending.Policy(actualName, m)) is { } difference)
                yield return difference;
    }

    // One column is missing and one is extra, of the same definition: it was renamed.
    private (string Old, string New)? RenamedColumn(SchemaTable wanted, SchemaTable there)
    {
        string[] missing = [.. wanted.Columns.Keys.Except(there.Columns.Keys)];
        string[] extra = [.. there.Columns.Keys.Except(wanted.Columns.Keys)];
        return missing is [var old] && extra is [var name] && !_expectation.IsOfModels
            && SchemaMatch.StructureOf(wanted.Columns[old]) == SchemaMatch.StructureOf(there.Columns[name])
                ? (old, name)
                : null;
    }

    private static SchemaTable WithColumn(SchemaTable table, string old, string name)
    {
        string Of(string column) => column == old ? name : column;
        string Spelled(string text) => SqlMention.Rename(text, old, name);
        return table with
        {
            Columns = table.Columns.ToDictionary(c => Of(c.Key), c => c.Value),
            Constraints = table.Constraints.ToDictionary(c => c.Key, c => c.Value with
            {
                Columns = [.. c.Value.Columns.Select(Of)],
                Include = c.Value.Include?.Select(Of).ToArray(),
                Expression = c.Value.Expression is { } e ? Spelled(e) : null,
                Definition = c.Value.Definition is { } d ? Spelled(d) : null,
            }),
            Indexes = table.Indexes.ToDictionary(i => i.Key, i => i.Value with
            {
                Keys = [.. i.Value.Keys.Select(Spelled)],
                Columns = [.. i.Value.Columns.Select(Of)],
                Include = i.Value.Include?.Select(Of).ToArray(),
                Where = i.Value.Where is { } w ? Spelled(w) : null,
            }),
        };
    }

    private SchemaDifference? Column(
        string table, string actualTable, SchemaMatch<SchemaColumn> match, SchemaTable wanted, SchemaTable there)
    {
        string name = match.Name ?? match.ActualName!;
        if (match.Actual is null)
        {
            if (IsOptional(table, name))
                return null;
            string[] with =
            [
                .. wanted.Constraints.Where(c => c.Value.Columns.Contains(name)).Select(c => c.Key),
                .. wanted.Indexes.Where(i => i.Value.Columns.Contains(name)).Select(i => i.Key),
            ];
            return Since(table, name, Of(
                SchemaDifferenceKind.Missing, SchemaObjectKind.Column, name,
                $"the column {name} of {actualTable} is missing"
                    + (with.Length > 0 ? $", and with it {string.Join(", ", with)}" : ""),
                "statements that name it fail: Django names every column", Severity.Error) with
            {
                Column = name,
                Expected = Shown(match.Expected!),
                Remedy = Script(_mending.Column(actualTable, name, match.Expected!, wanted)),
            });
        }
        if (match.Expected is null)
        {
            // It may be that of a field whose class no file tells of.
            if (wanted.Columns.Keys.Any(c => !there.Columns.ContainsKey(c) && IsOptional(table, c)))
                return null;
            bool isNeeded = match.Actual is { NotNull: true, Default: null, Identity: null, Generated: null };
            return Of(
                SchemaDifferenceKind.Extra, SchemaObjectKind.Column, name,
                $"the column {name} of {actualTable} is not expected",
                isNeeded ? "no row can be inserted without it, and Django does not name it"
                    : "Django neither reads nor writes it", isNeeded ? Severity.Error : Severity.Warning) with
            {
                Column = name,
                Value = Shown(match.Actual),
                Remedy = isNeeded
                    ? $"alter table {_mending.Actual.Table(actualTable)} alter {SqlText.Identifier(name)} drop not null"
                    : null,
            };
        }
        List<Change> changes = Facts(match.Expected, match.Actual, _expectation.OriginOf(table, name));
        return Changed(
            SchemaObjectKind.Column, name, $"the column {name} of {actualTable}", changes, name,
            ColumnConsequence(changes)) is not { } difference ? null : Since(table, name, difference with
        {
            Column = name,
            Wanted = changes.Any(c => c is { Fact: "notNull", Expected: not null }) ? match.Expected : null,
            Remedy = Script(_mending.Column(
                actualTable, name, match.Expected, match.Actual, [.. changes.Select(c => c.Fact)])),
        });
    }

    private static string ColumnConsequence(List<Change> changes) => changes switch
    {
        [{ Fact: "notNull", Expected: not null }, ..] => "rows without a value come in, and code that needs one fails",
        [{ Fact: "notNull" }, ..] => "rows without a value are refused",
        [{ Fact: "identity", Actual: null }, ..] => "inserts without a key fail",
        [{ Fact: "identity", Expected: "by default" }, ..] => "inserts with a key fail, as those of loaddata",
        [{ Fact: "comment" }] => "nothing but what people read",
        [{ Fact: "type" }, ..] => "values that the application writes may not fit, or compare in another way",
        _ => "values that nobody gives are others",
    };

    private IEnumerable<SchemaDifference> Constraints(
        string table, string actualTable, SchemaTable wanted, SchemaTable there, HashSet<string> missing,
        HashSet<string> extra)
    {
        Dictionary<string, SchemaConstraint> expected = wanted.Constraints.ToDictionary(
            c => c.Key, c => c.Value.References is { } to && _tables.TryGetValue(to, out string? now)
                ? c.Value with { References = now }
                : c.Value);
        Dictionary<string, SchemaConstraint> known = expected.Where(
            c => _expectation.OriginOf(table, c.Key)?.Part?.Opaque is null).ToDictionary();
        IReadOnlyList<SchemaMatch<SchemaConstraint>> matches = SchemaMatch.Of(
            known, there.Constraints, Near, (e, a) => e.Kind == a.Kind);
        HashSet<string> opaque = [.. expected.Keys.Except(known.Keys)];
        Dictionary<string, SchemaIndex> indexes = wanted.Indexes.ToDictionary();
        Dictionary<string, SchemaIndex> thereIndexes = there.Indexes.ToDictionary();
        foreach (SchemaMatch<SchemaConstraint> match in matches)
        {
            if (match is { Name: null, ActualName: { } only } && opaque.Remove(only))
                continue;
            if (match is { Actual: null, Name: { } lost } && thereIndexes.FirstOrDefault(
                i => SchemaMending.IsSame(match.Expected!, i.Value) && !indexes.ContainsKey(i.Key))
                is { Key: { } stand })
            {
                // A unique index keeps rows apart as the constraint does.
                thereIndexes.Remove(stand);
                if (Instead(table, actualTable, lost, match.Expected!, stand) is { } instead)
                    yield return instead;
                continue;
            }
            // What an interrupted run has left is no difference of its own.
            if (match is { Actual: null, Name: { } half }
                && thereIndexes.TryGetValue(half, out SchemaIndex? left) && left.Invalid)
                thereIndexes.Remove(half);
            if (match is { Expected: null, ActualName: { } more } && indexes.FirstOrDefault(
                i => SchemaMending.IsSame(match.Actual!, i.Value)) is { Key: { } asIndex })
            {
                indexes.Remove(asIndex);
                continue;
            }
            if (Constraint(table, actualTable, match, missing, extra) is { } difference)
                yield return difference;
        }
        // Of what is compared by its name alone, an index may be what a constraint is, too.
        foreach (string name in opaque.Where(o => !thereIndexes.Remove(o) && !there.Constraints.ContainsKey(o)))
            yield return Since(table, name, Gone(
                KindOf(expected[name].Kind), name, actualTable, _expectation.OriginOf(table, name)!.Part!.Opaque!,
                "what it keeps out comes in", Severity.Error));
        foreach (SchemaDifference difference in Indexes(table, indexes, thereIndexes, missing, extra, actualTable))
            yield return difference;
    }

    private static SchemaDifference Gone(
        SchemaObjectKind kind, string name, string table, string shown, string consequence, Severity severity) =>
        Of(SchemaDifferenceKind.Missing, kind, name, $"{Words(kind)} {name} of {table} is missing", consequence,
            severity) with
        {
            Expected = shown,
        };

    // For models a unique index is as good: only what asks by the constraint's name would notice. One that has its name
    // is what a repair leaves that did not come to its end.
    private SchemaDifference? Instead(
        string table, string actualTable, string name, SchemaConstraint expected, string index) =>
        _expectation.IsOfModels && index != name ? null : Since(table, name, Of(
            SchemaDifferenceKind.Different, SchemaObjectKind.Unique, name,
            $"the unique constraint {name} of {actualTable} is the unique index {index}",
            "rows are kept apart all the same; dropping the constraint by name fails") with
        {
            Expected = Shown(expected),
            Value = $"unique index {index}",
            Wanted = expected,
            Remedy = _mending.Actual.AddUsingIndex(actualTable, name, index, expected).ToString(),
        });

    private static string Near(SchemaConstraint c) => c.Kind switch
    {
        SchemaConstraintKind.PrimaryKey => "primary key",
        SchemaConstraintKind.Check => $"check {c.Expression}",
        SchemaConstraintKind.Exclusion => $"exclusion {c.Definition}",
        SchemaConstraintKind.ForeignKey => $"foreign key {string.Join(',', c.Columns)} {c.References}",
        _ => $"unique {string.Join(',', c.Columns)}",
    };

    internal static SchemaObjectKind KindOf(SchemaConstraintKind kind) => kind switch
    {
        SchemaConstraintKind.PrimaryKey => SchemaObjectKind.PrimaryKey,
        SchemaConstraintKind.Unique => SchemaObjectKind.Unique,
        SchemaConstraintKind.Check => SchemaObjectKind.Check,
        SchemaConstraintKind.ForeignKey => SchemaObjectKind.ForeignKey,
        _ => SchemaObjectKind.Exclusion,
    };

    private static string Words(SchemaObjectKind kind) => kind switch
    {
        SchemaObjectKind.PrimaryKey => "the primary key",
        SchemaObjectKind.Unique => "the unique constraint",
        SchemaObjectKind.Check => "the check",
        SchemaObjectKind.ForeignKey => "the foreign key",
        SchemaObjectKind.Exclusion => "the exclusion constraint",
        _ => "the index",
    };

    private static string ConsequenceOf(SchemaObjectKind kind) => kind switch
    {
        SchemaObjectKind.PrimaryKey => "rows can have the same key",
        SchemaObjectKind.Unique => "rows that have to be one come twice, and get() fails with MultipleObjectsReturned",
        SchemaObjectKind.Check => "values that the application rules out come in",
        SchemaObjectKind.ForeignKey => "rows refer to rows that are gone",
        SchemaObjectKind.Exclusion => "rows that exclude each other come in",
        _ => "queries that need it read the whole table",
    };

    private SchemaDifference? Constraint(
        string table, string actualTable, SchemaMatch<SchemaConstraint> match, HashSet<string> missing,
        HashSet<string> extra)
    {
        SchemaObjectKind kind = KindOf((match.Expected ?? match.Actual!).Kind);
        string name = match.Name ?? match.ActualName!;
        if (match.Actual is null)
        {
            if (match.Expected!.Columns.Any(missing.Contains) || IsOptional(table, name))
                return null;
            return Since(table, name, Gone(
                kind, name, actualTable, Shown(match.Expected), ConsequenceOf(kind), Severity.Error) with
            {
                Column = string.Join(",", match.Expected.Columns),
                References = match.Expected.References,
                Wanted = match.Expected,
                Remedy = Script(_mending.Add(actualTable, name, match.Expected)),
            });
        }
        if (match.Expected is null)
            return match.Actual.Columns.Any(extra.Contains) || IsOfSql(name)
                || IsUnsaid(table, match.Actual.Columns, kind == SchemaObjectKind.ForeignKey) ? null : Of(
                SchemaDifferenceKind.Extra, kind, name, $"{Words(kind)} {name} of {actualTable} is not expected",
                "rows that the application allows are refused") with
            {
                Column = string.Join(",", match.Actual.Columns),
                Value = Shown(match.Actual),
                Remedy = _mending.Actual.DropConstraint(actualTable, name).ToString(),
            };
        List<Change> changes = Facts(match.Expected, match.Actual, null);
        if (changes.Count == 0 && HasNameOfDjango(table, name))
            return null;
        return Named(match.ActualName!, Changed(
            kind, name, $"{Words(kind)} {name} of {actualTable}", changes, match.ActualName!, ConsequenceOf(kind)))
            is not { } difference ? null : Since(table, name, difference with
        {
            Column = string.Join(",", match.Expected.Columns),
            References = match.Expected.References,
            Remedy = Script(_mending.Constraint(
                actualTable, match, [.. changes.Select(c => c.Fact)])),
        });
    }

    private bool HasNameOfDjango(string table, string name) =>
        _expectation.IsOfModels && _expectation.OriginOf(table, name) is not { Part.IsNamed: true };

    private bool IsOptional(string table, string name) =>
        _expectation.OriginOf(table, name) is { Part.IsOptional: true };

    // The project's own SQL gave it the name: every database of the project has it.
    private SchemaDifference? Named(string actual, SchemaDifference? difference) =>
        difference?.Class is SchemaDifferenceKind.Renamed && IsOfSql(actual)
            ? difference with
            {
                Severity = Severity.Expected,
                Problem = $"{difference.Problem}, as the SQL of a migration calls it",
            }
            : difference;

    private bool IsOfSql(string name) => _expectation.Sql.Any(s => Regex.IsMatch(
        s, $@"(?<![\w$]){Regex.Escape(name)}(?![\w$])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));

    private IEnumerable<SchemaDifference> Indexes(
        string table, IReadOnlyDictionary<string, SchemaIndex> expected,
        IReadOnlyDictionary<string, SchemaIndex> actual, HashSet<string> missing, HashSet<string> extra,
        string? actualTable = null)
    {
        string on = actualTable ?? table;
        Dictionary<string, SchemaIndex> known = expected.Where(
            i => _expectation.OriginOf(table, i.Key)?.Part?.Opaque is null).ToDictionary();
        HashSet<string> opaque = [.. expected.Keys.Except(known.Keys)];
        foreach (SchemaMatch<SchemaIndex> match in SchemaMatch.Of(
            known, actual, i => $"{i.Unique} {i.Method} {string.Join(',', i.Keys)} {i.Where}",
            (e, a) => e.Unique == a.Unique || !_expectation.IsOfModels))
        {
            string name = match.Name ?? match.ActualName!;
            if (match is { Expected: null } && opaque.Remove(name))
                continue;
            if (Index(table, on, name, match, missing, extra) is { } difference)
                yield return difference;
        }
        foreach (string name in opaque)
            yield return Since(table, name, Gone(
                SchemaObjectKind.Index, name, on, _expectation.OriginOf(table, name)!.Part!.Opaque!,
                ConsequenceOf(SchemaObjectKind.Index),
                expected[name].Unique ? Severity.Error : Severity.Warning));
    }

    private SchemaDifference? Index(
        string table, string on, string name, SchemaMatch<SchemaIndex> match, HashSet<string> missing,
        HashSet<string> extra)
    {
        SchemaObjectKind kind = SchemaObjectKind.Index;
        string consequence = (match.Expected ?? match.Actual!).Unique
            ? ConsequenceOf(SchemaObjectKind.Unique)
            : ConsequenceOf(kind);
        string words = (match.Expected ?? match.Actual!).Unique ? "the unique index" : "the index";
        if (match.Actual is null)
            return match.Expected!.Columns.Any(missing.Contains) || IsOptional(table, name)
                ? null
                : Since(table, name, Of(
                SchemaDifferenceKind.Missing, kind, name, $"{words} {name} of {on} is missing", consequence,
                match.Expected.Unique ? Severity.Error : Severity.Warning) with
            {
                Column = string.Join(",", match.Expected.Columns),
                Expected = Shown(match.Expected),
                Wanted = match.Expected,
                Remedy = _mending.Actual.Index(on, name, match.Expected).ToString(),
            });
        if (match.Expected is null)
            return match.Actual.Columns.Any(extra.Contains) || IsOfSql(name)
                || IsUnsaid(table, match.Actual.Columns, isReference: true) ? null : Of(
                SchemaDifferenceKind.Extra, kind, name, $"{words} {name} of {on} is not expected",
                match.Actual.Unique ? "rows that the application allows are refused" : "writing takes longer",
                _expectation.IsOfModels && !match.Actual.Unique ? Severity.Expected : Severity.Warning) with
            {
                Column = string.Join(",", match.Actual.Columns),
                Value = Shown(match.Actual),
                Remedy = _mending.Actual.DropIndex(on, name).ToString(),
            };
        List<Change> changes = Facts(match.Expected, match.Actual, null);
        if (changes.Count == 0 && HasNameOfDjango(table, name))
            return null;
        return Named(
            match.ActualName!, Changed(kind, name, $"{words} {name} of {on}", changes, match.ActualName!, consequence))
            is not { } difference ? null : Since(table, name, difference with
        {
            Column = string.Join(",", match.Expected.Columns),
            Remedy = Script(_mending.Index(on, match, [.. changes.Select(c => c.Fact)])),
        });
    }

    private IEnumerable<SchemaDifference> Triggers(
        string table, IReadOnlyDictionary<string, SchemaTrigger> expected,
        IReadOnlyDictionary<string, SchemaTrigger> actual)
    {
        if (_expectation.IsOfModels)
            yield break;
        foreach (SchemaMatch<SchemaTrigger> match in SchemaMatch.Of(expected, actual, _ => null))
            if (Plain(match, SchemaObjectKind.Trigger, "trigger", "what it does at each write does not happen, or does",
                m => _mending.Trigger(table, m)) is { } difference)
                yield return difference with
                {
                    Table = table,
                    Problem = difference.Problem.Replace(
                        $"the trigger {difference.Name}", $"the trigger {difference.Name} of {table}"),
                };
    }

    private SchemaDifference Since(string table, string name, SchemaDifference difference)
    {
        if (_expectation.OriginOf(table, name) is not { } origin)
            return difference;
        SchemaDifference since = difference with
        {
            Origin = origin, Migration = origin.Migration, File = origin.File, Line = origin.Line,
        };
        return origin.DroppedBy is { } by && since.Class is SchemaDifferenceKind.Missing
            ? since with
            {
                Class = SchemaDifferenceKind.Ghost,
                Problem = $"{since.Problem}: PostgreSQL dropped it with a column in {by}, and Django still has it",
                Consequence = $"{since.Consequence}; a migration that drops or renames it fails",
            }
            : since;
    }
}
