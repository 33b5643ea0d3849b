using DataOps.Core.Django.Migrations;
using DataOps.Core.Files;
using DataOps.Core.Python;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Features.SiteDescriptions;

/// <summary>Where the migrations of a site are, and where its description goes.</summary>
public sealed partial record ExportSiteDescriptionOptions
{
    /// <summary>Folders, wheels, zip and tar files with the migrations of the site's apps.</summary>
    [Option(Position = 0, Mandatory = true, Form = OptionForm.File)]
    [MustExist(FileAdvice.Migrations)]
    public IReadOnlyList<string> MigrationPath { get; init; } = [];

    /// <summary>The file to write. Entries that a person added to it are kept.</summary>
    [Option(Position = 1, Mandatory = true, Form = OptionForm.File)]
    public string Path { get; init; } = "";

    /// <summary>
    /// Models that settings name, as AUTH_USER_MODEL=accounts.User (default: as the database has it), and modules of
    /// migrations, as MIGRATION_MODULES.shop=shop.db_migrations.
    /// </summary>
    [Option(Form = OptionForm.Pair)]
    public IReadOnlyList<string> Setting { get; init; } = [];

    /// <summary>Read the migrations alone, without a database: all of them count as applied.</summary>
    [Option(Offline = true)]
    public bool Offline { get; init; }
}

/// <summary>What is said of a site's migrations.</summary>
public enum SiteDescriptionNoteKind : long
{
    /// <summary>The description is written.</summary>
    Written,

    /// <summary>An entry of the file that a person added, and that is kept.</summary>
    Kept,

    /// <summary>Something that the description does not say.</summary>
    NotKnown,

    /// <summary>Something is wrong with the migrations as a whole.</summary>
    Problem,

    /// <summary>A migration of the files that is not applied to the database.</summary>
    NotApplied,

    /// <summary>SQL of a migration: what it does to the tables is not described.</summary>
    RunSql,

    /// <summary>A function of a migration: what it does to the tables is not described.</summary>
    RunPython,
}

/// <summary>The file that is written, or something that it does not say.</summary>
/// <param name="Server">The server; null without a database.</param>
/// <param name="Database">The database; null without one.</param>
/// <param name="Kind">What is said.</param>
/// <param name="App">The label of the app; null where it is about none.</param>
/// <param name="Migration">The name of the migration; null where it is about none.</param>
/// <param name="Model">The model; null where it is about none.</param>
/// <param name="File">The file: of the migration, or of the description.</param>
/// <param name="Line">Its line; null for the file as a whole.</param>
/// <param name="Note">What there is to know.</param>
public sealed record SiteDescriptionNote(
    string? Server,
    string? Database,
    SiteDescriptionNoteKind Kind,
    string? App,
    string? Migration,
    string? Model,
    string? File,
    int? Line,
    string Note);

/// <summary>
/// Writes what a site's migration files say and its database does not (tables and columns of other names, defaults,
/// on_delete, references without a constraint) into a description for -SiteDescription, and lists what they do not say.
/// </summary>
[Operation("Export", "SiteDescription")]
public sealed class ExportSiteDescription : OfflineOperation<ExportSiteDescriptionOptions, SiteDescriptionNote>
{
    /// <inheritdoc/>
    public override bool IsOffline(ExportSiteDescriptionOptions options) => options.Offline;

    /// <inheritdoc/>
    protected override IEnumerable<SiteDescriptionNote> Execute(
        Session session, ExportSiteDescriptionOptions options, OperationContext context)
    {
        if (options.Offline)
            return ExecuteOffline(options, context);
        ReferenceCatalog catalog = ReferenceCatalog.Read(session, withEmbedded: false, reading: context);
        return Export(options, AppliedMigrations.Read(session, catalog.Database, context.Cancellation), catalog)
            .Select(n => n with { Server = session.Server, Database = session.Database });
    }

    /// <inheritdoc/>
    protected override IEnumerable<SiteDescriptionNote> ExecuteOffline(
        ExportSiteDescriptionOptions options, OperationContext context) => Export(options, null, null);

    private static List<SiteDescriptionNote> Export(
        ExportSiteDescriptionOptions options, AppliedMigrations? applied, ReferenceCatalog? catalog)
    {
        DatasetFile.Create(options.Path, DatasetFormat.Json, overwrite: true);
        IReadOnlyList<DescriptionEntry> byHand = DescriptionFile.ByHand(options.Path);
        using MigrationSources sources = new(options.MigrationPath);
        List<SiteDescriptionNote> notes = [];
        SiteMigrations migrations = SiteMigrations.Read(
            sources.Files, options.MigrationPath, options.Setting, applied, catalog);
        notes.AddRange(migrations.Unread.Select(l => Note(
            l.IsAmbiguous ? SiteDescriptionNoteKind.Problem : SiteDescriptionNoteKind.NotKnown, l.Why, l.App)));
        (MigrationHistory history, ProjectState state) = (migrations.History, migrations.State);

        DescribedSite site = new(state, sources.Files, history.Folders, migrations.Settings, catalog);
        IReadOnlyList<DescriptionEntry> entries = site.Describe();
        Take(notes, history, state, site, applied);
        notes.AddRange(byHand.Select(e => Note(SiteDescriptionNoteKind.Kept,
            $"{e.Member}: {(e.Key.Length > 0 ? e.Key : e.Value?.ToString())}", file: options.Path)));
        string source = $"{history.Graph.Nodes.Count()} migrations of {history.Folders.Count} apps";
        DescriptionFile.Write(options.Path, source, entries, byHand);
        notes.Insert(0, Note(SiteDescriptionNoteKind.Written,
            $"{source}: {state.Models.Count} models, {entries.Count} entries, {byHand.Count} kept",
            file: System.IO.Path.GetFullPath(options.Path)));
        return notes;
    }

    private static SiteDescriptionNote Note(
        SiteDescriptionNoteKind kind, string note, string? app = null, string? migration = null, string? model = null,
        string? file = null, int? line = null) => new(null, null, kind, app, migration, model, file, line, note);

    private static SiteDescriptionNote Note(
        SiteDescriptionNoteKind kind, Doubt doubt, string? app = null, string? model = null) =>
        Note(kind, doubt.What, app, null, model, doubt.File, doubt.Line > 0 ? doubt.Line : null);

    private static void Take(
        List<SiteDescriptionNote> notes, MigrationHistory history, ProjectState state, DescribedSite site,
        AppliedMigrations? applied)
    {
        notes.AddRange(history.Problems.Select(p => Note(SiteDescriptionNoteKind.Problem, p)));
        notes.AddRange(state.AppDoubts.SelectMany(a => a.Value.Select(
            d => Note(SiteDescriptionNoteKind.NotKnown, d, a.Key))));
        HashSet<Doubt> ofApps = [.. state.AppDoubts.SelectMany(a => a.Value)];
        notes.AddRange(state.Models.Values.SelectMany(m => m.Doubts.Where(d => !ofApps.Contains(d)).Select(
            d => Note(SiteDescriptionNoteKind.NotKnown, d, m.App, m.Label))));
        notes.AddRange(site.NotKnown.Select(n => Note(
            SiteDescriptionNoteKind.NotKnown, n.What, n.Model?.App, null, n.Model?.Label,
            n.Place?.File.Name, n.Place?.Line)));
        if (applied is not null)
            notes.AddRange(history.Graph.Nodes.Where(k => !applied.Has(history.Graph[k])).Order().Select(
                k => Note(SiteDescriptionNoteKind.NotApplied, "it is not applied to the database, so its changes are "
                    + "not described", k.App, k.Name, file: history.Graph[k].Path)));
        TouchedTables touched = new(state);
        notes.AddRange(history.Opaque.Select(o => Note(
            o.Operation == "RunSQL" ? SiteDescriptionNoteKind.RunSql : SiteDescriptionNoteKind.RunPython,
            touched.Describe(o), o.Migration.App, o.Migration.Name, null, o.Place.File.Name, o.Place.Line)));
    }
}

/// <summary>The tables that the text of an operation names, whose effect no state holds.</summary>
internal sealed class TouchedTables(ProjectState state)
{
    private const int Shown = 120;

    private readonly HashSet<string> _tables =
        [.. state.Models.Values.Select(m => m.Table)];

    /// <summary>The operation in words.</summary>
    public string Describe(OpaqueOperation operation)
    {
        string[] touched = operation.Operation == "RunSQL" ? [.. TablesIn(operation.Text)] : [.. ModelsIn(operation)];
        string text = operation.Text.ReplaceLineEndings(" ");
        return $"{operation.Operation} {(text.Length > Shown ? text[..Shown] + "…" : text)}"
            + (touched.Length > 0 ? $": touches {string.Join(", ", touched)}" : "");
    }

    private IEnumerable<string> TablesIn(string sql) =>
        sql.Split([' ', '\n', '\r', '\t', ',', ';', '(', ')', '"', '.', '='], StringSplitOptions.RemoveEmptyEntries)
            .Where(_tables.Contains).Distinct().Order(StringComparer.Ordinal);

    // get_model("app", "Model") in the function, as far as the file itself holds it.
    private static IEnumerable<string> ModelsIn(OpaqueOperation operation)
    {
        PythonSource source = operation.Place.File;
        if (Parser.Parse(source).Body.OfType<FunctionStatement>().FirstOrDefault(f => f.Name == operation.Text)
            is not { At: var range })
            return [];
        Token[] tokens = [.. Lexer.Read(source).Where(t => t.Start >= range.Start && t.End <= range.End)];
        string? Text(Token token) => token.Kind == TokenKind.String
            ? StringLiteral.Decode(source, token).Value as string
            : null;
        return tokens.Select((t, i) => (Token: t, Next: tokens[(i + 1)..Math.Min(i + 5, tokens.Length)]))
            .Where(t => t.Token.Kind == TokenKind.Name && source.Text[t.Token.Start..t.Token.End] == "get_model")
            .Select(t => t.Next switch
            {
                [{ Kind: TokenKind.LeftParen }, var app, { Kind: TokenKind.Comma }, var model]
                    when Text(app) is { } label && Text(model) is { } name => $"{label}.{name}",
                [{ Kind: TokenKind.LeftParen }, var whole, ..] => Text(whole),
                _ => null,
            })
            .OfType<string>().Distinct().Order(StringComparer.Ordinal);
    }
}
