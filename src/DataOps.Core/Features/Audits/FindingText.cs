using DataOps.Core.Django.Trees;
using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Features.Privileges;
using DataOps.Core.Features.Schema;
using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Features.Sequences;
using DataOps.Core.Features.SiteDescriptions;

namespace DataOps.Core.Features.Audits;

/// <summary>Findings that were written as text and are read again.</summary>
internal static class FindingText
{
    private static readonly Dictionary<Audit, Type[]> s_classes = new()
    {
        [Audit.Orphan] = [typeof(ReferenceClass)],
        [Audit.Constraint] = [typeof(ConstraintProblem)],
        [Audit.ContentType] = [typeof(ContentTypeClass)],
        [Audit.Sequence] = [typeof(SequenceProblem)],
        [Audit.Tree] = [typeof(TreeProblem)],
        [Audit.Uniqueness] = [typeof(UniquenessProblem)],
        [Audit.Schema] = [typeof(SchemaProblem)],
        [Audit.Privilege] = [typeof(PrivilegeProblem)],
        [Audit.Drift] = [typeof(DriftProblem), typeof(SchemaDifferenceKind)],
    };

    /// <summary>Reads one.</summary>
    /// <param name="property">The texts of its properties, by their names; null where one is not there.</param>
    /// <exception cref="DataOpsException"><c>UselessInput</c>: it is no finding of Test-Database.</exception>
    public static Finding Read(Func<string, string?> property)
    {
        if (!Enum.TryParse(property(nameof(Finding.Audit)), ignoreCase: true, out Audit audit)
            || !Enum.TryParse(property(nameof(Finding.Severity)), ignoreCase: true, out Severity severity))
            throw new DataOpsException(
                ErrorIds.UselessInput, FailureKind.InvalidData,
                "An object is no finding of Test-Database: it names no audit or no severity.",
                "Pass on what Test-Database writes.");
        return new Finding
        {
            Server = property(nameof(Finding.Server)),
            Database = property(nameof(Finding.Database)),
            Schema = property(nameof(Finding.Schema)),
            Severity = severity,
            Audit = audit,
            Class = ClassOf(audit, property(nameof(Finding.Class))),
            Count = long.TryParse(property(nameof(Finding.Count)), out long count) ? count : 1,
            Model = property(nameof(Finding.Model)),
            Table = property(nameof(Finding.Table)),
            Key = property(nameof(Finding.Key)),
            Column = property(nameof(Finding.Column)),
            Value = property(nameof(Finding.Value)),
            Problem = property(nameof(Finding.Problem)) ?? "",
            Remedy = property(nameof(Finding.Remedy)),
            Expected = property(nameof(Finding.Expected)),
            References = property(nameof(Finding.References)),
            Reference = property(nameof(Finding.Reference)),
            Change = Enum.TryParse(property(nameof(Finding.Change)), out FindingChange change) ? change : null,
        };
    }

    // A newer version may know classes that this one does not: the finding is told without.
    private static Enum? ClassOf(Audit audit, string? name) => s_classes[audit].Append(typeof(AuditProblem))
        .Select(t => Enum.TryParse(t, name, ignoreCase: true, out object? value) ? (Enum)value! : null)
        .FirstOrDefault(c => c is not null);
}
