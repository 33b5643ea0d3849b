using System.Globalization;
using System.Numerics;
using DataOps.Core.Python;
using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Django.Migrations;

/// <summary>
/// The SQL that Django makes of the conditions and expressions in constraints and indexes, as far as their text says
/// it.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="columnOf">The column of a field of the model, by the field's name; null where there is none.</param>
internal sealed class ConditionSql(ModelState model, Func<string, (string Column, FieldState Field)?> columnOf)
{
    private const string Models = "django.db.models.";

    private static readonly string[] s_functions = ["Lower", "Upper", "Length", "Abs", "Coalesce", "Trim"];

    /// <summary>Raised where a part is not understood; what it is, is the message.</summary>
    private sealed class NotUnderstoodException(string what) : Exception(what);

    /// <summary>A condition as SQL; null with the reason where it is not understood.</summary>
    public string? Condition(PythonValue value, out string? why) => Try(() => Render(Tree(value)), out why);

    /// <summary>An expression of an index as SQL; null with the reason where it is not understood.</summary>
    public string? Expression(PythonValue value, out string? why) => Try(() => ExpressionOf(value), out why);

    private static string? Try(Func<string> make, out string? why)
    {
        why = null;
        try
        {
            return make();
        }
        catch (NotUnderstoodException e)
        {
            why = e.Message;
            return null;
        }
    }

    // Q's tree: a look-up, or children with a connector.
    private sealed record Node(string Connector, bool IsNegated, IReadOnlyList<Node> Children)
    {
        public (string Name, PythonValue Value)? Lookup { get; init; }
    }

    private static bool IsQ(CallValue call) => call.Path is $"{Models}Q" or $"{Models}query_utils.Q";

    private Node Tree(PythonValue value)
    {
        switch (value)
        {
            case CallValue call when IsQ(call):
                string connector = call.Keywords.FirstOrDefault(k => k.Name == "_connector").Value?.Text ?? "AND";
                bool isNegated = call.Keywords.FirstOrDefault(k => k.Name == "_negated").Value?.AsCondition == true;
                return new(connector, isNegated,
                [
                    .. call.Arguments.Select(Child),
                    .. call.Keywords.Where(k => k.Name[0] != '_').OrderBy(k => k.Name, StringComparer.Ordinal)
                        .Select(k => Leaf(k.Name, k.Value)),
                ]);
            case CombinedValue { Operator: TokenKind.Tilde, Left: null } not:
                return new("AND", true, [Tree(not.Right)]);
            case CombinedValue { Operator: TokenKind.Bar or TokenKind.Ampersand, Left: { } left } both:
                string joined = both.Operator == TokenKind.Bar ? "OR" : "AND";
                return Join(joined, Tree(left), Tree(both.Right));
            default:
                throw new NotUnderstoodException(What(value));
        }
    }

    // As Node.add() does: what has the same connector, or one child, is taken in.
    private static Node Join(string connector, Node left, Node right)
    {
        if (left.Children.Count == 0 && left.Lookup is null)
            return right;
        if (right.Children.Count == 0 && right.Lookup is null)
            return left;
        IEnumerable<Node> Parts(Node n) =>
            n.Lookup is null && !n.IsNegated && (n.Connector == connector || n.Children.Count == 1) ? n.Children : [n];
        return new(connector, false, [.. Parts(left), .. Parts(right)]);
    }

    private Node Child(PythonValue value) =>
        value.AsItems is [{ Text: { } name }, var of] ? Leaf(name, of) : Tree(value);

    private static Node Leaf(string name, PythonValue value) => new("AND", false, []) { Lookup = (name, value) };

    private string Render(Node node) => Render(node, false);

    private string Render(Node node, bool isNegated)
    {
        if (node.Lookup is var (name, value))
            return LookupSql(name, value, isNegated);
        if (node.Connector is not ("AND" or "OR"))
            throw new NotUnderstoodException($"the connector {node.Connector}");
        bool inner = isNegated ^ node.IsNegated;
        string[] parts = [.. node.Children.Select(c => Render(c, inner))];
        string joined = parts.Length == 1 ? parts[0] : $"({string.Join($" {node.Connector} ", parts)})";
        return node.IsNegated ? $"NOT ({joined})" : joined;
    }

    private string LookupSql(string path, PythonValue value, bool isNegated)
    {
        string[] parts = path.Split("__");
        (string column, FieldState field) = Field(parts[0]);
        if (parts.Length > 2)
            throw new NotUnderstoodException($"the look-up {path}");
        string lookup = parts.Length == 2 ? parts[1] : "exact";
        string name = Quoted(column);
        bool isReference = value is CallValue or CombinedValue && !IsLiteralCall(value);
        string Right(PythonValue v) => isReference ? ExpressionOf(v) : LiteralSql(v, field);
        string text = lookup switch
        {
            "exact" when value.IsNone => $"{name} IS NULL",
            "exact" when IsBoolean(field) && value.Truth is { } truth => truth ? name : $"NOT {name}",
            "exact" => $"{name} = {Right(value)}",
            "gt" => $"{name} > {Right(value)}",
            "gte" => $"{name} >= {Right(value)}",
            "lt" => $"{name} < {Right(value)}",
            "lte" => $"{name} <= {Right(value)}",
            "isnull" when value.Truth is { } truth => truth ? $"{name} IS NULL" : $"{name} IS NOT NULL",
            "in" when value.AsItems is { Count: > 0 } items =>
                $"{name} IN ({string.Join(", ", items.Select(i => LiteralSql(i, field)))})",
            "range" when value.AsItems is [var from, var to] =>
                $"{name} BETWEEN {LiteralSql(from, field)} AND {LiteralSql(to, field)}",
            "startswith" when value.Text is { } t => $"{name}::text LIKE {Text(Pattern(t) + "%")}",
            "endswith" when value.Text is { } t => $"{name}::text LIKE {Text("%" + Pattern(t))}",
            "contains" when value.Text is { } t && IsText(field) => $"{name}::text LIKE {Text($"%{Pattern(t)}%")}",
            "iexact" when value.Text is { } t => $"UPPER({name}::text) = UPPER({Text(t)})",
            "regex" when value.Text is { } t => $"{name}::text ~ {Text(t)}",
            "iregex" when value.Text is { } t => $"{name}::text ~* {Text(t)}",
            _ => throw new NotUnderstoodException($"the look-up {path}"),
        };
        // A negated condition has to hold for NULL, too.
        bool isNullable = field["null"]?.AsCondition == true;
        return isNegated && isNullable && lookup != "isnull" && !value.IsNone
            ? $"({text} AND {name} IS NOT NULL)"
            : text;
    }

    private (string Column, FieldState Field) Field(string name) =>
        columnOf(name) ?? throw new NotUnderstoodException($"{model.Label} has no field {name}");

    private static string? InnermostClass(FieldState field) => field.Class.Own;

    private static bool IsBoolean(FieldState field) =>
        InnermostClass(field) is "BooleanField" or "NullBooleanField";

    private static bool IsText(FieldState field) => InnermostClass(field) is "CharField" or "TextField" or "SlugField"
        or "EmailField" or "URLField" or "FileField" or "ImageField" or "FilePathField" or "UUIDField";

    private static bool IsLiteralCall(PythonValue value) => value is CallValue
    {
        Path: "decimal.Decimal" or $"{Models}Value" or $"{Models}expressions.Value", Arguments.Count: 1,
    };

    private static string LiteralSql(PythonValue value, FieldState field)
    {
        string own = InnermostClass(field) ?? "";
        switch (value)
        {
            case CallValue { Path: "decimal.Decimal", Arguments: [{ Text: { } digits }] }:
                return digits;
            case CallValue { Path: $"{Models}Value" or $"{Models}expressions.Value", Arguments: [var of] }:
                return LiteralSql(of, field);
            case LiteralValue { Value: bool truth }:
                return truth ? "true" : "false";
            case LiteralValue { Value: BigInteger number } when own == "FloatField":
                return $"{number.ToString(CultureInfo.InvariantCulture)}.0";
            case LiteralValue { Value: BigInteger number } when own is "CharField" or "TextField":
                return Text(number.ToString(CultureInfo.InvariantCulture));
            case LiteralValue { Value: BigInteger number } when own != "DurationField":
                string digitsOf = number.ToString(CultureInfo.InvariantCulture);
                return number.Sign < 0 ? $"({digitsOf})" : digitsOf;
            case LiteralValue { Value: double number } when own == "FloatField":
                string real = number.ToString("R", CultureInfo.InvariantCulture);
                return real.All(c => char.IsDigit(c) || c == '-') ? $"{real}.0" : real;
            case LiteralValue { Value: string text } when own is "CharField" or "TextField" or "SlugField"
                or "EmailField" or "URLField" or "FileField" or "ImageField" or "FilePathField":
                return Text(text);
            default:
                throw new NotUnderstoodException($"the value {What(value)} of a {field.Class.Path}");
        }
    }

    private string ExpressionOf(PythonValue value)
    {
        switch (value)
        {
            case LiteralValue { Value: string name }:
                return Quoted(Field(name).Column);
            case CallValue { Path: $"{Models}F" or $"{Models}expressions.F", Arguments: [{ Text: { } name }] }:
                return Quoted(Field(name).Column);
            case LiteralValue { Value: BigInteger number }:
                return number.ToString(CultureInfo.InvariantCulture);
            case CallValue { Path: { } path, Keywords: [], Arguments: { Count: > 0 } arguments }
                when path[(path.LastIndexOf('.') + 1)..] is var function && s_functions.Contains(function)
                    && path.StartsWith($"{Models}functions.", StringComparison.Ordinal):
                return $"{(function == "Trim" ? "BTRIM" : function.ToUpperInvariant())}"
                    + $"({string.Join(", ", arguments.Select(ExpressionOf))})";
            case CombinedValue { Left: { } left, Operator: TokenKind.Plus or TokenKind.Minus or TokenKind.Star } sum:
                string sign = sum.Operator switch { TokenKind.Plus => "+", TokenKind.Minus => "-", _ => "*" };
                return $"({ExpressionOf(left)} {sign} {ExpressionOf(sum.Right)})";
            default:
                throw new NotUnderstoodException(What(value));
        }
    }

    private static string What(PythonValue value) => value switch
    {
        UnknownValue unknown => $"{unknown.Source.Text} ({unknown.Why})",
        CallValue { Path: { } path } => path,
        NamedValue named => named.Path,
        LiteralValue literal => $"{literal.Value ?? "None"}",
        _ => "an expression",
    };

    private static string Pattern(string text) => text.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_");

    private static string Text(string text) => SqlText.Literal(text).ToString();

    private static string Quoted(string column) => SqlText.Identifier(column).ToString();
}
