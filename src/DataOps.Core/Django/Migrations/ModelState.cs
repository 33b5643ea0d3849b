using System.Collections.Immutable;
using DataOps.Core.Python.Evaluation;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Django.Migrations;

/// <summary>Something that is not understood, and where it stands.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1; 0 for the file as a whole.</param>
/// <param name="What">What it is, as a sentence without a full stop.</param>
internal sealed record Doubt(string File, int Line, string What)
{
    /// <summary>One at a place.</summary>
    public static Doubt At(SourcePlace place, string what) => new(place.File.Name, place.Line, what);

    /// <inheritdoc/>
    public override string ToString() => Line > 0 ? $"{File}:{Line}: {What}" : $"{File}: {What}";
}

/// <summary>The model that a field refers to.</summary>
/// <param name="Label">The model; null where a setting names it, or nothing does.</param>
/// <param name="Setting">The setting that names it, as AUTH_USER_MODEL; null without one.</param>
internal sealed record ModelTarget(ModelLabel? Label, string? Setting)
{
    /// <summary>Reads a model as a field of another model of the app names it; null where it is not known.</summary>
    public static ModelTarget? Of(PythonValue? value, ModelLabel from) => value switch
    {
        LiteralValue { Value: "self" } => new(from, null),
        LiteralValue { Value: string name } =>
            new(name.Contains('.') ? ModelLabel.Parse(name) : new(from.App, name.ToLowerInvariant()), null),
        NamedValue { Path: var path } when path.StartsWith("django.conf.settings.", StringComparison.Ordinal) =>
            new(null, path["django.conf.settings.".Length..]),
        // swapper.get_model_name("wagtailcore", "Page"): this model, unless WAGTAILCORE_PAGE_MODEL names another one.
        CallValue
        {
            Path: "swapper.get_model_name" or "swapper.utils.get_model_name",
            Arguments: [{ Text: { } app }, { Text: { } model }],
        } => new(new(app, model.ToLowerInvariant()), $"{app}_{model}_MODEL".ToUpperInvariant()),
        _ => null,
    };
}

/// <summary>A field as the migrations leave it.</summary>
/// <param name="Class">Its class.</param>
/// <param name="Arguments">Its arguments, those that deconstruct() would give.</param>
/// <param name="Place">Where it is defined.</param>
internal sealed record FieldState(
    FieldClass Class, IReadOnlyDictionary<string, PythonValue> Arguments, SourcePlace Place)
{
    /// <summary>What it is to the database.</summary>
    public FieldKind Kind => Class.Kind;

    /// <summary>Whether it refers to a model.</summary>
    public bool IsRelation => Kind is FieldKind.ForeignKey or FieldKind.OneToOne or FieldKind.ManyToMany
        || Arguments.ContainsKey("to");

    /// <summary>
    /// The storage of a file field, as far as the text tells: a name, a path, or its source; null for the default one.
    /// </summary>
    public string? Storage => this["storage"] switch
    {
        null => null,
        NamedValue named => named.Path,
        CallValue { Path: { } path } => path,
        UnknownValue unknown => unknown.Source.Text,
        _ => "",
    };

    /// <summary>An argument; null where it is not given.</summary>
    public PythonValue? this[string name] => Arguments.GetValueOrDefault(name);

    /// <summary>The same field with another argument.</summary>
    public FieldState With(string name, PythonValue value) =>
        this with { Arguments = new Dictionary<string, PythonValue>(Arguments) { [name] = value } };

    /// <summary>The same field without an argument.</summary>
    public FieldState Without(string name) =>
        this with { Arguments = Arguments.Where(a => a.Key != name).ToDictionary(a => a.Key, a => a.Value) };

    /// <summary>
    /// Reads a field; one of which the text does not say the class is of an unknown kind, and what cannot be a field is
    /// a doubt.
    /// </summary>
    public static FieldState? Of(PythonValue value, PythonFiles files, Action<string> doubt)
    {
        if (value is UnknownValue { Source: var place })
            return new(
                new FieldClass(place.Text.Split('(')[0].Trim(), FieldKind.Unknown, null),
                new Dictionary<string, PythonValue>(), place);
        if (value is not CallValue { Path: { } path } call)
        {
            doubt("the field is no call of a class");
            return null;
        }
        FieldClass @class = FieldClasses.Of(path, files);
        if (FieldClasses.Bind(@class, call) is { } bound)
            return new(@class, FieldClasses.Deconstruct(@class, bound), call.Source);
        if (@class.Own is null || path != @class.Path)
        {
            // A class of its own has parameters of its own.
            FieldClass own = @class with { Own = null };
            return new(own, call.Keywords.DistinctBy(k => k.Name).ToDictionary(k => k.Name, k => k.Value),
                call.Source);
        }
        doubt($"{path} has arguments that it does not take");
        return null;
    }
}

/// <summary>A model as the migrations leave it.</summary>
/// <param name="App">The label of its app.</param>
/// <param name="Name">Its name, as it is written.</param>
/// <param name="Fields">Its fields, in order.</param>
/// <param name="Options">Its options, Meta's.</param>
/// <param name="Bases">What it derives from: texts are models.</param>
/// <param name="Managers">The names of its managers.</param>
/// <param name="Doubts">What is not understood of it; it is not known where there is any.</param>
internal sealed record ModelState(
    string App, string Name, ImmutableList<(string Name, FieldState Field)> Fields,
    ImmutableSortedDictionary<string, PythonValue> Options, IReadOnlyList<PythonValue> Bases,
    IReadOnlyList<string> Managers, ImmutableList<Doubt> Doubts)
{
    /// <summary>Its label.</summary>
    public ModelLabel Label => new(App, Name.ToLowerInvariant());

    /// <summary>Its table, as table or schema.table.</summary>
    public string Table =>
        TextOf("db_table") is { Length: > 0 } given ? Unquoted(given) : DjangoName.OfTable(Label);

    /// <summary>
    /// A table's name as the database has it: db_table = 'archive"."elsewhere' is one of another schema.
    /// </summary>
    public static string Unquoted(string name) => name.Replace("\".\"", ".").Trim('"');

    /// <summary>The table of a many-to-many field without a model between the two.</summary>
    /// <param name="table">The table of its model.</param>
    /// <param name="name">The field's name.</param>
    /// <param name="field">The field.</param>
    public static string ListTableOf(string table, string name, FieldState field) =>
        field["db_table"]?.Text is { Length: > 0 } given ? Unquoted(given) : DjangoName.OfTable($"{table}_{name}");

    /// <summary>Whether all that the files say of it is understood.</summary>
    public bool IsKnown => Doubts.IsEmpty;

    /// <summary>A field; null without.</summary>
    public FieldState? Find(string field) => Fields.FirstOrDefault(f => f.Name == field).Field;

    /// <summary>A text of its options; null without.</summary>
    public string? TextOf(string option) => Options.GetValueOrDefault(option)?.Text;

    /// <summary>Whether an option is true.</summary>
    public bool Is(string option) => Options.GetValueOrDefault(option)?.AsCondition == true;
}

/// <summary>The models of a site at one point of its history.</summary>
/// <param name="Models">The models.</param>
/// <param name="AppDoubts">Apps that may have other models than these.</param>
internal sealed record ProjectState(
    ImmutableDictionary<ModelLabel, ModelState> Models, ImmutableDictionary<string, ImmutableList<Doubt>> AppDoubts)
{
    /// <summary>Before the first migration.</summary>
    public static ProjectState Empty { get; } = new(
        ImmutableDictionary<ModelLabel, ModelState>.Empty, ImmutableDictionary<string, ImmutableList<Doubt>>.Empty);

    /// <summary>The models of an app are no longer known.</summary>
    public ProjectState Doubting(string app, Doubt doubt) => this with
    {
        Models = Models.SetItems(Models.Values.Where(m => m.App == app).Select(
            m => KeyValuePair.Create(m.Label, m with { Doubts = m.Doubts.Add(doubt) }))),
        AppDoubts = AppDoubts.SetItem(app, AppDoubts.GetValueOrDefault(app, []).Add(doubt)),
    };

    /// <summary>
    /// The model that a setting may replace, as auth.user for AUTH_USER_MODEL; null where there is none.
    /// </summary>
    public ModelLabel? ReplacedBy(string setting) =>
        Models.Values.FirstOrDefault(m => m.TextOf("swappable") == setting)?.Label;

    /// <summary>A model that was changed.</summary>
    public ProjectState With(ModelState model) => this with { Models = Models.SetItem(model.Label, model) };
}
