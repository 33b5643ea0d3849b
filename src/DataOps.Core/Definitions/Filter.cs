namespace DataOps.Core.Definitions;

/// <summary>Which rows of a model, in the words of Django's look-ups.</summary>
internal abstract record Filter
{
    /// <summary>All rows.</summary>
    public static readonly Filter Everything = new AllOf([]);

    private Filter()
    {
    }

    /// <summary>Whether it lets all rows through.</summary>
    public bool IsEverything => this is AllOf { Items.Count: 0 };

    /// <summary>Whether a condition in SQL is in it, of which only the server can say that it is right.</summary>
    public bool HasSql => this switch
    {
        Several several => several.Items.Any(i => i.HasSql),
        Not not => not.Item.HasSql,
        _ => this is SqlCondition,
    };

    /// <summary>The same filter on the rows that a field of another model refers to.</summary>
    public abstract Filter Under(string field);

    /// <summary>The filter with each value replaced: parameters by their arguments.</summary>
    public abstract Filter Bind(Func<PlacedJson, PlacedJson> value);

    /// <summary>Filters that are combined.</summary>
    public abstract record Several(IReadOnlyList<Filter> Items) : Filter
    {
        /// <inheritdoc/>
        public sealed override Filter Under(string field) =>
            this with { Items = [.. Items.Select(i => i.Under(field))] };

        /// <inheritdoc/>
        public sealed override Filter Bind(Func<PlacedJson, PlacedJson> value) =>
            this with { Items = [.. Items.Select(i => i.Bind(value))] };
    }

    /// <summary>
    /// Each of these lets the row through, and each by itself: of a many-to-many list each can mean another row.
    /// </summary>
    public sealed record AllOf(IReadOnlyList<Filter> Items) : Several(Items);

    /// <summary>One of these lets the row through.</summary>
    public sealed record AnyOf(IReadOnlyList<Filter> Items) : Several(Items);

    /// <summary>
    /// All rows but those: where a value is NULL, the row is let through, as Django's exclude() does.
    /// </summary>
    public sealed record Not(Filter Item) : Filter
    {
        /// <inheritdoc/>
        public override Filter Under(string field) => new Not(Item.Under(field));

        /// <inheritdoc/>
        public override Filter Bind(Func<PlacedJson, PlacedJson> value) => new Not(Item.Bind(value));
    }

    /// <summary>
    /// The look-ups of one object, all of which hold; those that lead through the same many-to-many list mean the same
    /// row of it.
    /// </summary>
    public sealed record Lookups(IReadOnlyList<Lookup> Items) : Filter
    {
        /// <inheritdoc/>
        public override Filter Under(string field) =>
            new Lookups([.. Items.Select(l => l with { Path = $"{field}__{l.Path}" })]);

        /// <inheritdoc/>
        public override Filter Bind(Func<PlacedJson, PlacedJson> value) =>
            new Lookups([.. Items.Select(l => l with { Value = value(l.Value) })]);
    }

    /// <summary>A condition in SQL with named values, on the row itself or on the one that a path leads to.</summary>
    /// <param name="Path">The fields that lead there, joined by double underscores; empty for the row itself.</param>
    /// <param name="Text">The condition, with :name for each value.</param>
    /// <param name="Values">The values by their names.</param>
    /// <param name="Place">Where the text stands.</param>
    public sealed record SqlCondition(
        string Path, string Text, IReadOnlyDictionary<string, PlacedJson> Values, JsonPlace Place) : Filter
    {
        /// <inheritdoc/>
        public override Filter Under(string field) =>
            this with { Path = Path.Length == 0 ? field : $"{field}__{Path}" };

        /// <inheritdoc/>
        public override Filter Bind(Func<PlacedJson, PlacedJson> value) =>
            this with { Values = Values.ToDictionary(v => v.Key, v => value(v.Value)) };
    }
}

/// <summary>One look-up.</summary>
/// <param name="Path">Fields and the look-up, joined by double underscores, as <c>question__created__gte</c>.</param>
/// <param name="Value">What it is compared with.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record Lookup(string Path, PlacedJson Value, JsonPlace Place);
