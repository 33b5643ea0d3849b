using DataOps.Core.Django.Migrations;
using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Tests.Django.Migrations;

/// <summary>Which blocks of a StreamField hold the key of a row, as its migration defines them.</summary>
public sealed class ChooserBlocksTests
{
    private const string Blocks = """
        from wagtail.blocks import CharBlock, ChooserBlock, ListBlock, StructBlock
        from wagtail.images.blocks import ImageChooserBlock

        class Thumbnail(Sized, ImageChooserBlock):
            def __init__(self): pass

        class Album(ListBlock):
            pass

        class Sorted(ListBlock):
            def __init__(self, key): pass

        class LotBlock(ChooserBlock):
            target_model = "shop.Lot"

        class PersonBlock(ChooserBlock):
            @property
            def target_model(self):
                from .models import Person
                return Person

        class AnyBlock(ChooserBlock):
            pass

        class Headline(CharBlock):
            pass

        class Card(StructBlock):
            photo = ImageChooserBlock()
        """;

    [Fact]
    public void Nested_calls_say_their_choosers_at_every_level() => Assert.Equal(
        [
            "gallery.item wagtailimages.image", "next wagtailcore.page", "rows.cell.map wagtaildocs.document",
            "story.card.lead wagtailcore.page", "story.card.lots.item shop.lot", "story.paper wagtaildocs.document",
            "teaser wagtailimages.image", "teaser.image wagtailimages.image",
        ],
        Found("""
            [('heading', wagtail.blocks.CharBlock()), ('line', wagtail.core.blocks.static_block.StaticBlock()),
             ('next', wagtail.blocks.PageChooserBlock(page_type=['tour.Stop'])),
             ('gallery', wagtail.core.blocks.ListBlock(wagtail.wagtailimages.blocks.ImageChooserBlock)),
             ('story', wagtail.blocks.StreamBlock([
                ('paper', wagtail.documents.blocks.DocumentChooserBlock(required=False)),
                ('card', wagtail.blocks.StructBlock([('lead', wagtail.blocks.PageChooserBlock()),
                    ('lots', wagtail.blocks.ListBlock(wagtail.snippets.blocks.SnippetChooserBlock('shop.Lot')))]))])),
             ('teaser', wagtail.images.blocks.ImageBlock()),
             ('rows', wagtail.contrib.typed_table_block.blocks.TypedTableBlock([
                ('text', wagtail.blocks.CharBlock()), ('map', wagtail.documents.blocks.DocumentChooserBlock())]))]
            """));

    [Fact]
    public void Numbers_of_a_block_lookup_say_the_same() => Assert.Equal(
        [
            "gallery.item.image wagtailimages.image", "gallery.item.who shop.person", "photo wagtailimages.image",
        ],
        Found("""
            [('photo', 0), ('gallery', 3), ('heading', 4)], block_lookup={
                0: ('wagtail.images.blocks.ImageChooserBlock', (), {}),
                1: ('wagtail.snippets.blocks.SnippetChooserBlock', (), {'target_model': 'shop.Person'}),
                2: ('wagtail.blocks.StructBlock', [[('image', 0), ('who', 1), ('text', 4)]], {}),
                3: ('wagtail.blocks.ListBlock', (2,), {}),
                4: ('wagtail.blocks.CharBlock', (), {'required': True})}
            """));

    [Fact]
    public void Classes_of_the_project_are_what_they_derive_from() => Assert.Equal(
        [
            "album.item wagtailimages.image", "lot shop.lot", "person shop.person", "thumb wagtailimages.image",
        ],
        Found("""
            [('thumb', shop.blocks.Thumbnail()), ('lot', shop.blocks.LotBlock()), ('line', shop.blocks.Headline()),
             ('album', shop.blocks.Album(wagtail.images.blocks.ImageChooserBlock())),
             ('person', shop.blocks.PersonBlock())]
            """));

    [Fact]
    public void The_model_of_a_class_and_that_of_a_setting_are_found() => Assert.Equal(
        ["image media.photo", "who shop.person"],
        Found("""
            [('image', wagtail.images.blocks.ImageChooserBlock()),
             ('who', wagtail.snippets.blocks.SnippetChooserBlock(shop.models.Person))]
            """, new() { ["WAGTAILIMAGES_IMAGE_MODEL"] = new("media", "photo") }));

    [Fact]
    public void What_nothing_says_is_named() => Assert.Equal(
        [
            "any ? nothing says of which model shop.blocks.AnyBlock chooses",
            "card ? nothing says what blocks a shop.blocks.Card holds",
            "far ? it is a far.blocks.Block, of which no file of -MigrationPath tells",
            "made ? block_lookup does not define 9",
            "sorted ? nothing says what blocks a shop.blocks.Sorted holds",
            "story.item ? no path can name it",
            "who ? nothing says of which model wagtail.snippets.blocks.SnippetChooserBlock chooses",
        ],
        Found("""
            [('any', shop.blocks.AnyBlock()), ('card', shop.blocks.Card()), ('far', far.blocks.Block()), ('made', 9),
             ('sorted', shop.blocks.Sorted(wagtail.images.blocks.ImageChooserBlock())),
             ('story', wagtail.blocks.StreamBlock([('item', wagtail.images.blocks.ImageChooserBlock())])),
             ('who', wagtail.snippets.blocks.SnippetChooserBlock(far.models.Thing))]
            """));

    [Fact]
    public void Definitions_that_hold_themselves_or_too_many_blocks_end() => Assert.Multiple(
        () => Assert.Equal(["a.b ? it contains itself", "a.c ? it contains itself"], Found("""
            [('a', 0)], block_lookup={0: ('wagtail.blocks.StructBlock', [[('b', 0), ('c', 0)]], {})}
            """)),
        () => Assert.All(Found($$"""
            [('a', 20)], block_lookup={0: ('wagtail.images.blocks.ImageChooserBlock', (), {}), {{string.Join(", ",
                Enumerable.Range(1, 20).Select(i =>
                    $"{i}: ('wagtail.blocks.StructBlock', [[('a', {i - 1}), ('b', {i - 1})]], {{}})"))}}}
            """), b => Assert.Contains("it holds more than 10000 chooser blocks", b, StringComparison.Ordinal)));

    private static string[] Found(string arguments, Dictionary<string, ModelLabel>? settings = null)
    {
        string migration = "import shop.blocks, shop.models, wagtail, far\n" + History.Migration(
            "operations = [migrations.CreateModel('Stop', [('id', models.AutoField(primary_key=True)),",
            $"    ('body', wagtail.fields.StreamField({arguments}))])]");
        PythonFiles files = History.FilesOf(
            ("shop/__init__.py", ""), ("shop/blocks.py", Blocks),
            ("shop/models.py", "class Person: pass\nclass Lot: pass"),
            ("shop/migrations/0001_initial.py", migration));
        FieldState body = MigrationHistory.Read(
            files, History.FoldersOf(files), new HashSet<MigrationKey>(), new Dictionary<string, ModelLabel>())
            .Last().Models[new("shop", "stop")].Find("body")!;
        return [.. new ChooserBlocks(body, files, ModelOf, settings ?? []).Find()
            .Select(b => $"{b.Path} {(b.Model is { } model ? model : $"? {b.Why}")}").Order(StringComparer.Ordinal)];
    }

    private static ModelLabel? ModelOf(PythonValue value) => value switch
    {
        { Text: { } text } => ModelLabel.Parse(text),
        NamedValue { Path: "shop.models.Person" } => new("shop", "person"),
        _ => null,
    };
}
