using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using DataOps.Core.Python;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Tests.PythonSyntax;

/// <summary>A syntax tree as tests/django/syntax.py writes Python's own.</summary>
internal sealed class TreeText
{
    private readonly StringBuilder _out = new();
    private readonly PythonSource _source;

    private TreeText(PythonSource source) => _source = source;

    public static string Of(Module module)
    {
        TreeText text = new(module.Source);
        text._out.Append("Module(");
        text.All(module.Body, text.Write);
        text._out.Append(";)");
        return text._out.ToString();
    }

    private void Node(string name, TextRange? at, params object?[] parts)
    {
        _out.Append(name).Append('(');
        if (at is { } range)
            _out.Append('@').Append(_source.LineOf(range.Start)).Append(';');
        foreach (object? part in parts)
        {
            Write(part);
            _out.Append(';');
        }
        _out.Append(')');
    }

    private void All<T>(IEnumerable<T> items, Action<T> write)
    {
        _out.Append('[');
        foreach (T item in items)
        {
            write(item);
            _out.Append(',');
        }
        _out.Append(']');
    }

    private void Write(object? part)
    {
        switch (part)
        {
            case null: _out.Append("None"); break;
            case string text: _out.Append(text); break;
            case int number: _out.Append(number); break;
            case Expression e: Write(e); break;
            case Statement s: Write(s); break;
            case Pattern p: Write(p); break;
            case Parameters p: Write(p); break;
            case Parameter p: Node("arg", null, p.Name, p.Annotation); break;
            case Keyword k: Node("keyword", null, k.Name, k.Value); break;
            case ImportedName n: Node("alias", null, n.Name, n.As); break;
            case WithItem i: Node("withitem", null, i.Context, i.Target); break;
            case MatchCase c: Node("match_case", null, c.Pattern, c.Guard, c.Body); break;
            case ExceptHandler h: Node("ExceptHandler", null, h.Type, h.Name, h.Body); break;
            case ComprehensionClause c:
                Node("comprehension", null, c.Target, c.Iterable, c.Conditions, c.IsAsync ? 1 : 0);
                break;
            case System.Collections.IEnumerable list: All(list.Cast<object?>(), Write); break;
            default: throw new InvalidOperationException(part.GetType().Name);
        }
    }

    private void Write(Parameters p) => Node("arguments", null, p.PositionalOnly, p.Positional, p.Rest, p.NamedOnly,
        p.NamedDefaults, p.NamedRest, p.Defaults);

    private void Write(Expression e)
    {
        switch (e)
        {
            case ConstantExpression c: Constant(c); break;
            case NameExpression n: Node("Name", e.At, n.Id); break;
            case AttributeExpression a: Node("Attribute", e.At, a.Value, a.Name); break;
            case SubscriptExpression s: Node("Subscript", e.At, s.Value, s.Index); break;
            case SliceExpression s: Node("Slice", e.At, s.Lower, s.Upper, s.Step); break;
            case StarredExpression s: Node("Starred", e.At, s.Value); break;
            case CallExpression c: Node("Call", e.At, c.Function, c.Arguments, c.Keywords); break;
            case BoolExpression b: Node("BoolOp", e.At, Operator($"{b.Operator}"), b.Values); break;
            case NamedExpression n: Node("NamedExpr", e.At, n.Target, n.Value); break;
            case BinaryExpression b: Node("BinOp", e.At, b.Left, Operator(Binary(b.Operator)), b.Right); break;
            case UnaryExpression u: Node("UnaryOp", e.At, Operator(Unary(u.Operator)), u.Value); break;
            case CompareExpression c:
                Node("Compare", e.At, c.Left, c.Operators.Select(Compared).ToArray(), c.Comparators);
                break;
            case ConditionalExpression c: Node("IfExp", e.At, c.Test, c.Body, c.OrElse); break;
            case LambdaExpression l: Node("Lambda", e.At, l.Parameters, l.Body); break;
            case ListExpression l: Node("List", e.At, l.Elements); break;
            case TupleExpression t: Node("Tuple", e.At, t.Elements); break;
            case SetExpression s: Node("Set", e.At, s.Elements); break;
            case DictionaryExpression d:
                Node("Dict", e.At, d.Items.Select(i => i.Key).ToArray(), d.Items.Select(i => i.Value).ToArray());
                break;
            case ComprehensionExpression { Kind: ComprehensionKind.Dictionary } c:
                Node("DictComp", e.At, c.Element, c.Value, c.Clauses);
                break;
            case ComprehensionExpression c:
                Node(c.Kind switch
                {
                    ComprehensionKind.List => "ListComp",
                    ComprehensionKind.Set => "SetComp",
                    _ => "GeneratorExp",
                }, e.At, c.Element, c.Clauses);
                break;
            case AwaitExpression a: Node("Await", e.At, a.Value); break;
            case YieldExpression y: Node("Yield", e.At, y.Value); break;
            case YieldFromExpression y: Node("YieldFrom", e.At, y.Value); break;
            case JoinedExpression j: Node("JoinedStr", null, j.Values); break;
            case FormattedExpression f: Node("FormattedValue", null, f.Value, f.Conversion ?? -1, f.Format); break;
            default: throw new InvalidOperationException(e.GetType().Name);
        }
    }

    private void Constant(ConstantExpression c)
    {
        _out.Append(c.Value switch
        {
            null => "None",
            bool truth => truth ? "True" : "False",
            Ellipsis => "Ellipsis",
            BigInteger i => $"i{Hex(i)}",
            double d => $"f{Hex(d)}",
            Complex i => $"c{Hex(i.Imaginary)}",
            byte[] bytes => $"b{Convert.ToHexStringLower(bytes)}",
            string text => $"s{string.Concat(text.Select(c => $"{(int)c:x4}"))}",
            _ => throw new InvalidOperationException(),
        });
    }

    private static string Hex(BigInteger value) =>
        value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0') is { Length: > 0 } digits ? digits : "0";

    private static string Hex(double value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        return Convert.ToHexStringLower(bytes);
    }

    private static string Operator(string name) => $"{name}()";

    private static string Binary(TokenKind kind) => kind switch
    {
        TokenKind.Plus => "Add",
        TokenKind.Minus => "Sub",
        TokenKind.Star => "Mult",
        TokenKind.At => "MatMult",
        TokenKind.Slash => "Div",
        TokenKind.Percent => "Mod",
        TokenKind.DoubleStar => "Pow",
        TokenKind.ShiftLeft => "LShift",
        TokenKind.ShiftRight => "RShift",
        TokenKind.Bar => "BitOr",
        TokenKind.Caret => "BitXor",
        TokenKind.Ampersand => "BitAnd",
        _ => "FloorDiv",
    };

    private static string Unary(TokenKind kind) => kind switch
    {
        TokenKind.Not => "Not",
        TokenKind.Plus => "UAdd",
        TokenKind.Minus => "USub",
        _ => "Invert",
    };

    private static string Compared(Comparison comparison) => Operator(comparison switch
    {
        Comparison.Equal => "Eq",
        Comparison.NotEqual => "NotEq",
        Comparison.Less => "Lt",
        Comparison.LessOrEqual => "LtE",
        Comparison.Greater => "Gt",
        Comparison.GreaterOrEqual => "GtE",
        Comparison.Is => "Is",
        Comparison.IsNot => "IsNot",
        Comparison.In => "In",
        _ => "NotIn",
    });

    private void Write(Statement s)
    {
        switch (s)
        {
            case ExpressionStatement e: Node("Expr", s.At, e.Value); break;
            case AssignStatement a: Node("Assign", s.At, a.Targets, a.Value); break;
            case AugmentedAssignStatement a: Node("AugAssign", s.At, a.Target, Augmented(a.Operator), a.Value); break;
            case AnnotatedAssignStatement a:
                Node("AnnAssign", s.At, a.Target, a.Annotation, a.Value, a.IsSimple ? 1 : 0);
                break;
            case ReturnStatement r: Node("Return", s.At, r.Value); break;
            case DeleteStatement d: Node("Delete", s.At, d.Targets); break;
            case RaiseStatement r: Node("Raise", s.At, r.Exception, r.Cause); break;
            case AssertStatement a: Node("Assert", s.At, a.Test, a.Message); break;
            case WordStatement w: Node($"{w.Word}", s.At); break;
            case ScopeStatement g: Node($"{g.Word}", s.At, g.Names); break;
            case ImportStatement i: Node("Import", s.At, i.Names); break;
            case ImportFromStatement i: Node("ImportFrom", s.At, i.Module, i.Names, i.Level); break;
            case IfStatement i: Node("If", s.At, i.Test, i.Body, i.OrElse); break;
            case WhileStatement w: Node("While", s.At, w.Test, w.Body, w.OrElse); break;
            case ForStatement f:
                Node(f.IsAsync ? "AsyncFor" : "For", s.At, f.Target, f.Iterable, f.Body, f.OrElse);
                break;
            case WithStatement w: Node(w.IsAsync ? "AsyncWith" : "With", s.At, w.Items, w.Body); break;
            case TryStatement t:
                Node(t.IsGroup ? "TryStar" : "Try", s.At, t.Body, t.Handlers, t.OrElse, t.Finally);
                break;
            case FunctionStatement f:
                Node(f.IsAsync ? "AsyncFunctionDef" : "FunctionDef", s.At, f.Name, f.Parameters, f.Body, f.Decorators,
                    f.Returns);
                break;
            case ClassStatement c: Node("ClassDef", s.At, c.Name, c.Bases, c.Keywords, c.Body, c.Decorators); break;
            case MatchStatement m: Node("Match", s.At, m.Subject, m.Cases); break;
            default: throw new InvalidOperationException(s.GetType().Name);
        }
    }

    private static string Augmented(string @operator) => Operator(@operator switch
    {
        "+" => "Add",
        "-" => "Sub",
        "*" => "Mult",
        "@" => "MatMult",
        "/" => "Div",
        "%" => "Mod",
        "**" => "Pow",
        "<<" => "LShift",
        ">>" => "RShift",
        "|" => "BitOr",
        "^" => "BitXor",
        "&" => "BitAnd",
        _ => "FloorDiv",
    });

    private void Write(Pattern p)
    {
        switch (p)
        {
            case ValuePattern v: Node("MatchValue", null, v.Value); break;
            case SingletonPattern v: Node("MatchSingleton", null, v.Value); break;
            case SequencePattern s: Node("MatchSequence", null, s.Patterns); break;
            case MappingPattern m: Node("MatchMapping", null, m.Keys, m.Patterns, m.Rest); break;
            case ClassPattern c:
                Node("MatchClass", null, c.Class, c.Patterns, c.Named.Select(n => n.Name).ToArray(),
                    c.Named.Select(n => n.Pattern).ToArray());
                break;
            case StarPattern s: Node("MatchStar", null, s.Name); break;
            case AsPattern a: Node("MatchAs", null, a.Pattern, a.Name); break;
            case OrPattern o: Node("MatchOr", null, o.Patterns); break;
            default: throw new InvalidOperationException(p.GetType().Name);
        }
    }
}
