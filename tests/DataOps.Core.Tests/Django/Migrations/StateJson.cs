using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataOps.Core.Django.Migrations;
using DataOps.Core.Python;
using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Tests.Django.Migrations;

/// <summary>A state as tests/django/states.py writes Django's own.</summary>
internal static class StateJson
{
    private static readonly string[] s_together = ["unique_together", "index_together"];
    private static readonly string[] s_none = ["unique_together", "index_together", "indexes", "constraints"];
    private static readonly string[] s_lazy =
        ["gettext_lazy", "ugettext_lazy", "pgettext_lazy", "gettext", "ugettext"];

    public static JsonObject Of(ProjectState state)
    {
        JsonObject all = [];
        foreach (ModelState model in state.Models.Values.OrderBy(m => m.Label.ToString(), StringComparer.Ordinal))
            all[model.Label.ToString()] = Of(model);
        return all;
    }

    private static JsonObject Of(ModelState model)
    {
        JsonObject options = [];
        foreach ((string key, PythonValue value) in model.Options)
            if (!s_none.Contains(key) || value.AsItems is { Count: > 0 })
                options[key] = s_together.Contains(key)
                    ? Set(value.AsItems!.Select(t => Wrap("tuple", Items(t.AsItems!, model.App))))
                    : Of(value, model.App);
        return new JsonObject
        {
            ["bases"] = Array(model.Bases.Select(b =>
                (JsonNode?)(b.Text?.ToLowerInvariant() ?? Short(((NamedValue)b).Path)))),
            ["fields"] = Array(model.Fields.Select(f => (JsonNode?)Array(
                [f.Name, Of(f.Field.Class, f.Field.Arguments, model.App, model.Label.ToString())]))),
            ["managers"] = Array(model.Managers.Select(m => (JsonNode?)m)),
            ["name"] = model.Name,
            ["options"] = options,
        };
    }

    private static JsonArray Of(
        FieldClass @class, IReadOnlyDictionary<string, PythonValue> arguments, string app, string? model)
    {
        JsonObject shown = [];
        foreach ((string name, PythonValue value) in arguments.OrderBy(a => a.Key, StringComparer.Ordinal))
            shown[name] = name is "to" or "through" && value.Text?.ToLowerInvariant() is { } to
                ? to == "self" ? model : to.Contains('.') ? to : $"{app}.{to}"
                : Of(value, app);
        return Array([@class.Path, Array([]), shown]);
    }

    private static JsonNode? Of(PythonValue value, string app)
    {
        switch (value)
        {
            case LiteralValue { Value: null }: return null;
            case LiteralValue { Value: bool truth }: return truth;
            case LiteralValue { Value: string text }: return text;
            case LiteralValue { Value: BigInteger number }: return Wrap("int", number.ToString());
            case LiteralValue { Value: double number }: return Wrap("float", Hex(number));
            case LiteralValue { Value: byte[] bytes }: return Wrap("bytes", Convert.ToHexStringLower(bytes));
            case SequenceValue { Kind: SequenceKind.Set } set: return Set(set.Items.Select(i => Of(i, app)));
            case SequenceValue list:
                return Wrap(list.Kind == SequenceKind.List ? "list" : "tuple", Items(list.Items, app));
            case MappingValue map:
                return Wrap("dict", Array(map.Items.Select(i => (JsonNode?)Array([Of(i.Key, app), Of(i.Value, app)]))));
            case NamedValue named: return Wrap("name", Short(named.Path));
            case CombinedValue: return Query(value, app);
            case CallValue { Path: { } path } call: return OfCall(path, call, app);
            default: return $"not known: {(value as UnknownValue)?.Source.Text}";
        }
    }

    private static JsonNode? OfCall(string path, CallValue call, string app)
    {
        string name = path[(path.LastIndexOf('.') + 1)..];
        if (s_lazy.Contains(name) && path.StartsWith("django.utils.translation.", StringComparison.Ordinal))
            return call.Arguments[0].Text;
        if (name == "Q")
            return Query(call, app);
        FieldClass @class = FieldClasses.Of(path, new PythonFiles([]));
        if (@class.Kind != FieldKind.Unknown)
            return Wrap("field", Of(
                @class, FieldClasses.Deconstruct(@class, FieldClasses.Bind(@class, call)!), app, null));
        JsonObject named = [];
        foreach ((string key, PythonValue value) in call.Keywords.OrderBy(k => k.Name, StringComparer.Ordinal))
            named[key] = Of(value, app);
        return new JsonObject { ["args"] = Items(call.Arguments, app), ["call"] = Short(path), ["kwargs"] = named };
    }

    // Q objects combine as django.utils.tree.Node.add does.
    private static JsonObject Query(PythonValue value, string app)
    {
        (string connector, bool negated, List<JsonNode?> children) = Tree(value, app);
        return Wrap("q", Array([connector, negated, Array(children)]));
    }

    private static (string Connector, bool Negated, List<JsonNode?> Children) Tree(PythonValue value, string app)
    {
        JsonNode? Node((string Connector, bool Negated, List<JsonNode?> Children) q) =>
            Wrap("q", Array([q.Connector, q.Negated, Array(q.Children)]));
        if (value is CallValue call)
            return (call.Keywords.FirstOrDefault(k => k.Name == "_connector").Value?.Text ?? "AND",
                call.Keywords.FirstOrDefault(k => k.Name == "_negated").Value?.Truth == true,
                [
                    .. call.Arguments.Select(a => a is CallValue or CombinedValue ? (JsonNode?)Query(a, app)
                        : Array([a.AsItems![0].Text, Of(a.AsItems[1], app)])),
                    .. call.Keywords.Where(k => k.Name[0] != '_').OrderBy(k => k.Name, StringComparer.Ordinal)
                        .Select(k => (JsonNode?)Array([k.Name, Of(k.Value, app)])),
                ]);
        CombinedValue combined = (CombinedValue)value;
        if (combined.Operator == TokenKind.Tilde)
        {
            var inner = Tree(combined.Right, app);
            return ("AND", true, inner is { Connector: "AND", Negated: false } ? inner.Children : [Node(inner)]);
        }
        string connector = combined.Operator == TokenKind.Bar ? "OR" : "AND";
        List<JsonNode?> children = [];
        foreach (PythonValue side in (PythonValue[])[combined.Left!, combined.Right])
        {
            var tree = Tree(side, app);
            if (!tree.Negated && (tree.Connector == connector || tree.Children.Count == 1))
                children.AddRange(tree.Children);
            else
                children.Add(Node(tree));
        }
        return (connector, false, children);
    }

    private static string Hex(double number)
    {
        long bits = BitConverter.DoubleToInt64Bits(Math.Abs(number));
        string sign = number < 0 ? "-" : "";
        return number == 0
            ? $"{sign}0x0.0p+0"
            : $"{sign}0x1.{bits & 0xFFFFFFFFFFFFF:x13}p{(bits >> 52) - 1023:+0;-0}";
    }

    private static string Short(string path)
    {
        foreach (string module in (string[])["deletion", "base", "query_utils", "expressions"])
            if (path.StartsWith($"django.db.models.{module}.", StringComparison.Ordinal))
                return $"django.db.models.{path[$"django.db.models.{module}.".Length..]}";
        return path;
    }

    private static JsonObject Wrap(string kind, JsonNode? value) => new() { [kind] = value };

    private static JsonArray Items(IEnumerable<PythonValue> items, string app) => Array(items.Select(i => Of(i, app)));

    private static JsonObject Set(IEnumerable<JsonNode?> items) =>
        Wrap("set", Array(items.OrderBy(i => i?.ToJsonString(), StringComparer.Ordinal)));

    private static JsonArray Array(IEnumerable<JsonNode?> items) => new([.. items]);
}
