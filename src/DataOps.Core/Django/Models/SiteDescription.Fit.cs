namespace DataOps.Core.Django.Models;

/// <summary>What a description says and the database contradicts.</summary>
/// <param name="Member">The member, as <c>columns</c>.</param>
/// <param name="Key">The model, the field or the reference.</param>
/// <param name="Table">The table that it is about; null where there is none.</param>
/// <param name="What">What is not as it says, as a sentence without a full stop.</param>
internal sealed record SiteContradiction(string Member, string Key, Table? Table, string What)
{
    /// <summary>Whether it is right all the same, and of no use: nothing is done wrong for it.</summary>
    public bool IsUnused { get; init; }

    /// <summary>The member, and what it is said of.</summary>
    public string Subject => Key.Length == 0 ? Member : $"{Key} ({Member})";
}

internal sealed partial record SiteDescription
{
    /// <summary>What of the description the database does not contradict, and what it does.</summary>
    /// <param name="database">The tables.</param>
    /// <param name="apps">The apps with content types. What is said of others may be of apps that are not installed.
    /// </param>
    public (SiteDescription Fitting, IReadOnlyList<SiteContradiction> Contradictions) Fit(
        DatabaseCatalog database, IReadOnlySet<string> apps)
    {
        List<SiteContradiction> found = [];
        Dictionary<ModelLabel, string> tables = Kept("tables", Tables, t => t.Key,
            t => TableNamed(database, t.Value) is null && IsExpected(t.Key)
                ? (null, $"there is no table {t.Value} of {t.Key}")
                : null).Where(t => TableNamed(database, t.Value) is not null).ToDictionary();
        Table? TableOf(ModelLabel model) => tables.TryGetValue(model, out string? name)
            ? TableNamed(database, name)
            : ModelTables.Find(database, model);
        ILookup<(ModelLabel, string), string> columns = Columns.ToLookup(c => (c.Model, c.Field), c => c.Column);

        // A field's column is named after it, or in the description.
        (Table?, string)? Lacking(ModelLabel model, string field) =>
            TableOf(model) is { } table
                && !columns[(model, field)].Append(field).Append($"{field}_id").Any(c => table.Find(c) is not null)
                ? (table, $"{table} has no column of a field {field}")
                : null;
        Dictionary<(ModelLabel Model, string Field), T> OfFields<T>(
            string member, IReadOnlyDictionary<(ModelLabel Model, string Field), T> said) =>
            Kept(member, said, p => Name(p.Key), p => Lacking(p.Key.Model, p.Key.Field)).ToDictionary();
        (ModelLabel, string)[] Fields(
            string member, IReadOnlyList<(ModelLabel Model, string Field)> said) =>
            [.. Kept(member, said, Name, f => Lacking(f.Model, f.Field))];

        SiteDescription fitting = this with
        {
            Tables = tables,
            Columns = [.. Kept("columns", Columns, c => Name((c.Model, c.Field)), c =>
                TableOf(c.Model) is not { } table
                    ? IsExpected(c.Model) ? (null, $"{c.Model} has no table") : null
                    : table.Find(c.Column) is null ? (table, $"{table} has no column {c.Column}") : null)],
            ManyToMany = Kept("manyToMany", ManyToMany, p => Name(p.Key), p =>
                TableNamed(database, p.Value) is null && IsExpected(p.Key.Model)
                    ? (null, $"there is no table {p.Value}")
                    : null).ToDictionary(),
            NaturalKeys = Kept("naturalKeys", NaturalKeys, k => k.Key, k =>
                k.Value.Select(f => Lacking(k.Key, f)).FirstOrDefault(l => l is not null)).ToDictionary(),
            SoftReferences = [.. Kept("softReferences", SoftReferences, r => r,
                r => SoftReference.WhyNot(database, r) is { } why ? (null, why) : null)],
            GenericReferences = [.. Kept("genericReferences", GenericReferences, r => r,
                r => GenericReference.WhyNot(database, r) is { } why ? (null, why) : null)],
            OnDeletes = OfFields("onDelete", OnDeletes),
            Defaults = OfFields("defaults", Defaults),
            CallableDefaults = OfFields("callableDefaults", CallableDefaults),
            FileFields = OfFields("fileFields", FileFields),
            Storages = OfFields("storages", Storages),
            ParentLinks = Fields("parentLinks", ParentLinks),
            StreamFields = Fields("streamFields", StreamFields),
            ChooserBlocks = [.. Kept("chooserBlocks", ChooserBlocks, c => c.ToString(), c =>
                Lacking(c.Model, c.Field) ?? (TableOf(c.Target) is null && IsExpected(c.Target)
                    ? (null, $"there is no table of {c.Target}")
                    : null)).Where(IsSearched)],
            RichTextFields = Fields("richTextFields", RichTextFields),
        };
        if (UserModel is { } user
            && (TableOf(user) is null || (UserNameField is { } name && Lacking(user, name) is not null)))
        {
            found.Add(TableOf(user) is { } table
                ? new("userNameField", "", table, $"{table} has no column of a field {UserNameField}")
                : new("userModel", "", null, $"{user} has no table"));
            fitting = fitting with { UserModel = TableOf(user) is null ? null : user, UserNameField = null };
        }
        if (TimeZone is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            found.Add(new("timeZone", "", null, $"there is no time zone {zone}"));
            fitting = fitting with { TimeZone = null };
        }
        return (fitting, found);

        // A text, as before Wagtail 3, may hold what is no JSON.
        bool IsSearched(DescribedChooser chooser)
        {
            if (TableOf(chooser.Model) is not { } table
                || columns[(chooser.Model, chooser.Field)].Append(chooser.Field).Select(table.Find)
                    .FirstOrDefault(c => c is not null) is not { } column
                || column.Type.Underlying.Name is "jsonb" or "json")
                return true;
            found.Add(new(
                "chooserBlocks", $"{chooser}", table,
                $"{table.DisplayName}.{column.Name} is {column.TypeText} and not JSON, and is not searched")
            {
                IsUnused = true,
            });
            return false;
        }

        // Of an app of which the description alone knows nothing is expected.
        bool IsExpected(ModelLabel model) => apps.Contains(model.App) || !Apps.Contains(model.App);

        T[] Kept<T>(
            string member, IEnumerable<T> said, Func<T, string> key, Func<T, (Table? Table, string What)?> lacking) =>
        [
            .. said.Where(s =>
            {
                if (lacking(s) is not var (table, what))
                    return true;
                found.Add(new(member, key(s), table, what));
                return false;
            }),
        ];
    }

    private static string Name((ModelLabel Model, string Field) field) => $"{field.Model}.{field.Field}";
}
