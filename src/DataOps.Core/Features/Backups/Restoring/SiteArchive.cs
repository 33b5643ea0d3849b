using DataOps.Core.Features.Backups.Archives;
using DataOps.Core.Features.Backups.Rows;

namespace DataOps.Core.Features.Backups.Restoring;

/// <summary>An archive that Backup-Site has written.</summary>
internal sealed class SiteArchive(ArchiveReader archive) : RestoreSource(archive.Path)
{
    /// <inheritdoc/>
    public override BackupManifest Manifest => archive.Manifest;

    /// <inheritdoc/>
    public override IReadOnlyList<SqlStatement> Statements(string section) =>
    [
        .. SchemaStatements.Read(archive, section),
        .. SchemaStatements.Refresh(section == SchemaSection.After ? Manifest.Views ?? [] : []),
    ];

    /// <inheritdoc/>
    public override void WriteRows(Session database, int jobs, OperationContext context)
    {
        new RowImport(archive, database, jobs, context).Write();
        foreach (BackupSequence sequence in Manifest.Sequences)
            database.Run($"""
                select setval({SqlText.Literal($"{SqlText.Identifier(sequence.Schema, sequence.Name)}")},
                  {SqlText.Literal(sequence.Value)}, {SqlText.Raw(sequence.IsCalled ? "true" : "false")})
                """, context.Cancellation);
    }

    /// <inheritdoc/>
    public override void Compare(Session database, int jobs, OperationContext context) =>
        new RowImport(archive, database, jobs, context).Compare();

    /// <inheritdoc/>
    public override void Test(OperationContext context)
    {
        _ = Statements(SchemaSection.Before);
        _ = Statements(SchemaSection.After);
        long done = 0;
        foreach (BackupTable table in Manifest.Tables)
        {
            context.Report($"Reading {table.DisplayName}", done, Manifest.Rows);
            RowImport.Test(archive, table);
            done += table.Rows;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<StoredFile> Files(BackupStorage storage, CancellationToken cancellation) =>
        archive.Below(storage.Prefix).Select(m => new StoredFile(
            m.Name[storage.Prefix.Length..], archive.ModeOf(m.Name), to => archive.Copy(m.Name, to, cancellation)));

    /// <inheritdoc/>
    public override DataOpsException Invalid(string why) => archive.Invalid(why);

    /// <inheritdoc/>
    public override void Dispose()
    {
        archive.Dispose();
        base.Dispose();
    }
}
