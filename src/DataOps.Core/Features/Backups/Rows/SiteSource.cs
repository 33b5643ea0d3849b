using System.Globalization;

namespace DataOps.Core.Features.Backups.Rows;

/// <summary>A table whose rows are taken.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Columns">The columns that are stored.</param>
/// <param name="Bytes">Its size with its long values, without indexes.</param>
/// <param name="Pages">Its blocks without its long values; 0 where rows cannot be told by block.</param>
/// <param name="Condition">Which rows, where an extension fills the table itself; null for all.</param>
internal sealed record SourceTable(
    string Schema, string Name, IReadOnlyList<string> Columns, long Bytes, long Pages, string? Condition)
{
    /// <summary>The name as a person writes it: qualified only outside public.</summary>
    public string DisplayName => Schema == "public" ? Name : $"{Schema}.{Name}";

    /// <summary>The quoted, qualified name.</summary>
    public SqlText Sql => SqlText.Identifier(Schema, Name);
}

/// <summary>What there is to back up in a database, read in a snapshot that is the caller's.</summary>
internal sealed class SiteSource(Session session, CancellationToken cancellation)
{
    // Neither PostgreSQL's own, nor what belongs to an extension, nor anybody's temporary tables.
    private static readonly SqlText s_own = $"""
        n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_toast%'
          and n.nspname not like 'pg\_temp%' and c.relpersistence <> 't'
        """;

    private static readonly SqlText s_isOfExtension = $"""
        exists (select 1 from pg_depend d
          where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
        """;

    /// <summary>The tables with rows of their own, partitions one by one.</summary>
    public IReadOnlyList<SourceTable> Tables() => [.. session.Read(
        $"""
        select n.nspname, c.relname,
          coalesce((select array_agg(a.attname::text order by a.attnum) from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''), array[]::text[]),
          pg_table_size(c.oid),
          case when m.amname = 'heap' then pg_relation_size(c.oid) / current_setting('block_size')::bigint else 0 end,
          nullif(e.condition, '')
        from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_am m on m.oid = c.relam
        left join (select unnest(extconfig) as oid, unnest(extcondition) as condition from pg_extension) e
          on e.oid = c.oid
        where c.relkind = 'r' and {s_own} and (e.oid is not null or not {s_isOfExtension})
          and (c.relpersistence = 'p' or not pg_is_in_recovery())
        order by 1, 2
        """,
        r => new SourceTable(r.GetString(0), r.GetString(1), r.GetFieldValue<string[]>(2), r.GetInt64(3), r.GetInt64(4),
            r.IsDBNull(5) ? null : r.GetString(5)), cancellation)];

    /// <summary>What has rows that are elsewhere, or that a standby server does not have.</summary>
    public IReadOnlyList<string> WithoutRows() => session.Query<string>(
        $"""
        select case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where (c.relkind = 'f' or c.relkind = 'r' and c.relpersistence = 'u' and pg_is_in_recovery())
          and {s_own} and not {s_isOfExtension} order by 1
        """, cancellation);

    /// <summary>The sequences with their values.</summary>
    public IReadOnlyList<BackupSequence> Sequences()
    {
        (string Schema, string Name)[] names = [.. session.Query<(string Schema, string Name)>(
            $"""
            select n.nspname::text, c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'S' and {s_own} and not {s_isOfExtension} order by 1, 2
            """, cancellation)];
        if (names.Length == 0)
            return [];
        (int At, long Value, bool IsCalled)[] values = [.. session.Query<(int At, long Value, bool IsCalled)>(
            SqlText.Join(" union all ", names.Select((s, i) => (SqlText)$"""
                select {SqlText.Literal(i)} as at, last_value as value, is_called
                from {SqlText.Identifier(s.Schema, s.Name)}
                """)),
            cancellation)];
        return [.. values.OrderBy(v => v.At).Select(
            v => new BackupSequence(names[v.At].Schema, names[v.At].Name, v.Value, v.IsCalled))];
    }

    /// <summary>The materialized views that have rows, each behind those that it reads, which are fewer.</summary>
    public IReadOnlyList<BackupView> Views() => session.Query<BackupView>(
        $"""
        with recursive reads(reader, read) as (
          select r.ev_class, d.refobjid from pg_rewrite r join pg_depend d
            on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
            and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
        ), reached(reader, read) as (
          select reader, read from reads union select f.reader, t.read from reached f join reads t on t.reader = f.read
        )
        select n.nspname::text as schema, c.relname::text as name
        from pg_class c join pg_namespace n on n.oid = c.relnamespace left join reached on reached.reader = c.oid
        where c.relkind = 'm' and c.relispopulated and {s_own} and not {s_isOfExtension}
        group by 1, 2 order by count(reached.read), 1, 2
        """, cancellation);

    /// <summary>Constraints that rows may violate, as table.constraint.</summary>
    public IReadOnlyList<string> NotValid() => session.Query<string>(
        $"""
        select case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname || '.' || k.conname
        from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
        where not k.convalidated and {s_own} order by 1
        """, cancellation);

    /// <summary>The database itself.</summary>
    public BackupDatabase Database()
    {
        int major = session.ServerVersion.Major;
        SqlText provider = major >= 15 ? (SqlText)$"datlocprovider::text" : (SqlText)$"'c'::text";
        SqlText locale = major >= 17 ? (SqlText)$"datlocale"
            : major >= 15 ? (SqlText)$"daticulocale" : $"null::text";
        return session.Read(
            $"""
            select datname, pg_encoding_to_char(encoding), datcollate, datctype, {provider}, {locale}
            from pg_database where datname = current_database()
            """,
            r => new BackupDatabase(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4),
                r.IsDBNull(5) ? null : r.GetString(5)), cancellation).Single();
    }

    /// <summary>Refuses what an archive would lack.</summary>
    /// <exception cref="DataOpsException"><c>LargeObjects</c>.</exception>
    public void RefuseLargeObjects()
    {
        long count = session.Query<long>($"select count(*) from pg_largeobject_metadata", cancellation).Single();
        if (count > 0)
            throw new DataOpsException(
                ErrorIds.LargeObjects, FailureKind.InvalidOperation,
                string.Create(CultureInfo.InvariantCulture,
                    $"{session.Database} has {count} large {(count == 1 ? "object" : "objects")}, which a backup would "
                    + $"lack."),
                "Neither Django nor Wagtail makes any: vacuumlo removes those that nothing refers to; pg_dump -Fc "
                    + "takes them.", session.Database);
    }
}
