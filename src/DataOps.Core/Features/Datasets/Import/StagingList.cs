using System.Text.Json;
using DataOps.Core.Django.Models;
using DataOps.Core.Django.References;
using DataOps.Core.Django.Values;
using DataOps.Core.Files;
using DataOps.Core.Postgres.Connections;

namespace DataOps.Core.Features.Datasets.Import;

/// <summary>
/// A many-to-many list on its way into its staging table: a row for each owner whose list the file has, without a target, and one for each entry.
/// </summary>
internal sealed class StagingList
{
    private readonly StagingColumn _target;

    public StagingList(Session session, ManyToManyList list, Reference? reference, NaturalKey? natural)
    {
        List = list;
        _target = new StagingColumn(list.Name, list.TargetColumn, reference, natural);
        string name = $"dataops_raw_{list.Table.Oid}";
        Buffer = new StagingBuffer($"pg_temp.{name}", ["_row", "_line", "_position", .. _target.StagedNames]);
        session.Execute($"""
            create temporary table {name} on commit drop as
            select null::bigint as _row, null::bigint as _line, null::bigint as _position, {_target.StagedSql} from {list.Table.Sql} with no data
            """);
    }

    public ManyToManyList List { get; }

    /// <summary>The column of what the entries refer to.</summary>
    public StagingColumn Target => _target;

    public StagingBuffer Buffer { get; }

    /// <summary>The entries with the keys that they have in this database: _line, _position, owner, target.</summary>
    public string Name => $"pg_temp.dataops_import_{List.Table.Oid}";

    /// <summary>The temporary table of the entries that the database's lists lack: owner, target.</summary>
    public string Added => $"pg_temp.dataops_added_{List.Table.Oid}";

    /// <summary>Takes an object's list; returns what is wrong with it, or null.</summary>
    public string? Take(FixtureObject source, long row, FixtureSlice value)
    {
        Utf8JsonReader reader = JsonText.Reader(source[value]);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            return "not a list";
        AddRow(source, row, 0, []);
        for (long position = 1; reader.Read() && reader.TokenType != JsonTokenType.EndArray; position++)
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (AddRow(source, row, position, source[value][start..(int)reader.BytesConsumed]) is { } problem)
                return $"entry {position}: {problem}";
        }
        return null;
    }

    private string? AddRow(FixtureObject source, long row, long position, ReadOnlySpan<byte> target)
    {
        Buffer.Add(row);
        Buffer.Add(source.Line);
        Buffer.Add(position);
        string? problem = null;
        if (position == 0)
            _target.WriteNull(Buffer);
        else
            problem = target.SequenceEqual("null"u8) ? "null" : _target.Write(target, Buffer);
        if (problem is null)
            Buffer.EndRow(source.Line);
        else
            Buffer.DiscardRow();
        return problem;
    }
}
