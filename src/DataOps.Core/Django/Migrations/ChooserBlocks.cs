using System.Numerics;
using DataOps.Core.Python.Evaluation;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Django.Migrations;

/// <summary>A block of a StreamField that holds the primary key of a row, or one that may.</summary>
/// <param name="Path">The names of the blocks that lead to it, as Wagtail joins them: <c>gallery.item.image</c>, where
/// item is what a ListBlock holds and cell what a TypedTableBlock does.</param>
/// <param name="Model">The model of the row; null where it is not known.</param>
/// <param name="Why">Why it is not known, as a sentence without a full stop; null where it is.</param>
internal sealed record ChooserBlock(string Path, ModelLabel? Model, string? Why)
{
    /// <summary>The same block below another one.</summary>
    public ChooserBlock Below(string name) => this with { Path = Path.Length == 0 ? name : $"{name}.{Path}" };
}

/// <summary>
/// Finds the chooser blocks of a StreamField in its definition: nested calls, or, since Wagtail 6.2, numbers of a
/// block_lookup. A block of which nothing tells what it holds is one whose model is not known.
/// </summary>
/// <param name="field">The StreamField.</param>
/// <param name="files">The files, in which classes of the project's own are.</param>
/// <param name="modelOf">The model that a value names; null where it names none.</param>
/// <param name="settings">The models that settings name, as WAGTAILIMAGES_IMAGE_MODEL.</param>
internal sealed class ChooserBlocks(
    FieldState field, PythonFiles files, Func<PythonValue, ModelLabel?> modelOf,
    IReadOnlyDictionary<string, ModelLabel> settings)
{
    private const string Item = "item";
    private const int MaxDepth = 40;
    private const int MaxBlocks = 10_000;

    private readonly Dictionary<BigInteger, PythonValue> _definitions = (field["block_lookup"] as MappingValue)?.Items
        .Where(i => i.Key is LiteralValue { Value: BigInteger })
        .DistinctBy(i => (BigInteger)((LiteralValue)i.Key).Value!)
        .ToDictionary(i => (BigInteger)((LiteralValue)i.Key).Value!, i => i.Value) ?? [];

    private readonly Dictionary<BigInteger, IReadOnlyList<ChooserBlock>> _known = [];
    private int _depth;

    /// <summary>All of them, those of which the model is not known among them.</summary>
    public IReadOnlyList<ChooserBlock> Find() => field["block_types"] switch
    {
        null => [],
        SequenceValue types => InChildren(types, isStream: true),
        var block => In(block),
    };

    private static ChooserBlock[] NotKnown(string why) => [new("", null, why)];

    private IReadOnlyList<ChooserBlock> InChildren(PythonValue? children, bool isStream)
    {
        if (children is null)
            return [];
        if (children.AsItems is not { } items)
            return NotKnown("its blocks are not a list that the file says");
        List<ChooserBlock> found = [];
        foreach (PythonValue child in items)
        {
            if (child.AsItems is not [{ Text: { } name }, var block])
                found.AddRange(NotKnown("one of its blocks is not known"));
            // By a path alone nobody tells it from what a list holds.
            else if (name.Contains('.') || (isStream && name == Item))
                found.AddRange(In(block).Take(1).Select(_ => new ChooserBlock(name, null, "no path can name it")));
            else
                found.AddRange(In(block).Select(b => b.Below(name)));
            if (found.Count > MaxBlocks)
                return NotKnown($"it holds more than {MaxBlocks} chooser blocks");
        }
        return found;
    }

    private IReadOnlyList<ChooserBlock> In(PythonValue block)
    {
        if (++_depth > MaxDepth)
        {
            _depth--;
            return NotKnown("it is nested too deeply");
        }
        IReadOnlyList<ChooserBlock> found = block switch
        {
            LiteralValue { Value: BigInteger number } => InDefinition(number),
            CallValue { Path: { } path } call => Of(path, call.Arguments, call.Keywords),
            NamedValue @class => Of(@class.Path, [], []),
            UnknownValue unknown => NotKnown(unknown.Why),
            _ => NotKnown("it is no block"),
        };
        _depth--;
        return found;
    }

    private IReadOnlyList<ChooserBlock> InDefinition(BigInteger number)
    {
        if (_known.TryGetValue(number, out IReadOnlyList<ChooserBlock>? known))
            return known;
        if (_definitions.GetValueOrDefault(number)?.AsItems
            is not [{ Text: { } path }, SequenceValue arguments, MappingValue keywords])
            return NotKnown($"block_lookup does not define {number}");
        _known[number] = NotKnown("it contains itself");
        return _known[number] = Of(
            path, arguments.Items, [.. keywords.Items.Select(k => (k.Key.Text ?? "", k.Value))]);
    }

    private IReadOnlyList<ChooserBlock> Of(
        string path, IReadOnlyList<PythonValue> arguments, IReadOnlyList<(string Name, PythonValue Value)> keywords)
    {
        PythonValue? Argument(string name) => arguments.Count > 0
            ? arguments[0]
            : keywords.FirstOrDefault(k => k.Name == name).Value;
        if (BlockClass.Of(path, files) is not { } block)
            return NotKnown($"it is a {path}, of which no file of -MigrationPath tells");
        bool takesOwn = block.HasOwnArguments;
        switch (block.Kind)
        {
            case BlockKind.Value:
                return [];
            case BlockKind.Struct or BlockKind.Stream when !takesOwn && block.IsWagtails:
                return InChildren(Argument("local_blocks"), block.Kind == BlockKind.Stream);
            case BlockKind.List when !takesOwn && Argument("child_block") is { } child:
                return [.. In(child).Select(b => b.Below(Item))];
            case BlockKind.Image:
                // Its value is the bare key where it was an ImageChooserBlock before.
                ModelLabel image = ModelOf(block)!;
                return [new("", image, null), new("image", image, null)];
            case BlockKind.Table when !takesOwn && block.IsWagtails:
                return [.. InChildren(Argument("local_blocks"), isStream: false).Select(b => b.Below("cell"))];
            case BlockKind.Chooser:
                ModelLabel? model = block.Target is { } target ? modelOf(target)
                    : ModelOf(block) ?? (takesOwn || Argument("target_model") is not { } named ? null : modelOf(named));
                return [new("", model, model is null ? $"nothing says of which model {path} chooses" : null)];
            default:
                return NotKnown($"nothing says what blocks a {path} holds");
        }
    }

    private ModelLabel? ModelOf(BlockClass block) =>
        block.Setting is { } setting && settings.TryGetValue(setting, out ModelLabel? own) ? own : block.Model;
}

/// <summary>What a block holds.</summary>
internal enum BlockKind
{
    /// <summary>No row's key.</summary>
    Value,

    /// <summary>Blocks by their names.</summary>
    Struct,

    /// <summary>Any number of blocks, each with its name.</summary>
    Stream,

    /// <summary>Any number of one block.</summary>
    List,

    /// <summary>An image's key and a text.</summary>
    Image,

    /// <summary>Columns, each of a block.</summary>
    Table,

    /// <summary>A row's key.</summary>
    Chooser,
}

/// <summary>A class of blocks: one of Wagtail's, or what derives from it.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Model">The model that a chooser has by itself; null without.</param>
/// <param name="Setting">The setting that names another one; null without.</param>
internal sealed record BlockClass(BlockKind Kind, ModelLabel? Model = null, string? Setting = null)
{
    private const int MaxDepth = 8;

    private static readonly string[] s_core = ["wagtail.blocks", "wagtail.core.blocks", "wagtail.wagtailcore.blocks"];

    private static readonly Dictionary<string, BlockClass> s_classes = Known().ToDictionary();

    /// <summary>What target_model of the class is; null where it has none.</summary>
    public PythonValue? Target { get; private init; }

    /// <summary>Whether it has an __init__ of its own.</summary>
    public bool HasOwnArguments { get; private init; }

    /// <summary>Whether it is Wagtail's own.</summary>
    public bool IsWagtails { get; private init; } = true;

    /// <summary>The class of a path; null where neither Wagtail nor the files have it.</summary>
    public static BlockClass? Of(string path, PythonFiles files) => Of(path, files, 0);

    private static BlockClass? Of(string path, PythonFiles files, int depth)
    {
        // Some deconstruct under the module that defines them, as wagtail.core.blocks.static_block.StaticBlock.
        if (s_core.FirstOrDefault(c => path.StartsWith($"{c}.", StringComparison.Ordinal)) is { } core)
            path = $"{core}{path[path.LastIndexOf('.')..]}";
        if (s_classes.TryGetValue(path, out BlockClass? known))
            return known;
        if (depth > MaxDepth || files.Follow(path) is not NamedValue { Path: var own })
            return null;
        if (own != path)
            return Of(own, files, depth + 1);
        if (FieldClasses.BasesOf(own, files) is not { } bases
            || bases.Select(b => Of(b, files, depth + 1)).FirstOrDefault(b => b is not null) is not { } inherited)
            return null;
        int dot = own.LastIndexOf('.');
        ModuleScope module = files.Module(own[..dot])!;
        ClassStatement @class = ((ClassBinding)module.Find(own[(dot + 1)..])!).Class;
        return inherited with
        {
            IsWagtails = false,
            Target = TargetOf(@class, module) ?? inherited.Target,
            HasOwnArguments = inherited.HasOwnArguments
                || @class.Body.Any(s => s is FunctionStatement { Name: "__init__" }),
        };
    }

    // target_model = "shop.Lot", or a property that imports a class and returns it.
    private static PythonValue? TargetOf(ClassStatement @class, ModuleScope module)
    {
        if (@class.Find("target_model") is { } value)
            return new Evaluator(module).Evaluate(value);
        if (@class.Body.OfType<FunctionStatement>().FirstOrDefault(f => f.Name == "target_model")
            is not { Body: var body } function)
            return null;
        Dictionary<string, PythonValue> names = body.OfType<ImportFromStatement>()
            .SelectMany(from => from.Names.Select(n => (From: module.Absolute(from.Module, from.Level), Name: n)))
            .Where(i => i.From is not null).DistinctBy(i => i.Name.As ?? i.Name.Name)
            .ToDictionary(
                i => i.Name.As ?? i.Name.Name, i => (PythonValue)new NamedValue($"{i.From}.{i.Name.Name}"));
        return body is [.., ReturnStatement { Value: { } returned }]
            && body.SkipLast(1).All(s => s is ImportFromStatement or ExpressionStatement)
            ? new Evaluator(module).With(names).Evaluate(returned)
            : new UnknownValue(new(module.Source, function.At), "it is a function's result");
    }

    private static IEnumerable<KeyValuePair<string, BlockClass>> Known()
    {
        foreach (string core in s_core)
        {
            foreach (string name in (string[])
                [
                    "BlockQuoteBlock", "BooleanBlock", "CharBlock", "ChoiceBlock", "DateBlock", "DateTimeBlock",
                    "DecimalBlock", "EmailBlock", "FloatBlock", "IntegerBlock", "MultipleChoiceBlock", "RawHTMLBlock",
                    "RegexBlock", "RichTextBlock", "StaticBlock", "TextBlock", "TimeBlock", "URLBlock",
                ])
                yield return new($"{core}.{name}", new(BlockKind.Value));
            yield return new($"{core}.StructBlock", new(BlockKind.Struct));
            yield return new($"{core}.StreamBlock", new(BlockKind.Stream));
            yield return new($"{core}.ListBlock", new(BlockKind.List));
            yield return new($"{core}.ChooserBlock", new(BlockKind.Chooser));
            yield return new(
                $"{core}.PageChooserBlock", new(BlockKind.Chooser, WagtailTables.Page, "WAGTAILCORE_PAGE_MODEL"));
        }
        foreach (string images in (string[])["wagtail.images.blocks", "wagtail.wagtailimages.blocks"])
        {
            BlockClass image = new(BlockKind.Chooser, WagtailTables.Image, "WAGTAILIMAGES_IMAGE_MODEL");
            yield return new($"{images}.ImageChooserBlock", image);
            yield return new($"{images}.ImageBlock", image with { Kind = BlockKind.Image });
        }
        foreach (string documents in (string[])["wagtail.documents.blocks", "wagtail.wagtaildocs.blocks"])
            yield return new(
                $"{documents}.DocumentChooserBlock",
                new(BlockKind.Chooser, WagtailTables.Document, "WAGTAILDOCS_DOCUMENT_MODEL"));
        foreach (string snippets in (string[])["wagtail.snippets.blocks", "wagtail.wagtailsnippets.blocks"])
            yield return new($"{snippets}.SnippetChooserBlock", new(BlockKind.Chooser));
        foreach (string embeds in (string[])["wagtail.embeds.blocks", "wagtail.wagtailembeds.blocks"])
            yield return new($"{embeds}.EmbedBlock", new(BlockKind.Value));
        yield return new("wagtail.contrib.table_block.blocks.TableBlock", new(BlockKind.Value));
        yield return new("wagtail.contrib.typed_table_block.blocks.TypedTableBlock", new(BlockKind.Table));
        foreach (string name in (string[])
            ["AbstractMediaChooserBlock", "AudioChooserBlock", "MediaChooserBlock", "VideoChooserBlock"])
            yield return new($"wagtailmedia.blocks.{name}", new(BlockKind.Chooser, WagtailTables.Media));
    }
}
