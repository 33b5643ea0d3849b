using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Features.Schema.Duplicates;

namespace DataOps.Core.Features.Schema;

/// <summary>A problem of rows of which there may be one.</summary>
public enum UniquenessProblem : long
{
    /// <summary>Rows have the same values in columns that Django, or a unique index, takes for unique.</summary>
    DoubledRow,

    /// <summary>The unique constraint of such columns is missing, whether rows are doubled already or not.</summary>
    MissingConstraint,

    /// <summary>Wagtail has several default sites, or none.</summary>
    DefaultSite,
}

/// <summary>Rows that are there twice, where nothing has kept them apart; reads only.</summary>
internal sealed class UniquenessAudit(Session session, ReferenceCatalog catalog, OperationContext context)
{
    private readonly CancellationToken _cancellation = context.Cancellation;

    /// <summary>Finds them: only what no index keeps apart is looked at.</summary>
    public IEnumerable<Finding> Find()
    {
        Check check = new(session, Audit.Uniqueness, context);
        IEnumerable<Finding> Unguarded() => UniqueKeys.Of(catalog).Where(k => !IsGuarded(k.Key))
            .SelectMany(key => check.Run(() => Doubled(key), [key.Key.Table], catalog.LabelOf(key.Key.Table)));
        IEnumerable<Finding> Suspect() => SuspectIndexes().SelectMany(i =>
            check.Run(() => Doubled(i.Table, i.Index), [i.Table], catalog.LabelOf(i.Table)));
        return Unguarded().Concat(check.Run(Suspect, [])).Concat(
            catalog.TableOf(WagtailTables.Site) is { } sites
                ? check.Run(() => DefaultSites(sites), [sites], WagtailTables.Site)
                : []);
    }

    // A unique index that is not valid is a finding of its own.
    private static bool IsGuarded(DuplicateKey key) => key.Table.IndexDefinitions.Any(i => i.Guards(key));

    private IEnumerable<Finding> Doubled(KnownKey known)
    {
        DuplicateKey key = known.Key;
        string why = $"no unique constraint keeps them apart: {known.Broken}";
        foreach (Finding doubled in Doubled(key, why, FindDuplicate.Repair(catalog, key)))
            yield return doubled;
        yield return Of(key.Table, UniquenessProblem.MissingConstraint) with
        {
            Severity = Severity.Warning,
            Column = key.Names,
            Problem = $"no unique constraint on {key.Names}; where a row comes twice, {known.Broken}",
            Remedy = RepairConstraint.Command(known.Constraint),
        };
    }

    private IEnumerable<(Table Table, IndexDefinition Index)> SuspectIndexes()
    {
        HashSet<(Table, string)> stale =
            [.. StaleCollation.Read(session, catalog.Database, _cancellation).SelectMany(c => c.Indexes)
                .Select(i => (i.Table, i.Name))];
        return from table in catalog.Database.Tables
               where table.IsReadable
               from index in table.IndexDefinitions
               where index is { IsUnique: true, Method: "btree" }
                   && (!index.IsValid || stale.Contains((table, index.Name)))
               select (table, index);
    }

    private IEnumerable<Finding> Doubled(Table table, IndexDefinition index)
    {
        string why = $"{index.Name} should keep them apart and "
            + (index.IsValid ? "has lost its order with another version of the collation" : "is not valid");
        DuplicateKey key = DuplicateKey.Of(table, index);
        // An index that is wrong would hide the very rows that it has let in.
        key.ReadPastIndexes(session, _cancellation);
        foreach (Finding doubled in Doubled(key, why, FindDuplicate.Repair(catalog, key, index.Name)))
            yield return doubled;
        DuplicateKey.ReadAsUsual(session, _cancellation);
    }

    // One finding for the rows of one value.
    private IEnumerable<Finding> Doubled(DuplicateKey key, string why, string remedy) =>
        key.Read(session, _cancellation).Select(d => Of(key.Table, UniquenessProblem.DoubledRow) with
        {
            Count = d.Rows,
            FirstRows = d.First,
            Column = key.Names,
            Value = d.Value,
            Problem = $"{d.Rows} rows have {key.Names} {d.Value ?? "NULL"}; {why}",
            Remedy = remedy,
        });

    private IEnumerable<Finding> DefaultSites(Table sites)
    {
        if (sites.Find("is_default_site") is not { } flag)
            yield break;
        IReadOnlyList<(string Site, bool IsDefault)> all = session.Query<(string Site, bool IsDefault)>(
            $"select hostname || ':' || port, {flag} from {sites} order by id", _cancellation);
        (string Site, bool IsDefault)[] defaults = [.. all.Where(s => s.IsDefault)];
        if (all.Count > 0 && defaults.Length != 1)
            yield return Of(sites, UniquenessProblem.DefaultSite) with
            {
                Severity = defaults.Length == 0 ? Severity.Warning : Severity.Error,
                Count = Math.Max(1, defaults.Length),
                Column = flag.Name,
                Problem = defaults.Length == 0
                    ? "no site is the default: requests for a host name that no site has find no page"
                    : $"{defaults.Length} sites are the default, {string.Join(", ", defaults.Select(s => s.Site))}: "
                        + "which of them answers for other host names is chance, and Wagtail cannot save one",
                Remedy = $"Set-Site {(defaults.Length == 0 ? all : defaults)[0].Site} -AsDefault -WhatIf",
            };
    }

    private Finding Of(Table table, UniquenessProblem problem) => new()
    {
        Server = session.Server,
        Database = session.Database,
        Severity = Severity.Error,
        Audit = Audit.Uniqueness,
        Class = problem,
        Model = catalog.LabelOf(table),
        Table = table.DisplayName,
    };
}
