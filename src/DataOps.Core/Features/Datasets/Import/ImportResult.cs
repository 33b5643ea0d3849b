using DataOps.Core.Features.Datasets.Testing;
using DataOps.Core.Kernel;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>What a load did, or would do.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Operation">Import-Dataset.</param>
/// <param name="Path">The file.</param>
/// <param name="Changed">Whether the database was changed.</param>
/// <param name="Count">Rows written, those of many-to-many tables included; 0 with WhatIf.</param>
/// <param name="WouldChange">Rows that the load writes, or would.</param>
/// <param name="Objects">Objects in the file.</param>
/// <param name="Inserted">Rows that were not there.</param>
/// <param name="Updated">Rows that differed.</param>
/// <param name="Unchanged">Rows that were as in the file, and were not written.</param>
/// <param name="Skipped">Objects left out, by OnConflict or OnMissingReference.</param>
/// <param name="Deleted">Rows of the database that gave way to the file's or that its specs took away, with all that was theirs.</param>
/// <param name="Repointed">Rows that referred to those and now refer to the file's, or to nothing.</param>
/// <param name="ManyToManyAdded">Entries added to many-to-many lists.</param>
/// <param name="ManyToManyRemoved">Entries removed from many-to-many lists.</param>
/// <param name="Models">Models in the file.</param>
/// <param name="Stale">What the application keeps besides the rows and does not know of the load, joined by commas; null when there is nothing.</param>
/// <param name="Afterwards">The management commands that bring it up to date, joined by semicolons.</param>
/// <param name="UndoPath">The file with which Undo-Change takes the load back; null when there is none.</param>
/// <param name="Duration">Seconds.</param>
public sealed record ImportResult(
    string Server,
    string Database,
    string Operation,
    string Path,
    bool Changed,
    long Count,
    long WouldChange,
    long Objects,
    long Inserted,
    long Updated,
    long Unchanged,
    long Skipped,
    long Deleted,
    long Repointed,
    long ManyToManyAdded,
    long ManyToManyRemoved,
    int Models,
    string? Stale,
    string? Afterwards,
    string? UndoPath,
    double Duration) : IChangeResult;

/// <summary>What a load would change of one model.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Model">The model.</param>
/// <param name="Table">Its table.</param>
/// <param name="Objects">Objects in the file.</param>
/// <param name="Insert">Rows that are not there.</param>
/// <param name="Update">Rows that differ.</param>
/// <param name="Unchanged">Rows that are as in the file.</param>
/// <param name="Delete">Rows that the file's specs take away, and what depends on those.</param>
/// <param name="ManyToManyAdd">Entries to add to many-to-many lists.</param>
/// <param name="ManyToManyRemove">Entries to remove from many-to-many lists.</param>
public sealed record ModelPlan(
    string Server,
    string Database,
    string Model,
    string Table,
    long Objects,
    long Insert,
    long Update,
    long Unchanged,
    long Delete,
    long ManyToManyAdd,
    long ManyToManyRemove) : IChangeResult, IDatasetTestResult;
