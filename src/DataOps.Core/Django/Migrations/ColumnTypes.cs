using System.Globalization;
using System.Numerics;
using DataOps.Core.Python.Evaluation;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Django.Migrations;

/// <summary>The column that Django makes of a field.</summary>
/// <param name="Types">
/// Its type as format_type writes it, without a schema; several where versions of the class differ, the newest first;
/// none where nobody knows it.
/// </param>
/// <param name="Why">Why the type is not known, as part of a sentence; null where it is.</param>
internal sealed record ColumnType(IReadOnlyList<string> Types, string? Why = null)
{
    /// <summary>Whether the type is known but for its length or precision, which code gives.</summary>
    public bool IsOfAnyLength { get; init; }

    /// <summary>Whether the database makes its values: serial before Django 4.1, an identity since.</summary>
    public bool IsAuto { get; init; }

    /// <summary>Whether a check keeps its values from being less than 0.</summary>
    public bool IsPositive { get; init; }

    /// <summary>Whether PostgreSQL's type is this one.</summary>
    /// <param name="type">As format_type writes it; its schema is not compared.</param>
    public bool Is(string type)
    {
        string name = type.Split('(')[0];
        string bare = type[(name.LastIndexOf('.') + 1)..];
        return Types.Count == 0 || Types.Contains(bare)
            || (IsOfAnyLength && Types.Any(t => bare == t || bare.StartsWith($"{t}(", StringComparison.Ordinal)));
    }
}

/// <summary>The map of classes of fields to PostgreSQL's types, and the names of columns.</summary>
/// <param name="state">The models that fields refer to.</param>
/// <param name="files">The classes of fields of a project's own.</param>
/// <param name="settings">The models that settings name, as AUTH_USER_MODEL.</param>
internal sealed class ColumnTypes(
    ProjectState state, PythonFiles files, IReadOnlyDictionary<string, ModelLabel> settings)
{
    private const string Varchar = "character varying";

    // A reference to a reference to a reference; more is a circle.
    private const int Deepest = 8;

    // The first that a class has decides.
    private static readonly string[] s_methods =
        ["db_parameters", "db_type", "db_type_parameters", "get_internal_type"];

    private static readonly Dictionary<string, string> s_types = new()
    {
        ["AutoField"] = "integer", ["BigAutoField"] = "bigint", ["SmallAutoField"] = "smallint",
        ["BigIntegerField"] = "bigint", ["BinaryField"] = "bytea", ["BooleanField"] = "boolean",
        ["DateField"] = "date", ["DateTimeField"] = "timestamp with time zone", ["DurationField"] = "interval",
        ["FloatField"] = "double precision", ["GenericIPAddressField"] = "inet", ["IPAddressField"] = "inet",
        ["IntegerField"] = "integer", ["JSONField"] = "jsonb", ["NullBooleanField"] = "boolean",
        ["PositiveBigIntegerField"] = "bigint", ["PositiveIntegerField"] = "integer",
        ["PositiveSmallIntegerField"] = "smallint", ["SmallIntegerField"] = "smallint", ["TextField"] = "text",
        ["TimeField"] = "time without time zone", ["UUIDField"] = "uuid", ["HStoreField"] = "hstore",
        ["CICharField"] = "citext", ["CIEmailField"] = "citext", ["CITextField"] = "citext",
        ["IntegerRangeField"] = "int4range", ["BigIntegerRangeField"] = "int8range",
        ["DecimalRangeField"] = "numrange", ["FloatRangeField"] = "numrange", ["DateTimeRangeField"] = "tstzrange",
        ["DateRangeField"] = "daterange", ["SearchVectorField"] = "tsvector", ["RasterField"] = "raster",
    };

    // The length without max_length; null for one that has to be said.
    private static readonly Dictionary<string, int?> s_lengths = new()
    {
        ["CharField"] = null, ["CommaSeparatedIntegerField"] = null, ["EmailField"] = 254, ["FileField"] = 100,
        ["ImageField"] = 100, ["FilePathField"] = 100, ["SlugField"] = 50, ["URLField"] = 200,
    };

    private static readonly Dictionary<string, string> s_geometries = new()
    {
        ["GeometryField"] = "Geometry", ["PointField"] = "Point", ["LineStringField"] = "LineString",
        ["PolygonField"] = "Polygon", ["MultiPointField"] = "MultiPoint",
        ["MultiLineStringField"] = "MultiLineString", ["MultiPolygonField"] = "MultiPolygon",
        ["GeometryCollectionField"] = "GeometryCollection",
    };

    /// <summary>Whether a field has a column of its own.</summary>
    public static bool HasColumn(FieldState field) => field.Kind is not (FieldKind.None or FieldKind.ManyToMany);

    /// <summary>The name of a field's column.</summary>
    public static string ColumnOf(string name, FieldState field) =>
        field["db_column"]?.Text is { Length: > 0 } given ? given.Trim('"')
            : field.Kind is FieldKind.ForeignKey or FieldKind.OneToOne ? $"{name}_id"
            : name;

    /// <summary>The type of a field's column.</summary>
    public ColumnType Of(ModelState model, FieldState field) => Of(model, field, 0);

    /// <summary>The model that a field refers to; null where it is not known.</summary>
    public ModelState? TargetOf(ModelState model, FieldState field) =>
        ModelTarget.Of(field["to"], model.Label) is { } target
            && ((target.Setting is { } setting ? settings.GetValueOrDefault(setting) : null) ?? target.Label
                ?? state.ReplacedBy(target.Setting!)) is { } label
            ? state.Models.GetValueOrDefault(label)
            : null;

    /// <summary>The field that a reference refers to: to_field, or the primary key; null where not known.</summary>
    public (ModelState Model, string Name, FieldState Field)? TargetFieldOf(ModelState model, FieldState field) =>
        TargetOf(model, field) is not { } target ? null
            : field["to_field"] is { IsNone: false } given
                ? Owner(target, given.Text, 0) is { } named ? (named.Model, given.Text!, named.Field) : null
            : KeyOf(target, 0);

    // A field of the model, or of one that it derives from.
    private (ModelState Model, FieldState Field)? Owner(ModelState model, string? name, int depth) =>
        name is null || depth > Deepest ? null
            : model.Find(name) is { } own ? (model, own)
            : Parents(model).Select(p => Owner(p, name, depth + 1)).FirstOrDefault(o => o is not null);

    private IEnumerable<ModelState> Parents(ModelState model) => model.Bases
        .Select(b => b.Text is { } text && ModelLabel.Parse(text) is { } label ? state.Models.GetValueOrDefault(label)
            : null)
        .OfType<ModelState>();

    // A proxy has the key of the model that it stands for.
    private (ModelState, string, FieldState)? KeyOf(ModelState model, int depth)
    {
        (string name, FieldState field) = model.Fields.FirstOrDefault(
            f => f.Field["primary_key"]?.AsCondition == true);
        return field is not null ? (model, name, field)
            : model.Find("id") is { } id ? (model, "id", id)
            : depth > Deepest ? null
            : Parents(model).Select(p => KeyOf(p, depth + 1)).FirstOrDefault(k => k is not null);
    }

    private ColumnType Of(ModelState model, FieldState field, int depth)
    {
        if (field.Kind is FieldKind.ForeignKey or FieldKind.OneToOne)
            return depth > Deepest || TargetFieldOf(model, field) is not var (target, _, key)
                ? Unknown("the model that it refers to is not known")
                : Of(target, key, depth + 1) with { IsAuto = false, IsPositive = false };
        return MethodOf(field.Class.Path, s_methods, 0) is { } own ? OfOverride(own, model, field)
            : field.Class.Own is null ? Unknown($"it is a {field.Class.Path}, of which no file tells")
            : OfClass(field.Class.Own, model, field, depth);
    }

    /// <summary>
    /// Whether a migration may leave out what the class of a field sets itself, as null=True: its deconstruct() is
    /// code.
    /// </summary>
    public bool IsLoose(FieldState field) => field.Kind == FieldKind.Unknown || field.Class.Own is null
        || (field.Kind is not (FieldKind.StreamField or FieldKind.RichText)
            && MethodOf(field.Class.Path, ["deconstruct"], 0) is not null);

    private static ColumnType Unknown(string why) => new([], why);

    // A method of a class of the project's own, and the class.
    private (string Class, FunctionStatement Method)? MethodOf(string path, string[] methods, int depth)
    {
        if (depth > Deepest || files.Follow(path) is not NamedValue { Path: var own }
            || own.StartsWith("django.", StringComparison.Ordinal) || own.LastIndexOf('.') is var dot && dot < 0
            || files.Module(own[..dot])?.Find(own[(dot + 1)..]) is not ClassBinding { Class: var @class })
            return null;
        return @class.Body.OfType<FunctionStatement>().Where(f => methods.Contains(f.Name))
            .MinBy(f => Array.IndexOf(methods, f.Name)) is { } method
            ? (own, method)
            : FieldClasses.BasesOf(own, files)!.Select(b => MethodOf(b, methods, depth + 1))
                .FirstOrDefault(m => m is not null);
    }

    // Understood where it says a text; whatever else it does, only where it runs.
    private ColumnType OfOverride((string Class, FunctionStatement Method) own, ModelState model, FieldState field)
    {
        if (own.Class.StartsWith("wagtail.", StringComparison.Ordinal)
            && field.Kind is FieldKind.StreamField or FieldKind.RichText)
            return OfClass(field.Class.Own!, model, field, 0);
        string? text = own.Method.Body.Where(s => s is not ExpressionStatement { Value: ConstantExpression }).ToArray()
            is [ReturnStatement { Value: ConstantExpression { Value: string said } }] ? said : null;
        return (own.Method.Name, text) switch
        {
            ("db_type", { } type) when !type.Contains('%') => new([Canonical(type)]),
            ("get_internal_type", { } name) when s_types.ContainsKey(name) || s_lengths.ContainsKey(name)
                || name == "DecimalField" => OfClass(name, model, field, 0),
            _ => Unknown($"{own.Class} has its own {own.Method.Name}"),
        };
    }

    // As format_type writes what people write.
    private static string Canonical(string type)
    {
        int at = type.IndexOf('(');
        string name = (at < 0 ? type : type[..at]).Trim().ToLowerInvariant();
        string canonical = name switch
        {
            "varchar" => Varchar,
            "char" => "character",
            "int" or "int4" or "serial" => "integer",
            "int8" or "bigserial" => "bigint",
            "int2" or "smallserial" => "smallint",
            "bool" => "boolean",
            "timestamptz" => "timestamp with time zone",
            "timestamp" => "timestamp without time zone",
            "time" => "time without time zone",
            "float8" or "double" => "double precision",
            "float4" => "real",
            "decimal" => "numeric",
            _ => name,
        };
        return at < 0 ? canonical : canonical + type[at..].Replace(" ", "");
    }

    private ColumnType OfClass(string own, ModelState model, FieldState field, int depth)
    {
        if (own.EndsWith("AutoField", StringComparison.Ordinal))
            return new([s_types[own]]) { IsAuto = true };
        if (s_types.TryGetValue(own, out string? type))
            return new([type]) { IsPositive = own.StartsWith("Positive", StringComparison.Ordinal) };
        if (s_lengths.TryGetValue(own, out int? length))
            return OfText(length, field);
        if (s_geometries.TryGetValue(own, out string? geometry))
            return OfGeometry(geometry, field);
        return own switch
        {
            "DecimalField" => OfDecimal(field),
            "ArrayField" => Inner(field, "base_field") is { } item ? OfArray(Of(model, item, depth + 1))
                : Unknown("its base_field is not known"),
            "GeneratedField" => Inner(field, "output_field") is { } output ? Of(model, output, depth + 1)
                : Unknown("its output_field is not known"),
            // Text until Wagtail 3, text or jsonb by use_json_field until Wagtail 5.
            "StreamField" => field["use_json_field"]?.AsCondition == true || field["block_lookup"] is not null
                ? new(["jsonb"])
                : new(["jsonb", "text"]),
            _ => Unknown($"{field.Class.Path} says its type only where it runs"),
        };
    }

    private FieldState? Inner(FieldState field, string argument) =>
        field[argument] is { } value ? FieldState.Of(value, files, _ => { }) : null;

    private static ColumnType OfText(int? length, FieldState field)
    {
        if (field["max_length"] is { } given)
            return NumberOf(given) is { } number ? new([$"{Varchar}({number})"])
                : given.IsNone ? new([Varchar])
                : new([Varchar]) { IsOfAnyLength = true };
        // Django's CharField without max_length has no limit; a class of one's own may have one.
        return length is { } usual ? new([$"{Varchar}({usual})"])
            : new([Varchar]) { IsOfAnyLength = !field.Class.Path.StartsWith("django.", StringComparison.Ordinal) };
    }

    private static ColumnType OfDecimal(FieldState field) =>
        (field["max_digits"], field["decimal_places"]) switch
        {
            ({ } digits, { } places) when NumberOf(digits) is { } d && NumberOf(places) is { } p =>
                new([$"numeric({d},{p})"]),
            (null or { IsNone: true }, null or { IsNone: true })
                when field.Class.Path.StartsWith("django.", StringComparison.Ordinal) => new(["numeric"]),
            _ => new(["numeric"]) { IsOfAnyLength = true },
        };

    private static ColumnType OfArray(ColumnType item) => new([.. item.Types.Select(OfItems).Distinct()], item.Why);

    // PostgreSQL has no arrays of arrays: one of any depth.
    private static string OfItems(string type) => type.EndsWith("[]", StringComparison.Ordinal) ? type : $"{type}[]";

    private static ColumnType OfGeometry(string name, FieldState field)
    {
        string srid = field["srid"] is { } given ? NumberOf(given) ?? "" : "4326";
        string kind = field["geography"]?.AsCondition == true ? "geography" : "geometry";
        string z = field["dim"] is { } dimensions && NumberOf(dimensions) == "3" ? "Z" : "";
        return srid.Length == 0 ? new([kind]) { IsOfAnyLength = true } : new([$"{kind}({name}{z},{srid})"]);
    }

    private static string? NumberOf(PythonValue value) =>
        value is LiteralValue { Value: BigInteger number } ? number.ToString(CultureInfo.InvariantCulture) : null;
}
