using System.Numerics;
using System.Text;
using DataOps.Core.Python;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Tests.PythonSyntax;

/// <summary>What is no Python is refused with its line; what only newer Pythons than the peer read is read.</summary>
public sealed class ParserTests
{
    [Theory]
    [InlineData("a = (1,\n\n", 1, "'(' is never closed")]
    [InlineData("a = 1\nb = = 2\n", 2, "'=' is not expected here")]
    [InlineData("class A:\n    a = 1\n  b = 2\n", 3, "unindent does not match any outer indentation level")]
    [InlineData("if a:\nb = 1\n", 2, "an indented block is expected before 'b'")]
    [InlineData("a = 'x\n", 1, "unterminated string")]
    [InlineData("a = f'{x'\n", 1, "unterminated string")]
    [InlineData("a = f'{x'", 1, "unterminated string")]
    [InlineData("print 'x'\n", 1, "''x'' is not expected here")]
    [InlineData("a = 1\n\n\nf() = 2\n", 4, "this cannot be assigned to")]
    [InlineData("f(a=1, 2)\n", 1, "positional argument follows keyword argument")]
    [InlineData("a = 0777\n", 1, "leading zeros in decimal integer literals are not permitted")]
    [InlineData("a = 12x\n", 1, "invalid number")]
    [InlineData("a = b'é'\n", 1, "bytes can only contain ASCII literal characters")]
    [InlineData("a = '\\x1'\n", 1, "truncated \\x escape")]
    [InlineData("a = $\n", 1, "invalid character $")]
    [InlineData("a = ]\n", 1, "unmatched ']'")]
    [InlineData("if a:\n\tb = 1\n        c = 2\n", 3, "tabs and spaces are mixed in indentation")]
    [InlineData("a = 1\0\n", 1, "the file holds a NUL")]
    public void What_is_no_Python_is_refused_with_its_line(string text, int line, string problem)
    {
        PythonSyntaxException refused = Assert.Throws<PythonSyntaxException>(() => Parse(text));
        Assert.Equal((line, problem), (refused.Line, refused.Problem));
    }

    [Theory]
    [InlineData("def first[T: int = str, *Ts, **P](a: T) -> T: return a")]
    [InlineData("class Box[T](list[T]): pass")]
    [InlineData("type Pair[T] = tuple[T, T]")]
    [InlineData("a = f'{f'{1 + {'x': 2}['x']}'!r:>{width}}'")]
    [InlineData("a = t'{name} is {age:>{width}}'")]
    [InlineData("try:\n    pass\nexcept ValueError, TypeError:\n    pass")]
    [InlineData("try:\n    pass\nexcept* ValueError as e:\n    pass")]
    public void Newer_Pythons_are_read(string text) => Assert.Single(Parse(text + "\n").Body);

    [Fact]
    public void A_number_is_read_in_every_form()
    {
        (string Text, object Value)[] numbers =
        [
            ("0", BigInteger.Zero), ("00", BigInteger.Zero), ("1_000", new BigInteger(1000)),
            ("0xFF_ff", new BigInteger(0xFFFF)), ("0o17", new BigInteger(15)), ("0b1_01", new BigInteger(5)),
            ("1.5", 1.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("1_0.0_1E-1_0", 10.01e-10),
            ("2j", new Complex(0, 2)), ("123456789012345678901234567890",
                BigInteger.Parse("123456789012345678901234567890")),
        ];
        foreach ((string text, object value) in numbers)
            Assert.Equal(value, Constant(text));
    }

    [Fact]
    public void A_string_is_read_in_every_form()
    {
        (string Text, string Value)[] strings =
        [
            ("'a'", "a"), ("\"a\" 'b'", "ab"), ("'''a\n'b'''", "a\n'b"), ("r'\\n\\''", "\\n\\'"), ("u'x'", "x"),
            ("'\\x41\\u00e9\\U0001F600\\101\\0'", "Aé\U0001F600A\0"), ("'a\\\nb'", "ab"), ("'\\d'", "\\d"),
            ("''", ""), ("'''\"'''", "\""),
        ];
        foreach ((string text, string value) in strings)
            Assert.Equal(value, Constant(text));
        Assert.Equal([0x61, 0xFF], (byte[])Constant("b'a\\xff'")!);
    }

    [Fact]
    public void A_file_is_read_in_its_own_encoding_and_line_endings()
    {
        byte[] latin = [.. "# -*- coding: latin-1 -*-\r\na = '"u8, 0xE9, .. "\r\n'\r\n"u8];
        Assert.Throws<PythonSyntaxException>(() => Parser.Parse(PythonSource.Decode("a.py", latin)));
        latin = [.. "# -*- coding: latin-1 -*-\r\na = '''"u8, 0xE9, .. "\r\n'''\r"u8];

        AssignStatement assign = (AssignStatement)Parser.Parse(PythonSource.Decode("a.py", latin)).Body[0];

        Assert.Equal("é\n", ((ConstantExpression)assign.Value).Value);
        PythonSyntaxException refused = Assert.Throws<PythonSyntaxException>(
            () => PythonSource.Decode("a.py", [.. "a = 1\nb = '"u8, 0xE9, .. "'\n"u8]));
        Assert.Equal((2, "the file is not in utf-8"), (refused.Line, refused.Problem));
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("-", "")]
    [InlineData("not ", "")]
    [InlineData("lambda: ", "")]
    [InlineData("a if b else ", "")]
    [InlineData("f(", ")")]
    [InlineData("f'{", "}'")]
    [InlineData("2 ** ", "")]
    public void Deep_nesting_is_refused_and_costs_nothing(string open, string close)
    {
        string text = $"a = {string.Concat(Enumerable.Repeat(open, 100_000))}1"
            + $"{string.Concat(Enumerable.Repeat(close, 100_000))}\n";
        Assert.Throws<PythonSyntaxException>(() => Parse(text));
    }

    [Theory]
    [InlineData("1 + ")]
    [InlineData("a.b().c + ")]
    public void Long_chains_are_refused(string part) =>
        Assert.Throws<PythonSyntaxException>(() => Parse($"a = {string.Concat(Enumerable.Repeat(part, 20_000))}1\n"));

    [Fact]
    public void A_file_that_is_too_large_is_refused_before_it_is_decoded()
    {
        PythonSyntaxException refused = Assert.Throws<PythonSyntaxException>(
            () => PythonSource.Decode("a.py", new byte[50 << 20]));
        Assert.Equal("the file has more than 4,194,304 bytes", refused.Problem);
    }

    [Fact]
    public void Any_text_is_read_or_refused()
    {
        // Cut, doubled and exchanged at random, nothing but a syntax error comes of it.
        string text = File.ReadAllText(Path.Combine(Repository.Root, "tests", "django", "syntax.py"));
        Random random = new(Peers.DjangoPeer.Seed);
        for (int i = 0; i < 300; i++)
        {
            StringBuilder changed = new(text);
            for (int change = 0; change < 3; change++)
            {
                int at = random.Next(changed.Length - 1);
                changed = random.Next(3) switch
                {
                    0 => changed.Remove(at, Math.Min(random.Next(1, 40), changed.Length - at)),
                    1 => changed.Insert(at, random.GetItems("()[]{}'\"\\\n\t :=,.*#frb0é\0".ToCharArray(), 2)),
                    _ => changed.Insert(at, text.AsSpan(random.Next(text.Length - 50), 50)),
                };
            }
            try
            {
                Parse(changed.ToString());
            }
            catch (PythonSyntaxException e)
            {
                Assert.InRange(e.Line, 1, 1 + changed.ToString().Split('\n', '\r').Length);
            }
        }
    }

    private static Module Parse(string text) => Parser.Parse(PythonSource.FromText("a.py", text));

    private static object? Constant(string text) => Assert.IsType<ConstantExpression>(
        Assert.IsType<ExpressionStatement>(Assert.Single(Parse(text).Body)).Value).Value;
}
