using System.Globalization;
using DataOps.Core.Django.Trees;
using DataOps.Core.Features.ContentTypes;
using DataOps.Core.Features.Privileges;
using DataOps.Core.Features.Schema;
using DataOps.Core.Features.Schema.Constraints;
using DataOps.Core.Features.Sequences;
using DataOps.Core.Features.SiteDescriptions;
using DataOps.Core.Features.Storages;

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
        [Audit.Storage] = [typeof(StorageProblem)],
    };

    /// <summary>Reads one.</summary>
    /// <exception cref="DataOpsException"><c>UselessInput</c>: it is no finding of Test-Database.</exception>
    public static Finding Read(FindingInput text)
    {
        if (!Enum.TryParse(text.Audit, ignoreCase: true, out Audit audit)
            || !Enum.TryParse(text.Severity, ignoreCase: true, out Severity severity))
            throw new DataOpsException(
                ErrorIds.UselessInput, FailureKind.InvalidData,
                "An object is no finding of Test-Database: it names no audit or no severity.",
                "Pass on what Test-Database writes.");
        return new Finding
        {
            Server = text.Server,
            Database = text.Database,
            Schema = text.Schema,
            Severity = severity,
            Audit = audit,
            Class = ClassOf(audit, text.Class),
            Count = long.TryParse(text.Count, out long count) ? count : 1,
            Model = text.Model,
            Table = text.Table,
            Key = text.Key,
            Label = text.Label,
            Column = text.Column,
            Value = text.Value,
            Expected = text.Expected,
            Problem = text.Problem ?? "",
            Remedy = text.Remedy,
            Reference = text.Reference,
            Change = Enum.TryParse(text.Change, out FindingChange change) ? change : null,
            FirstSeen = Time(text.FirstSeen),
        };
    }

    /// <summary>A point in time as a baseline has it, in UTC; null where the text is none.</summary>
    public static DateTime? Time(string? text) => DateTime.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
        out DateTime time) ? time : null;

    // A newer version may know classes that this one does not: the finding is told without.
    private static Enum? ClassOf(Audit audit, string? name) => s_classes[audit].Append(typeof(AuditProblem))
        .Select(t => Enum.TryParse(t, name, ignoreCase: true, out object? value) ? (Enum)value! : null)
        .FirstOrDefault(c => c is not null);
}
