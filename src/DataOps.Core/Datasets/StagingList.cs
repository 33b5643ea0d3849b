using System.Text.Json;
using DataOps.Core.Catalog;
using DataOps.Core.Connections;
using DataOps.Core.Rows;

namespace DataOps.Core.Datasets;

/// <summary>A many-to-many list on its way into its staging table: a row for each owner whose list the file has, without a target, and one for each entry.</summary>
internal sealed class StagingList
{
    private readonly StagingColumn _owner;
    private readonly StagingColumn _target;

    public StagingList(Session session, ManyToManyList list, int number)
    {
        List = list;
        (_owner, _target) = (new StagingColumn(list.Name, list.OwnerColumn), new StagingColumn(list.Name, list.TargetColumn));
        string name = $"dataops_import_{number}";
        Buffer = new StagingBuffer($"pg_temp.{name}", ["_line", "_position", "owner", "target"]);
        session.Execute($"""
            create temporary table {name} on commit drop as
            select null::bigint as _line, null::bigint as _position, {_owner.Sql} as owner, {_target.Sql} as target from {list.Table.Sql} with no data
            """);
    }

    public ManyToManyList List { get; }

    public StagingBuffer Buffer { get; }

    /// <summary>Takes an object's list; returns what is wrong with it, or null.</summary>
    public string? Take(FixtureObject source, FixtureSlice key, FixtureSlice value)
    {
        Utf8JsonReader reader = JsonText.Reader(source[value]);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            return "not a list";
        if (AddRow(source, key, 0, []) is { } wrongKey)
            return wrongKey;
        for (long position = 1; reader.Read() && reader.TokenType != JsonTokenType.EndArray; position++)
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (AddRow(source, key, position, source[value][start..(int)reader.BytesConsumed]) is { } problem)
                return $"entry {position} is {problem}";
        }
        return null;
    }

    private string? AddRow(FixtureObject source, FixtureSlice key, long position, ReadOnlySpan<byte> target)
    {
        Buffer.Add(source.Line);
        Buffer.Add(position);
        string? problem = _owner.Write(source[key], Buffer);
        if (position == 0)
            Buffer.AddNull();
        else
            problem ??= target.SequenceEqual("null"u8) ? "null" : _target.Write(target, Buffer);
        if (problem is null)
            Buffer.EndRow(source.Line);
        else
            Buffer.DiscardRow();
        return problem;
    }
}
