using DataOps.Core.Features.Databases;
using DataOps.Core.Features.Orphans;

namespace DataOps.Core.Tests.Support;

/// <summary>A damaged database: what is wrong with it, and repairs of it.</summary>
internal sealed class Damage(TestDatabase site)
{
    /// <summary>What was said besides the results.</summary>
    public List<string> Warnings { get; } = [];

    public IReadOnlyList<Finding> Find(FindOrphanOptions options) => site.Run(new FindOrphan(), options);

    /// <summary>Orphans as a pipeline delivers them.</summary>
    public IReadOnlyList<OrphanInput> Input(FindOrphanOptions? options = null) =>
        [.. Find(options ?? new()).Select(Input)];

    /// <summary>The names of all references: rows of which much depends go by the name of their reference.</summary>
    public IReadOnlyList<string> Names => [.. site.Run(new GetReference(), new()).OfType<ReferenceInfo>().Select(r => r.Reference)];

    public static OrphanInput Input(Finding o) =>
        new() { Server = o.Server, Database = o.Database, Table = o.Table, Key = o.Key, Value = o.Value,
            Reference = o.Reference };

    public RepairOrphanResult Repair(RepairOrphanOptions options) =>
        Assert.IsType<RepairOrphanResult>(All(options)[^1]);

    public IReadOnlyList<IChangeResult> All(RepairOrphanOptions options) =>
        site.Run(new RepairOrphan(), options, new OperationContext { Warning = Warnings.Add });

    /// <summary>What is told of a repair, until it is refused because somebody has to decide what to do.</summary>
    public IReadOnlyList<IChangeResult> Told(RepairOrphanOptions options)
    {
        List<IChangeResult> told = [];
        try
        {
            told.AddRange(
                new RepairOrphan().Run(site.Session, options, new OperationContext { Warning = Warnings.Add }));
        }
        catch (DataOpsException e) when (e.Id == ErrorIds.UndecidedReferences)
        {
            Warnings.Add(e.Message);
        }
        return told;
    }

    public DataOpsException Refuse(RepairOrphanOptions options)
    {
        IReadOnlyDictionary<string, string> before = site.Digest();
        DataOpsException refusal = Assert.Throws<DataOpsException>(() => { All(options); });
        Assert.Equal(before, site.Digest());
        return refusal;
    }

    /// <summary>Every row of every table, as text.</summary>
    public Dictionary<string, HashSet<string>> Rows() => site
        .Column("select tablename from pg_tables where schemaname = 'public' order by 1")
        .ToDictionary(t => t!, t => site.Column($"select r::text from \"{t}\" r").Select(r => r!).ToHashSet());
}
