using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using DataOps.Core.Django.Migrations;
using DataOps.Core.Python.Evaluation;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Features.SiteDescriptions;

/// <summary>What a site's migrations say that its database does not.</summary>
internal sealed class DescribedSite(
    ProjectState state, PythonFiles files, IReadOnlyList<MigrationFolder> folders,
    IReadOnlyDictionary<string, ModelLabel> settings, ReferenceCatalog? catalog)
{
    private static readonly string[] s_actions =
        ["CASCADE", "PROTECT", "RESTRICT", "SET_NULL", "SET_DEFAULT", "DO_NOTHING"];

    private readonly ModelLabel? _userModel = settings.GetValueOrDefault(UserModel.Setting);
    private readonly List<DescriptionEntry> _entries = [];
    private readonly List<(ModelState? Model, SourcePlace? Place, string What)> _notKnown = [];

    /// <summary>What is not known.</summary>
    public IReadOnlyList<(ModelState? Model, SourcePlace? Place, string What)> NotKnown => _notKnown;

    /// <summary>Describes every model that is known and has a table.</summary>
    public IReadOnlyList<DescriptionEntry> Describe()
    {
        foreach (string app in state.Models.Values.Select(m => m.App).Distinct())
            Add("apps", app);
        DescribeUser();
        foreach (ModelState model in state.Models.Values)
        {
            if (!model.IsKnown)
                Add("notKnown", model.Label);
            else if (!model.Is("proxy"))
                Describe(model);
            else if (ConcreteOf(model) is { } concrete)
                Add("proxies", model.Label, concrete.Label.ToString());
        }
        return _entries;
    }

    // The model whose table holds a proxy's rows: its only base that is a model, or, of another proxy, that one's.
    private ModelState? ConcreteOf(ModelState proxy)
    {
        HashSet<ModelLabel> seen = [];
        ModelState? model = proxy;
        while (model is not null && model.Is("proxy") && seen.Add(model.Label))
            model = model.Bases.Select(b => b.Text).OfType<string>().Select(ModelLabel.Parse).OfType<ModelLabel>()
                .Select(state.Models.GetValueOrDefault).FirstOrDefault(m => m is not null);
        return model?.Is("proxy") == false ? model : null;
    }

    private void Add(string member, string key, JsonNode? value = null) => _entries.Add(new(member, key, value));

    private void NotKnowing(ModelState? model, SourcePlace? place, string what) => _notKnown.Add((model, place, what));

    // USERNAME_FIELD is an attribute of the class, which no migration holds.
    private void DescribeUser()
    {
        if (_userModel is null)
        {
            NotKnowing(null, null, "AUTH_USER_MODEL is not known: say it with -Setting AUTH_USER_MODEL=app.Model");
            return;
        }
        Add("userModel", "", _userModel.ToString());
        if (!state.Models.TryGetValue(_userModel, out ModelState? user))
            return;
        string? module = folders.FirstOrDefault(f => f.App == user.App)?.Module;
        if (module is not null && UserNameField($"{module}.models.{user.Name}", 0) is { } field)
            Add("userNameField", "", field);
        else if (_userModel != DjangoTables.User)
            NotKnowing(user, null, "USERNAME_FIELD is not known: no file of -MigrationPath holds the class");
    }

    private string? UserNameField(string path, int depth)
    {
        if (path.EndsWith(".AbstractUser", StringComparison.Ordinal))
            return "username";
        if (depth > 6 || files.Follow(path) is not NamedValue { Path: var own } || own.LastIndexOf('.') is var dot
            && dot < 0 || files.Module(own[..dot]) is not { } module
            || module.Find(own[(dot + 1)..]) is not ClassBinding { Class: var @class })
            return null;
        return (@class.Find("USERNAME_FIELD") is { } value ? new Evaluator(module).Evaluate(value).Text : null)
            ?? FieldClasses.BasesOf(own, files)!.Select(b => UserNameField(b, depth + 1))
                .FirstOrDefault(f => f is not null);
    }

    private void Describe(ModelState model)
    {
        string table = model.Table;
        Table? real = catalog is null ? null : Find(table);
        if (catalog is not null && real is null)
        {
            bool isManaged = model.Options.GetValueOrDefault("managed")?.AsCondition != false;
            // A model that another one takes the place of has no table.
            bool isSwapped = model.TextOf("swappable") == UserModel.Setting && _userModel != model.Label;
            if (isManaged && !isSwapped)
                NotKnowing(model, null, $"the database has no table {table}");
            return;
        }
        if (!IsBuiltInName(model.Label, table))
            Add("tables", model.Label, table);
        bool hasType = model.Fields.Any(
            f => f.Field.IsRelation && TargetOf(f.Field, model) == DjangoTables.ContentType);
        foreach ((string name, FieldState field) in model.Fields)
            Describe(model, table, real, name, field, hasType);
    }

    private void Describe(
        ModelState model, string table, Table? real, string name, FieldState field, bool hasContentType)
    {
        string label = $"{model.Label}.{name}";
        switch (field.Kind)
        {
            case FieldKind.None:
                return;
            case FieldKind.Unknown:
                NotKnowing(
                    model, field.Place, $"{name} is a {field.Class.Path}, of which no file of -MigrationPath tells");
                return;
            case FieldKind.ManyToMany:
                DescribeManyToMany(model, table, label, name, field);
                return;
        }
        bool isReference = field.Kind is FieldKind.ForeignKey or FieldKind.OneToOne;
        string plain = isReference ? $"{name}_id" : name;
        string column = ColumnTypes.ColumnOf(name, field);
        if (real is not null && real.Find(column) is null)
        {
            NotKnowing(model, field.Place, $"{table} has no column {column} for {name}");
            return;
        }
        if (column != plain)
            Add("columns", label, column);
        if (isReference)
            DescribeReference(model, table, label, name, column, field);
        else
            DescribeValue(model, table, label, column, field, hasContentType);
        DescribeDefault(model, label, name, field);
    }

    private void DescribeManyToMany(ModelState model, string table, string label, string name, FieldState field)
    {
        if (field["through"] is { IsNone: false })
            return;
        string plain = $"{table[(table.IndexOf('.') + 1)..]}_{name}";
        string own = ModelState.ListTableOf(table[(table.IndexOf('.') + 1)..], name, field);
        if (own != plain && (catalog is null || Find(own) is not null))
            Add("manyToMany", label, own);
        if (field["db_constraint"]?.AsCondition != false || (catalog is not null && Find(own) is null))
            return;
        if (TargetOf(field, model) is not { } target || TargetTable(target) is not { } other)
        {
            NotKnowing(model, field.Place, $"the table that {name} refers to is not known");
            return;
        }
        // Django's names of the columns; a list of the model's own rows has one for each direction.
        (string from, string to) = target == model.Label
            ? ($"from_{target.Name}", $"to_{target.Name}")
            : (model.Label.Name, target.Name);
        Add("softReferences", $"{own}.{from}_id={table}");
        Add("softReferences", $"{own}.{to}_id={other}");
    }

    // Null where it is not known, or not in the database.
    private string? TargetTable(ModelLabel target) => state.Models.TryGetValue(target, out ModelState? referred)
        && referred.Table is var table && (catalog is null || Find(table) is not null) ? table : null;

    private void DescribeReference(
        ModelState model, string table, string label, string name, string column, FieldState field)
    {
        string? action = field["on_delete"] switch
        {
            NamedValue { Name: var of } when s_actions.Contains(of) => of,
            // The database does it, and says so.
            NamedValue { Name: "DB_CASCADE" or "DB_SET_NULL" or "DB_SET_DEFAULT" } => "",
            CallValue { Function: NamedValue { Name: "SET" } } => "SET",
            _ => null,
        };
        if (action is null)
            NotKnowing(model, field.Place, $"on_delete of {name} is not known");
        else if (action.Length > 0)
            Add("onDelete", label, action);
        ModelLabel? target = TargetOf(field, model);
        bool isParentLink = field["parent_link"]?.AsCondition == true;
        if (isParentLink && target is not null && name != $"{target.Name}_ptr")
            Add("parentLinks", label);
        if (field["db_constraint"]?.AsCondition == false
            && !DjangoTables.Soft.Any(s => s.Model == model.Label && s.Column == column))
        {
            if (target is not null && TargetTable(target) is { } referred)
                Add("softReferences", $"{table}.{column}={referred}");
            else
                NotKnowing(model, field.Place, $"the table that {name} refers to is not known");
        }
    }

    private void DescribeValue(
        ModelState model, string table, string label, string column, FieldState field, bool hasContentType)
    {
        if (field.Kind == FieldKind.StreamField)
        {
            Add("streamFields", label);
            DescribeChoosers(model, label, field);
        }
        else if (field.Kind == FieldKind.RichText)
            Add("richTextFields", label);
        else if (field.Kind == FieldKind.File)
        {
            Add("fileFields", label, field["upload_to"]?.Text ?? "");
            if (field.Storage is { } storage)
                Add("storages", label, storage);
        }
        // A number that looks like a reference; half of a generic reference is one.
        bool isImplied = catalog is null
            ? Field.Referring(column) is not null && !hasContentType && field.Class.Own is not ("BooleanField")
            : catalog.References.Any(r => r.Class == ReferenceClass.Implied && r.Name == $"{table}.{column}");
        if (isImplied && model.Find(column[..^"_id".Length]) is null)
            Add("notReferences", $"{table}.{column}");
    }

    private void DescribeChoosers(ModelState model, string label, FieldState field)
    {
        ChooserBlocks blocks = new(field, files, value => ModelNamed(value, model), settings);
        foreach (ChooserBlock block in blocks.Find())
            if (block.Model is null)
                NotKnowing(model, field.Place, block.Path.Length == 0
                    ? $"the blocks of {label} are not known: {block.Why}"
                    : $"the block {block.Path} of {label} is not known: {block.Why}");
            else
                Add("chooserBlocks", $"{label}.{block.Path}", block.Model.ToString());
    }

    // "app.Model", or the class: then the app is the one in whose package it is.
    private ModelLabel? ModelNamed(PythonValue value, ModelState from)
    {
        if (value is not NamedValue named)
            return ModelTarget.Of(value, from.Label)?.Label;
        if (files.Follow(named.Path) is not NamedValue own)
            return null;
        ModelLabel[] models = [.. folders.Where(f => own.Path.StartsWith($"{f.Module}.", StringComparison.Ordinal))
            .Select(f => new ModelLabel(f.App, own.Name)).Where(state.Models.ContainsKey)];
        return models is [var only] ? only : null;
    }

    private void DescribeDefault(ModelState model, string label, string name, FieldState field)
    {
        if (field["auto_now"]?.AsCondition == true || field["auto_now_add"]?.AsCondition == true)
        {
            Add("callableDefaults", label, "django.utils.timezone.now");
            return;
        }
        if (field["default"] is not { IsNone: false } value || field["db_default"] is not null)
            return;
        if (value is NamedValue { Path: "builtins.dict" })
            Add("defaults", label, new JsonObject());
        else if (value is NamedValue { Path: "builtins.list" or "builtins.tuple" })
            Add("defaults", label, new JsonArray());
        else if (value is NamedValue { Path: var path })
            Add("callableDefaults", label, path);
        else if (TryJson(value, out JsonNode? json))
            Add("defaults", label, json);
        else
            NotKnowing(model, field.Place, $"the default of {name} is not literal");
    }

    private static bool TryJson(PythonValue value, out JsonNode? json)
    {
        json = null;
        switch (value)
        {
            case LiteralValue { Value: null }:
                return true;
            case LiteralValue { Value: bool truth }:
                json = truth;
                return true;
            case LiteralValue { Value: string text }:
                json = text;
                return true;
            case LiteralValue { Value: BigInteger number }:
                json = JsonNode.Parse(number.ToString(CultureInfo.InvariantCulture));
                return true;
            case LiteralValue { Value: double number } when double.IsFinite(number):
                json = number;
                return true;
            case CallValue { Path: "datetime.timedelta" } duration when TimeDelta.Text(duration) is { } text:
                json = text;
                return true;
            // Decimal("0.00"), gettext("new").
            case CallValue { Path: "decimal.Decimal", Arguments: [var of], Keywords: [] }:
                return TryJson(of, out json);
            case SequenceValue list:
                JsonArray items = [];
                json = items;
                foreach (PythonValue item in list.Items)
                {
                    if (!TryJson(item, out JsonNode? inner))
                        return false;
                    items.Add(inner);
                }
                return list.Kind != SequenceKind.Set;
            case MappingValue map:
                JsonObject members = [];
                json = members;
                foreach ((PythonValue key, PythonValue of) in map.Items)
                {
                    if (key.Text is null || !TryJson(of, out JsonNode? inner))
                        return false;
                    members[key.Text] = inner;
                }
                return true;
            default:
                return false;
        }
    }

    private ModelLabel? TargetOf(FieldState field, ModelState model) =>
        ModelTarget.Of(field["to"], model.Label) is { } target
            ? target.Label ?? (target.Setting == UserModel.Setting ? _userModel : state.ReplacedBy(target.Setting!))
            : null;

    private static bool IsBuiltInName(ModelLabel label, string table) =>
        table == DjangoTables.TableNames.GetValueOrDefault(label) || table == DjangoName.OfTable(label);

    private Table? Find(string table) =>
        (table.Split('.', 2) is [{ } schema, { } name] ? catalog!.Database.Find(schema, name) : null)
            ?? catalog!.Database.Find(table);
}
