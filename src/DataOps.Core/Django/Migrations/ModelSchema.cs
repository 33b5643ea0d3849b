using DataOps.Core.Postgres.Schemas;
using DataOps.Core.Python.Evaluation;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Django.Migrations;

/// <summary>A part of a table that a model asks for.</summary>
/// <param name="Name">Its name: a column's, an index's, a constraint's; empty for the table.</param>
/// <param name="Place">Where the files say so; null where only the migration is known.</param>
internal sealed record ModelPart(string Name, SourcePlace? Place)
{
    /// <summary>Whether the files say the name: the others are Django's, and differ from version to version.</summary>
    public bool IsNamed { get; init; }

    /// <summary>Why its definition is not known; null where it is.</summary>
    public string? Opaque { get; init; }

    /// <summary>Whether some versions of Django do not make it, or nobody knows that the model has it.</summary>
    public bool IsOptional { get; init; }

    /// <summary>
    /// Whether the class of a column's field may set what no migration says: NULL, a key, an index.
    /// </summary>
    public bool IsLoose { get; init; }

    /// <summary>Whether a column refers to a model that is not known.</summary>
    public bool IsReferenceUnknown { get; init; }

    /// <summary>The type of a column.</summary>
    public ColumnType? Type { get; init; }

    /// <summary>What it is among the model's options, as <c>unique_together a,b</c>; null for a field's.</summary>
    public string? Option { get; init; }
}

/// <summary>A table that a model asks for, as Django would make it.</summary>
/// <param name="Name">Its name, as the schema has it.</param>
/// <param name="Model">The model.</param>
/// <param name="Table">The table.</param>
/// <param name="Parts">Its parts, by name.</param>
internal sealed record ModelTable(
    string Name, ModelState Model, SchemaTable Table, IReadOnlyDictionary<string, ModelPart> Parts);

/// <summary>
/// The tables, columns, constraints and indexes that Django makes of models on PostgreSQL, by the rules of its schema
/// editor.
/// </summary>
/// <param name="state">The models.</param>
/// <param name="files">The files.</param>
/// <param name="settings">The models that settings name, as AUTH_USER_MODEL.</param>
internal sealed class ModelSchema(
    ProjectState state, PythonFiles files, IReadOnlyDictionary<string, ModelLabel> settings)
{
    private const string Deferred = "initially deferred";

    private readonly ColumnTypes _types = new(state, files, settings);

    /// <summary>Whether a model has a table of its own that Django makes.</summary>
    public bool HasTable(ModelState model) => !model.Is("proxy")
        && model.Options.GetValueOrDefault("managed")?.AsCondition != false
        && (model.TextOf("swappable") is not { } setting || !settings.TryGetValue(setting, out ModelLabel? by)
            || by == model.Label);

    private bool IsSet(string setting) => settings.ContainsKey(setting);

    /// <summary>The tables of a model: its own, and those of its many-to-many fields.</summary>
    public IEnumerable<ModelTable> Of(ModelState model)
    {
        if (!HasTable(model))
            yield break;
        yield return new Builder(this, model).Build();
        foreach ((string name, FieldState field) in model.Fields)
            if (field.Kind == FieldKind.ManyToMany && field["through"] is null or { IsNone: true }
                && ManyToMany(model, name, field) is { } table)
                yield return table;
    }

    /// <summary>The columns of a list of fields; null where one of them is none.</summary>
    public static IReadOnlyList<string>? ColumnsOf(ModelState model, PythonValue fields)
    {
        List<string> columns = [];
        foreach (PythonValue item in fields.AsItems ?? [])
            if (item.Text is { } name && model.Find(name) is { } field && ColumnTypes.HasColumn(field))
                columns.Add(ColumnTypes.ColumnOf(name, field));
            else
                return null;
        return columns.Count > 0 ? columns : null;
    }

    /// <summary>The column and the model that a reference's foreign key leads to; null without one.</summary>
    public (string Table, string Column)? KeyOf(ModelState model, FieldState field)
    {
        if (field["db_constraint"]?.AsCondition == false
            || _types.TargetFieldOf(model, field) is not var (owner, name, key))
            return null;
        return (owner.Table, ColumnTypes.ColumnOf(name, key));
    }

    private static SchemaConstraint ForeignKey(
        string column, (string Table, string Column) to, string? onDelete = null) =>
        new()
        {
            Kind = SchemaConstraintKind.ForeignKey,
            Columns = [column],
            References = to.Table,
            ReferencedColumns = [to.Column],
            Deferrable = Deferred,
            OnDelete = onDelete,
        };

    private ModelTable? ManyToMany(ModelState model, string name, FieldState field)
    {
        string table = ModelState.ListTableOf(model.Table, name, field);
        if (_types.TargetOf(model, field) is not { } target)
            return null;
        string from = model.Label.Name;
        string to = target.Label.Name;
        (from, to) = from == to ? ($"from_{from}", $"to_{to}") : (from, to);
        (string fromColumn, string toColumn) = ($"{from}_id", $"{to}_id");
        FieldState Reference(ModelState of) => field with
        {
            Class = new("django.db.models.ForeignKey", FieldKind.ForeignKey, "ForeignKey"),
            Arguments = new Dictionary<string, PythonValue> { ["to"] = new LiteralValue(of.Label.ToString()) },
        };
        Dictionary<string, SchemaColumn> columns = new()
        {
            ["id"] = new() { Type = "bigint", NotNull = true, Identity = "by default" },
        };
        Dictionary<string, ModelPart> parts = new()
        {
            [""] = new("", field.Place),
            // DEFAULT_AUTO_FIELD is a setting.
            ["id"] = new("id", field.Place) { Type = new(["bigint", "integer"]) },
        };
        Dictionary<string, SchemaConstraint> constraints = new()
        {
            [$"{table}_pkey"] = new() { Kind = SchemaConstraintKind.PrimaryKey, Columns = ["id"] },
            [DjangoName.OfIndex(table, [fromColumn, toColumn], "_uniq")] =
                new() { Kind = SchemaConstraintKind.Unique, Columns = [fromColumn, toColumn] },
        };
        Dictionary<string, SchemaIndex> indexes = [];
        (string, ModelState)[] ends = [(fromColumn, model), (toColumn, target)];
        foreach ((string column, ModelState of) in ends)
        {
            FieldState reference = Reference(of);
            ColumnType type = _types.Of(model, reference);
            columns[column] = new() { Type = type.Types.Count > 0 ? type.Types[0] : "", NotNull = true };
            parts[column] = new(column, field.Place) { Type = type };
            string index = DjangoName.OfIndex(table, [column], "");
            indexes[index] = IndexOn([column]);
            parts[index] = new(index, field.Place);
            // The key of a text has an index for patterns, too.
            if (type.Types is [var of_, ..] && HasPatterns(of_))
                AddLike(indexes, parts, table, column, of_, field.Place, isOptional: true);
            if (field["db_constraint"]?.AsCondition != false && KeyOf(model, reference) is { } key)
                constraints[DjangoName.OfForeignKey(table, [column], Bare(key.Table), key.Column)] =
                    ForeignKey(column, key);
        }
        foreach (string constraint in constraints.Keys)
            parts[constraint] = new(constraint, field.Place);
        return new(table, model, new()
        {
            Schema = SchemaOf(table), Columns = columns, Constraints = constraints, Indexes = indexes,
        }, parts);
    }

    private static string? SchemaOf(string table) => table.Split('.', 2) is [var schema, _] ? schema : null;

    private static string Bare(string table) => table[(table.IndexOf('.') + 1)..];

    private static SchemaIndex IndexOn(IReadOnlyList<string> columns) =>
        new() { Keys = [.. columns.Select(SqlWords.Spelled)], Columns = columns };

    // PostgreSQL keeps 63 bytes of a name.
    private static string Cut(string name)
    {
        const int Longest = 63;
        while (System.Text.Encoding.UTF8.GetByteCount(name) > Longest)
            name = name[..^1];
        return name;
    }

    private static bool HasPatterns(string type) =>
        !type.Contains('[') && (type.StartsWith("character varying", StringComparison.Ordinal) || type == "text");

    private static void AddLike(
        Dictionary<string, SchemaIndex> indexes, Dictionary<string, ModelPart> parts, string table, string column,
        string type, SourcePlace? place, bool isOptional)
    {
        string name = DjangoName.OfIndex(table, [column], "_like");
        indexes[name] = new()
        {
            Keys = [$"{SqlWords.Spelled(column)} {(type == "text" ? "text_pattern_ops" : "varchar_pattern_ops")}"],
            Columns = [column],
        };
        parts[name] = new(name, place) { IsOptional = isOptional };
    }

    // One table in the making.
    private sealed class Builder(ModelSchema owner, ModelState model)
    {
        private readonly string _table = model.Table;
        private readonly Dictionary<string, SchemaColumn> _columns = [];
        private readonly Dictionary<string, SchemaConstraint> _constraints = [];
        private readonly Dictionary<string, SchemaIndex> _indexes = [];
        private readonly Dictionary<string, ModelPart> _parts = new()
        {
            // Another model may take its place: its setting is not known.
            [""] = new("", null) { IsOptional = model.TextOf("swappable") is { } s && !owner.IsSet(s) },
        };

        public ModelTable Build()
        {
            foreach ((string name, FieldState field) in model.Fields)
                if (ColumnTypes.HasColumn(field))
                    AddField(name, field);
            if (model.Options.GetValueOrDefault("order_with_respect_to") is { IsNone: false })
            {
                _columns["_order"] = new() { Type = "integer", NotNull = true };
                _parts["_order"] = new("_order", null)
                {
                    Type = new(["integer"]), Option = "order_with_respect_to",
                };
            }
            foreach (PythonValue together in Items("unique_together"))
                AddTogether(together, "unique_together", "_uniq");
            foreach (PythonValue together in Items("index_together"))
                AddTogether(together, "index_together", "_idx");
            foreach (PythonValue index in Items("indexes"))
                AddIndex(index);
            foreach (PythonValue constraint in Items("constraints"))
                AddConstraint(constraint);
            return new(_table, model, new()
            {
                Schema = SchemaOf(_table),
                Columns = _columns,
                Constraints = _constraints,
                Indexes = _indexes,
            }, _parts);
        }

        // unique_together may be one tuple of names.
        private IEnumerable<PythonValue> Items(string option)
        {
            IReadOnlyList<PythonValue> items = model.Options.GetValueOrDefault(option)?.AsItems ?? [];
            return items.Count > 0 && items.All(i => i.Text is not null)
                ? [new SequenceValue(SequenceKind.Tuple, items)]
                : items;
        }

        private void Constrain(string name, SchemaConstraint constraint, ModelPart part)
        {
            _constraints[name] = constraint;
            _parts[name] = part;
        }

        private void AddField(string name, FieldState field)
        {
            string column = ColumnTypes.ColumnOf(name, field);
            ColumnType type = owner._types.Of(model, field);
            string first = type.Types.Count > 0 ? type.Types[0] : "";
            bool isKey = field["primary_key"]?.AsCondition == true;
            bool isNull = field["null"]?.AsCondition == true || field.Class.Own == "NullBooleanField";
            _columns[column] = new()
            {
                Type = first,
                NotNull = isKey || !isNull,
                Identity = type.IsAuto ? "by default" : null,
                Collation = field["db_collation"]?.Text,
                Comment = field["db_comment"]?.Text,
            };
            _parts[column] = new(column, field.Place)
            {
                Type = type,
                IsOptional = field.Kind == FieldKind.Unknown,
                IsLoose = owner._types.IsLoose(field),
                IsReferenceUnknown = field.IsRelation && owner._types.TargetFieldOf(model, field) is null,
            };
            ModelPart Part(string of) => new(of, field.Place);
            bool isUnique = field["unique"]?.AsCondition == true || field.Kind == FieldKind.OneToOne;
            if (isKey)
                Constrain($"{Bare(_table)}_pkey",
                    new() { Kind = SchemaConstraintKind.PrimaryKey, Columns = [column] }, Part($"{_table}_pkey"));
            else if (isUnique)
            {
                string unique = DjangoName.OfIndex(Bare(_table), [column], "_uniq");
                Constrain(unique, new() { Kind = SchemaConstraintKind.Unique, Columns = [column] }, Part(unique));
            }
            bool isReference = field.Kind is FieldKind.ForeignKey or FieldKind.OneToOne;
            bool isIndexed = (field["db_index"]?.AsCondition
                ?? (isReference || field.Class.Own == "SlugField")) && !(isUnique || isKey);
            if (isIndexed)
            {
                string index = DjangoName.OfIndex(Bare(_table), [column], "");
                _indexes[index] = IndexOn([column]);
                _parts[index] = Part(index);
            }
            bool isSpatial = first.StartsWith("geometry", StringComparison.Ordinal)
                || first.StartsWith("geography", StringComparison.Ordinal);
            if ((isIndexed || isUnique || isKey) && first.Length > 0 && HasPatterns(first))
                AddLike(_indexes, _parts, Bare(_table), column, first, field.Place,
                    isOptional: field["db_collation"] is not null || type.IsOfAnyLength || type.Types.Count > 1);
            if (isSpatial && field["spatial_index"]?.AsCondition != false)
            {
                string index = DjangoName.OfIndex(Bare(_table), [column], "_id");
                _indexes[index] = IndexOn([column]) with { Method = "gist" };
                _parts[index] = Part(index) with { IsOptional = true };
            }
            if (isReference && owner.KeyOf(model, field) is { } key)
            {
                string foreign = DjangoName.OfForeignKey(Bare(_table), [column], Bare(key.Table), key.Column);
                Constrain(foreign, ForeignKey(column, key, ActionOf(field)), Part(foreign));
            }
            if (type.IsPositive)
            {
                string check = Cut($"{Bare(_table)}_{column}_check");
                Constrain(check, new()
                {
                    Kind = SchemaConstraintKind.Check,
                    Columns = [column],
                    Expression = $"({SqlWords.Spelled(column)} >= 0)",
                }, Part(check));
            }
        }

        private static string? ActionOf(FieldState field) => (field["on_delete"] as NamedValue)?.Name switch
        {
            "DB_CASCADE" => "CASCADE", "DB_SET_NULL" => "SET NULL", "DB_SET_DEFAULT" => "SET DEFAULT", _ => null,
        };

        private void AddTogether(PythonValue fields, string option, string suffix)
        {
            string said = $"{option} {string.Join(',', fields.AsItems?.Select(f => f.Text) ?? [])}";
            if (ColumnsOf(model, fields) is not { } columns)
                return;
            string name = DjangoName.OfIndex(Bare(_table), columns, suffix);
            if (option == "unique_together")
                _constraints[name] = new() { Kind = SchemaConstraintKind.Unique, Columns = columns };
            else
                _indexes[name] = IndexOn(columns);
            _parts[name] = new(name, null) { Option = said };
        }

        private (string Column, FieldState Field)? ColumnOf(string field)
        {
            (string name, FieldState found) = model.Fields.FirstOrDefault(f => ColumnTypes.HasColumn(f.Field)
                && (f.Name == field || ColumnTypes.ColumnOf(f.Name, f.Field) == field
                    || (field == "pk" && f.Field["primary_key"]?.AsCondition == true)));
            return found is null ? null : (ColumnTypes.ColumnOf(name, found), found);
        }

        private static PythonValue? Argument(CallValue call, string name) =>
            call.Keywords.FirstOrDefault(k => k.Name == name).Value is { IsNone: false } value ? value : null;

        private string? Where(CallValue call, string argument, ref string? why) =>
            Argument(call, argument) is not { } condition ? null
                : new ConditionSql(model, ColumnOf).Condition(condition, out why);

        private static string[] Texts(PythonValue? value) => [.. value?.AsItems?.Select(i => i.Text ?? "") ?? []];

        // The keys of an index, and the columns that they mention; null where one is not understood.
        private List<string>? Keys(CallValue call, ref string? why, List<string> columns)
        {
            string[] classes = Texts(Argument(call, "opclasses"));
            List<string> keys = [];
            ConditionSql sql = new(model, ColumnOf);
            foreach (string field in Texts(Argument(call, "fields")))
            {
                bool isDescending = field.StartsWith('-');
                if (ColumnOf(field.TrimStart('-')) is not var (column, _))
                {
                    why = $"{model.Label} has no field {field}";
                    return null;
                }
                columns.Add(column);
                keys.Add(SqlWords.Spelled(column) + (classes.Length > keys.Count ? $" {classes[keys.Count]}" : "")
                    + (isDescending ? " DESC" : ""));
            }
            foreach (PythonValue expression in call.Arguments)
            {
                if (sql.Expression(expression, out why) is not { } text)
                    return null;
                keys.Add(text.StartsWith('"') ? text : $"({text})");
                columns.AddRange(model.Fields.Where(f => ColumnTypes.HasColumn(f.Field))
                    .Select(f => ColumnTypes.ColumnOf(f.Name, f.Field))
                    .Where(c => text.Contains(SqlText.Identifier(c).ToString(), StringComparison.Ordinal)));
            }
            return keys;
        }

        private void AddIndex(PythonValue value)
        {
            if (value is not CallValue { Path: { } path } call || Argument(call, "name")?.Text is not { } given)
                return;
            string name = Cut(given);
            string @class = path[(path.LastIndexOf('.') + 1)..];
            string? why = null;
            List<string> columns = [];
            List<string>? keys = Keys(call, ref why, columns);
            string? where = Where(call, "condition", ref why);
            string? method = @class switch
            {
                "Index" or "BTreeIndex" => null,
                "GinIndex" => "gin",
                "GistIndex" => "gist",
                "BrinIndex" => "brin",
                "HashIndex" => "hash",
                "SpGistIndex" => "spgist",
                "BloomIndex" => "bloom",
                _ => "",
            };
            if (method == "")
                why = $"a {path}";
            _indexes[name] = new()
            {
                Method = method, Keys = keys ?? [], Where = where, Columns = columns,
                Include = Include(call),
            };
            _parts[name] = new(name, call.Source)
            {
                IsNamed = true, Opaque = why, Option = $"indexes {given}",
            };
        }

        private string[]? Include(CallValue call) => Texts(Argument(call, "include")) is { Length: > 0 } fields
            ? [.. fields.Select(f => ColumnOf(f)?.Column ?? f)]
            : null;

        private void AddConstraint(PythonValue value)
        {
            if (value is not CallValue { Path: { } path } call || Argument(call, "name")?.Text is not { } given)
                return;
            string name = Cut(given.Replace("%(app_label)s", model.App).Replace("%(class)s", model.Label.Name));
            string? why = null;
            switch (path[(path.LastIndexOf('.') + 1)..])
            {
                case "CheckConstraint":
                    string? check = Where(call, "check", ref why) ?? Where(call, "condition", ref why);
                    _constraints[name] = new()
                    {
                        Kind = SchemaConstraintKind.Check, Expression = check, Columns = Mentioned(check),
                    };
                    break;
                case "UniqueConstraint":
                    AddUnique(name, call, ref why);
                    break;
                case "ExclusionConstraint":
                    string? definition = Exclusion(call, ref why);
                    _constraints[name] = new()
                    {
                        Kind = SchemaConstraintKind.Exclusion, Definition = definition,
                        Columns = Mentioned(definition), Deferrable = DeferrableOf(call),
                    };
                    break;
                default:
                    why = $"a {path}";
                    _constraints[name] = new() { Kind = SchemaConstraintKind.Check };
                    break;
            }
            _parts[name] = new(name, call.Source)
            {
                IsNamed = true, Opaque = why, Option = $"constraints {given}",
            };
        }

        private string[] Mentioned(string? sql) => sql is null ? [] :
        [
            .. model.Fields.Where(f => ColumnTypes.HasColumn(f.Field))
                .Select(f => ColumnTypes.ColumnOf(f.Name, f.Field))
                .Where(c => sql.Contains(SqlText.Identifier(c).ToString(), StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

        private static string? DeferrableOf(CallValue call) => Argument(call, "deferrable") switch
        {
            null => null,
            NamedValue { Name: "IMMEDIATE" } => "initially immediate",
            _ => Deferred,
        };

        private void AddUnique(string name, CallValue call, ref string? why)
        {
            List<string> columns = [];
            List<string>? keys = Keys(call, ref why, columns);
            bool nullsClash = Argument(call, "nulls_distinct") is { AsCondition: false };
            bool isIndex = Argument(call, "condition") is not null || call.Arguments.Count > 0
                || Texts(Argument(call, "include")).Length > 0 || Texts(Argument(call, "opclasses")).Length > 0;
            if (isIndex)
            {
                string? where = Where(call, "condition", ref why);
                _indexes[name] = new()
                {
                    Unique = true, Keys = keys ?? [], Where = where, Columns = [.. columns, .. Mentioned(where)],
                    Include = Include(call), NullsNotDistinct = nullsClash,
                };
            }
            else
                _constraints[name] = new()
                {
                    Kind = SchemaConstraintKind.Unique, Columns = columns, Deferrable = DeferrableOf(call),
                    NullsNotDistinct = nullsClash,
                };
        }

        private string? Exclusion(CallValue call, ref string? why)
        {
            List<string> parts = [];
            ConditionSql sql = new(model, ColumnOf);
            foreach (PythonValue item in Argument(call, "expressions")?.AsItems ?? [])
            {
                if (item.AsItems is not [var expression, var sign] || OperatorOf(sign) is not { } @operator)
                {
                    why = "its expressions";
                    return null;
                }
                if (sql.Expression(expression, out why) is not { } text)
                    return null;
                parts.Add($"{(text.StartsWith('"') ? text : $"({text})")} WITH {@operator}");
            }
            if (Argument(call, "opclasses") is not null || Argument(call, "include") is not null)
            {
                why = "its operator classes";
                return null;
            }
            string method = Argument(call, "index_type")?.Text?.ToLowerInvariant() ?? "gist";
            string? where = Where(call, "condition", ref why);
            return why is not null ? null
                : $"EXCLUDE USING {method} ({string.Join(", ", parts)})" + (where is null ? "" : $" WHERE ({where})");
        }

        private static string? OperatorOf(PythonValue value) => value switch
        {
            LiteralValue { Value: string text } => text,
            NamedValue { Name: var name } => name switch
            {
                "EQUAL" => "=", "NOT_EQUAL" => "<>", "CONTAINS" => "@>", "CONTAINED_BY" => "<@", "OVERLAPS" => "&&",
                "FULLY_LT" => "<<", "FULLY_GT" => ">>", "NOT_LT" => "&>", "NOT_GT" => "&<",
                "ADJACENT_TO" => "-|-", _ => null,
            },
            _ => null,
        };
    }
}
