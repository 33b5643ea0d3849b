using System.Numerics;
using DataOps.Core.Python.Evaluation;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Django.Migrations;

/// <summary>What a field is to the database.</summary>
internal enum FieldKind
{
    /// <summary>A column that holds a value.</summary>
    Value,

    /// <summary>A key that the database makes.</summary>
    Auto,

    /// <summary>A reference.</summary>
    ForeignKey,

    /// <summary>A reference of one row at the most.</summary>
    OneToOne,

    /// <summary>A table of its own between two others.</summary>
    ManyToMany,

    /// <summary>The path of a file.</summary>
    File,

    /// <summary>Wagtail's StreamField.</summary>
    StreamField,

    /// <summary>Wagtail's rich text.</summary>
    RichText,

    /// <summary>No column.</summary>
    None,

    /// <summary>Nobody knows: a class of which there is no text.</summary>
    Unknown,
}

/// <summary>A class of fields.</summary>
/// <param name="Path">Its path, as deconstruct() gives it.</param>
/// <param name="Kind">What it is to the database.</param>
/// <param name="Own">The known class that it is, or derives from; null for one of which nothing is known.</param>
internal sealed record FieldClass(string Path, FieldKind Kind, string? Own);

/// <summary>
/// The classes of fields of Django and of packages beside it: what they are, their parameters, and what deconstruct()
/// leaves out.
/// </summary>
internal static class FieldClasses
{
    private const string Models = "django.db.models.";
    private const string Postgres = "django.contrib.postgres.fields.";

    private static readonly string[] s_common =
    [
        "verbose_name", "name", "primary_key", "max_length", "unique", "blank", "null", "db_index", "rel", "default",
        "editable", "serialize", "unique_for_date", "unique_for_month", "unique_for_year", "choices", "help_text",
        "db_column", "db_tablespace", "auto_created", "validators", "error_messages", "db_comment", "db_default",
    ];

    private static readonly string[] s_plain =
    [
        "BigIntegerField", "BinaryField", "BooleanField", "CharField", "CommaSeparatedIntegerField", "DateField",
        "DateTimeField", "DecimalField", "DurationField", "EmailField", "FilePathField", "FloatField",
        "GenericIPAddressField", "IPAddressField", "IntegerField", "JSONField", "NullBooleanField",
        "PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField", "SlugField",
        "SmallIntegerField", "TextField", "TimeField", "URLField", "UUIDField", "GeneratedField",
    ];

    private static readonly string[] s_postgres =
    [
        "ArrayField", "JSONField", "hstore.HStoreField", "citext.CICharField", "citext.CIEmailField",
        "citext.CITextField", "ranges.RangeField", "ranges.IntegerRangeField", "ranges.BigIntegerRangeField",
        "ranges.DecimalRangeField", "ranges.FloatRangeField", "ranges.DateTimeRangeField", "ranges.DateRangeField",
    ];

    private static readonly string[] s_geometry =
    [
        "GeometryField", "PointField", "LineStringField", "PolygonField", "MultiPointField", "MultiLineStringField",
        "MultiPolygonField", "GeometryCollectionField", "RasterField",
    ];

    private static readonly Dictionary<string, FieldClass> s_classes = Known().ToDictionary(c => c.Path);

    private static IEnumerable<FieldClass> Known()
    {
        foreach (string name in s_plain)
            yield return new(Models + name, FieldKind.Value, name);
        foreach (string name in s_postgres)
            yield return new(Postgres + name, FieldKind.Value, name[(name.LastIndexOf('.') + 1)..]);
        foreach (string name in s_geometry)
            yield return new($"django.contrib.gis.db.models.{name}", FieldKind.Value, name);
        yield return new("django.contrib.postgres.search.SearchVectorField", FieldKind.Value, "SearchVectorField");
        foreach (string name in (string[])["AutoField", "BigAutoField", "SmallAutoField"])
            yield return new(Models + name, FieldKind.Auto, name);
        yield return new($"{Models}ForeignKey", FieldKind.ForeignKey, "ForeignKey");
        yield return new($"{Models}OneToOneField", FieldKind.OneToOne, "OneToOneField");
        yield return new($"{Models}ManyToManyField", FieldKind.ManyToMany, "ManyToManyField");
        yield return new($"{Models}FileField", FieldKind.File, "FileField");
        yield return new($"{Models}ImageField", FieldKind.File, "ImageField");
        // What derives from these alone has a column of its own type.
        yield return new($"{Models}Field", FieldKind.Value, "Field");
        yield return new($"{Models}CompositePrimaryKey", FieldKind.None, "CompositePrimaryKey");
        yield return new($"{Models}OrderWrt", FieldKind.Value, "IntegerField");
        yield return new("django.contrib.contenttypes.fields.GenericForeignKey", FieldKind.None, "GenericForeignKey");
        yield return new("django.contrib.contenttypes.fields.GenericRelation", FieldKind.None, "GenericRelation");
        yield return new("mptt.fields.TreeForeignKey", FieldKind.ForeignKey, "ForeignKey");
        yield return new("mptt.fields.TreeOneToOneField", FieldKind.OneToOne, "OneToOneField");
        yield return new("mptt.fields.TreeManyToManyField", FieldKind.ManyToMany, "ManyToManyField");
        yield return new("modelcluster.fields.ParentalKey", FieldKind.ForeignKey, "ForeignKey");
        yield return new("modelcluster.fields.ParentalManyToManyField", FieldKind.ManyToMany, "ManyToManyField");
        yield return new("taggit.managers.TaggableManager", FieldKind.None, "TaggableManager");
        yield return new("modelcluster.contrib.taggit.ClusterTaggableManager", FieldKind.None, "TaggableManager");
        foreach (string module in (string[])["wagtail.fields", "wagtail.core.fields", "wagtail.wagtailcore.fields"])
        {
            yield return new($"{module}.StreamField", FieldKind.StreamField, "StreamField");
            yield return new($"{module}.RichTextField", FieldKind.RichText, "TextField");
        }
    }

    /// <summary>The class that a path means, by what it derives from where the files tell.</summary>
    public static FieldClass Of(string path, PythonFiles files)
    {
        string written = Canonical(path);
        if (s_classes.TryGetValue(written, out FieldClass? known))
            return known;
        FieldClass unknown = new(written, FieldKind.Unknown, null);
        string at = written;
        for (int depth = 0; depth < 12; depth++)
        {
            if (files.Follow(at) is not NamedValue { Path: var own })
                return unknown;
            own = Canonical(own);
            if (s_classes.TryGetValue(own, out known))
                return known with { Path = own == at && depth == 0 ? own : written };
            if (BasesOf(own, files) is not [var first, ..] bases)
                return unknown;
            at = bases.Select(Canonical).FirstOrDefault(b => Leads(b, files, depth)) ?? Canonical(first);
        }
        return unknown;
    }

    // Of several bases the one that is a field: mixins stand beside it.
    private static bool Leads(string path, PythonFiles files, int depth) =>
        s_classes.ContainsKey(path)
            || (files.Follow(path) is NamedValue { Path: var own }
                && (s_classes.ContainsKey(Canonical(own))
                    || (depth < 6 && BasesOf(own, files)?.Any(b => Leads(Canonical(b), files, depth + 1)) == true)));

    /// <summary>The paths of what a class derives from; null where no file tells.</summary>
    public static IReadOnlyList<string>? BasesOf(string path, PythonFiles files) =>
        path.LastIndexOf('.') is > 0 and var dot && files.Module(path[..dot]) is { } module
            && module.Find(path[(dot + 1)..]) is ClassBinding { Class: var @class }
            ? [.. @class.Bases.Select(b => new Evaluator(module).Evaluate(b)).OfType<NamedValue>().Select(b => b.Path)]
            : null;

    /// <summary>The path by which deconstruct() names a class that it is imported by in several ways.</summary>
    public static string Canonical(string path)
    {
        string name = path[(path.LastIndexOf('.') + 1)..];
        return path.StartsWith("django.db.models.fields.", StringComparison.Ordinal) ? Models + name
            : path.StartsWith("django.contrib.gis.db.models.", StringComparison.Ordinal)
                ? s_geometry.Contains(name) ? $"django.contrib.gis.db.models.{name}" : Models + name
            : path.StartsWith(Postgres, StringComparison.Ordinal)
                ? Postgres + (s_postgres.FirstOrDefault(p => p.EndsWith($".{name}", StringComparison.Ordinal)) ?? name)
            : path;
    }

    /// <summary>The arguments of a field by their names; null where they do not fit the class.</summary>
    public static Dictionary<string, PythonValue>? Bind(FieldClass @class, CallValue call)
    {
        Dictionary<string, PythonValue> bound = [];
        string[] names = Parameters(@class.Own);
        if (call.Arguments.Count > names.Length)
            return null;
        foreach ((string name, PythonValue value) in names.Zip(call.Arguments))
            bound[name] = value;
        foreach ((string name, PythonValue value) in call.Keywords)
            if (!bound.TryAdd(name, value))
                return null;
        return bound;
    }

    private static string[] Parameters(string? own) => own switch
    {
        null or "TaggableManager" or "GenericRelation" or "CompositePrimaryKey" => [],
        "DateField" or "DateTimeField" or "TimeField" => ["verbose_name", "name", "auto_now", "auto_now_add"],
        "DecimalField" => ["verbose_name", "name", "max_digits", "decimal_places"],
        "FileField" => ["verbose_name", "name", "upload_to", "storage"],
        "ImageField" => ["verbose_name", "name", "width_field", "height_field"],
        "FilePathField" =>
            ["verbose_name", "name", "path", "match", "recursive", "allow_files", "allow_folders"],
        "GenericIPAddressField" => ["verbose_name", "name", "protocol", "unpack_ipv4"],
        "URLField" => ["verbose_name", "name"],
        "UUIDField" => ["verbose_name"],
        "JSONField" => ["verbose_name", "name", "encoder", "decoder"],
        "ArrayField" => ["base_field", "size"],
        "StreamField" => ["block_types"],
        "GenericForeignKey" => ["ct_field", "fk_field", "for_concrete_model"],
        "ForeignKey" =>
        [
            "to", "on_delete", "related_name", "related_query_name", "limit_choices_to", "parent_link", "to_field",
            "db_constraint",
        ],
        "OneToOneField" => ["to", "on_delete", "to_field"],
        "ManyToManyField" =>
        [
            "to", "related_name", "related_query_name", "limit_choices_to", "symmetrical", "through",
            "through_fields", "db_constraint", "db_table", "swappable",
        ],
        _ when s_geometry.Contains(own) => ["verbose_name", "srid", "spatial_index"],
        _ => s_common,
    };

    /// <summary>Leaves out what deconstruct() leaves out: arguments that are the class's own defaults.</summary>
    public static Dictionary<string, PythonValue> Deconstruct(FieldClass @class, Dictionary<string, PythonValue> bound)
    {
        Dictionary<string, PythonValue> kept = bound
            .Where(a => a.Key is not ("name" or "rel" or "to_fields" or "from_fields")
                && !IsDefault(@class.Own, a.Key, a.Value))
            .ToDictionary(a => a.Key, a => a.Value);
        switch (@class.Own)
        {
            case "AutoField" or "BigAutoField" or "SmallAutoField":
                kept.Remove("blank");
                kept["primary_key"] = new LiteralValue(true);
                break;
            case "ArrayField":
                kept.TryAdd("size", PythonValue.None);
                break;
            case "EmailField":
                kept.TryAdd("max_length", new LiteralValue(new BigInteger(254)));
                break;
            case "FileField" or "ImageField":
                kept.TryAdd("upload_to", new LiteralValue(""));
                break;
            case "NullBooleanField":
                kept.Remove("null");
                kept.Remove("blank");
                break;
            case "UUIDField" or "IPAddressField":
                kept.Remove("max_length");
                break;
            case "OneToOneField":
                kept.Remove("unique");
                break;
            case "DateField" or "DateTimeField" or "TimeField"
                when kept.ContainsKey("auto_now") || kept.ContainsKey("auto_now_add"):
                kept.Remove("editable");
                kept.Remove("blank");
                break;
        }
        if (kept.TryGetValue("choices", out PythonValue? choices) && choices is SequenceValue c)
            kept["choices"] = c with { Kind = SequenceKind.List };
        return kept;
    }

    private static bool IsDefault(string? own, string name, PythonValue value)
    {
        object? literal = value is LiteralValue l ? l.Value : value;
        return (name, own) switch
        {
            ("db_index", "ForeignKey" or "OneToOneField" or "SlugField") => literal is true,
            ("editable", "BinaryField") => literal is false,
            ("max_length", "FileField" or "ImageField" or "FilePathField") => IsNumber(literal, 100),
            ("max_length", "SlugField") => IsNumber(literal, 50),
            ("max_length", "URLField") => IsNumber(literal, 200),
            ("max_length", "GenericIPAddressField") => IsNumber(literal, 39),
            ("max_length", "EmailField") => false,
            ("protocol", _) => literal is "both",
            ("path", "FilePathField") => literal is "",
            ("allow_files", _) => literal is true,
            ("recursive" or "allow_folders" or "unpack_ipv4" or "allow_unicode" or "auto_now" or "auto_now_add", _) =>
                literal is false,
            ("width_field" or "height_field", _) => value.AsCondition == false,
            ("verbose_name" or "max_length" or "unique_for_date" or "unique_for_month" or "unique_for_year"
                or "choices" or "db_column" or "error_messages" or "db_comment" or "related_name" or "match"
                or "related_query_name" or "to_field" or "encoder" or "decoder" or "db_collation" or "through"
                or "through_fields" or "db_table", _) when own is not null =>
                literal is null || (name is "error_messages" && value.AsCondition == false),
            ("primary_key" or "unique" or "blank" or "null" or "db_index" or "auto_created" or "parent_link", _)
                when own is not null => literal is false,
            ("editable" or "serialize" or "db_constraint" or "swappable", _) when own is not null => literal is true,
            ("help_text", _) when own is not null => literal is "",
            ("db_tablespace", _) when own is not null => literal is "" or null,
            ("validators" or "limit_choices_to", _) when own is not null => value.AsCondition == false,
            ("default" or "db_default", _) =>
                value is NamedValue { Path: "django.db.models.NOT_PROVIDED" or "django.db.models.fields.NOT_PROVIDED" },
            _ => false,
        };
    }

    private static bool IsNumber(object? literal, int number) => literal is BigInteger i && i == number;
}
