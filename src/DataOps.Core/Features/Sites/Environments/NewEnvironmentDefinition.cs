using DataOps.Core.Definitions;

namespace DataOps.Core.Features.Sites.Environments;

/// <summary>Options of <see cref="NewEnvironmentDefinition"/>.</summary>
public sealed partial record NewEnvironmentDefinitionOptions
{
    /// <summary>The file to write, .psd1 or .json; it must not exist.</summary>
    [Option(Position = 0, Mandatory = true, Form = OptionForm.File)]
    public string Path { get; init; } = "";
}

/// <summary>A definition of an environment that was written.</summary>
/// <param name="Server">The server.</param>
/// <param name="Database">The database.</param>
/// <param name="Path">The file.</param>
/// <param name="Sites">Sites in it.</param>
/// <param name="Columns">Columns with e-mail addresses in it.</param>
/// <param name="Schedules">Times of publishing that are set.</param>
public sealed record EnvironmentDefinitionFile(
    string Server, string Database, string Path, int Sites, int Columns, long Schedules);

/// <summary>
/// Writes a definition for Switch-Environment and Restore-Site, of a copy on a developer's machine: the sites, the
/// columns with e-mail addresses and the scheduled publishing that the database has.
/// </summary>
[Operation("New", "EnvironmentDefinition")]
public sealed class NewEnvironmentDefinition
    : Operation<NewEnvironmentDefinitionOptions, EnvironmentDefinitionFile>
{
    private const int FirstPort = 8000;

    /// <inheritdoc/>
    /// <exception cref="DataOpsException">The file is there, or cannot be written.</exception>
    protected override IEnumerable<EnvironmentDefinitionFile> Execute(
        Session session, NewEnvironmentDefinitionOptions options, OperationContext context)
    {
        DefinitionText text = DefinitionText.For(options.Path);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false, reading: context);
        EnvironmentColumns columns = new(session, catalog, context.Cancellation);
        SiteInfo[] sites = [.. new GetSite().Run(session, new(), context)];
        (string Name, long Count)[] addresses = [.. columns.WithAddresses(new HashSet<Column>())];
        IReadOnlyList<ColumnChange> times = columns.Schedules();
        long? schedules = times.Count == 0 ? null : times.Sum(c => c.Count(session, context.Cancellation));
        Write(text, session, sites, addresses, schedules);
        text.Save();
        yield return new(
            session.Server, session.Database, text.Path, sites.Length, addresses.Length, schedules ?? 0);
    }

    private static void Write(DefinitionText text, Session session, SiteInfo[] sites,
        (string Name, long Count)[] addresses, long? schedules)
    {
        text.Note(0, $"How a copy of {session.Database} on {session.Server} differs on a developer's machine: for "
            + "Restore-Site -Environment, and Switch-Environment.");
        text.Note(0, "What is not to happen gets the comment sign; Switch-Environment -WhatIf says what would.");
        text.Note(0, "Addresses that match a text of keep, as *@example.com, stay.");
        text.Begin();
        text.Member(EnvironmentDefinition.SitesMember, isList: true, () =>
        {
            foreach ((int i, SiteInfo site) in sites.Select((s, i) => (i, s)))
            {
                if (site.SiteName is { Length: > 0 } name)
                    text.Note(2, name);
                text.Line(2, text.Map(("site", site.Site), ("hostName", "localhost"), ("port", FirstPort + i)));
            }
        });
        text.Member(EnvironmentDefinition.AddressesMember, isList: true, () =>
        {
            foreach ((string name, long count) in addresses)
            {
                text.Note(2, Counted.Of(count, "address", "addresses"));
                text.Line(2, text.Map(("columns", name), ("address", "user{pk}@example.invalid"),
                    ("keep", Array.Empty<string>())));
            }
        });
        if (schedules is { } set)
        {
            text.Note(1, $"{Counted.Of(set, "time")} of publishing or unpublishing {(set == 1 ? "is" : "are")} set");
            text.Line(1, text.Pair(EnvironmentDefinition.SchedulesMember, true));
        }
        text.Note(1, "Statements that no undo file takes back; names of tables with their schema:");
        text.Note(1, text.Pair(EnvironmentDefinition.SqlMember, "update public.shop_settings set sandbox = true"));
        text.End();
    }
}
