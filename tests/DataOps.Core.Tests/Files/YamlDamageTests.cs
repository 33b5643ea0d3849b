using CsCheck;
using DataOps.Core.Files;

namespace DataOps.Core.Tests.Files;

/// <summary>
/// Whatever stands in a YAML file, it is read or refused with a line: no failure of the parser's own gets out.
/// </summary>
public sealed class YamlDamageTests
{
    private static readonly Gen<string> s_pieces = Gen.OneOf(
        "- ", "model: a.b", "fields: ", "x: ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ", ", ": ", "? ", "---\n",
        "---", "...", "%YAML 1.1\n", "%TAG ! x\n", "&a ", "*a", "<<: ", "!!int ",
        "!!binary ", "!!timestamp ", "!<x> ", "!", "|", ">", "|2-\n", "# c\n", "'", "\"", "\\u", "\\ud800", "\\udc00",
        "\\x00", "\\U0010FFFF", "\\U00110000", "\\", "1", "0x", "1e999", "1:2",
        "2001-99-99", "~", "\t", "\r", "\0", "\u0085", "\u2028", "\ufeff", "\ud83d\ude00", "é", "\uffff");

    private static readonly Gen<string> s_texts = Gen.Select(
        Gen.OneOf("", "- {model: a.b, fields: {x: ", "- model: a.b\n  fields:\n    x: ",
            "- model: a.b\n  fields:\n    x: \""),
        s_pieces.Array[0, 30],
        Gen.OneOf("", "}}\n", "\n", "\"\n"),
        (start, pieces, end) => start + string.Concat(pieces) + end);

    [Fact]
    public void Any_text_is_read_or_refused_with_a_line() => s_texts.Sample(
        text =>
        {
            try
            {
                _ = FixtureObjects.Of(DatasetFormat.Yaml, text);
            }
            catch (DataOpsException e)
            {
                Assert.Equal("InvalidYaml", e.Id);
                Assert.Matches("^file, line [1-9][0-9]*: ", e.Message);
            }
        },
        iter: 20_000,
        threads: 1);
}
