using System.Numerics;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Python.Evaluation;

/// <summary>A value that a text says without being run.</summary>
internal abstract record PythonValue
{
    /// <summary>How many values it is made of, itself included.</summary>
    public virtual long Weight => 1;

    /// <summary>None.</summary>
    public static LiteralValue None { get; } = new((object?)null);

    /// <summary>The text that it is; null for other values.</summary>
    public string? Text => (this as LiteralValue)?.Value as string;

    /// <summary>Whether it is None.</summary>
    public bool IsNone => this is LiteralValue { Value: null };

    /// <summary>The truth value that it is; null for other values.</summary>
    public bool? Truth => (this as LiteralValue)?.Value as bool?;

    /// <summary>What Python takes it for in a condition; null where that is not known.</summary>
    public bool? AsCondition => this switch
    {
        LiteralValue { Value: null } => false,
        LiteralValue { Value: bool truth } => truth,
        LiteralValue { Value: string text } => text.Length > 0,
        LiteralValue { Value: BigInteger number } => !number.IsZero,
        LiteralValue { Value: double number } => number != 0,
        SequenceValue { Items: var items } => items.Count > 0,
        MappingValue { Items: var items } => items.Count > 0,
        _ => null,
    };

    /// <summary>The items of a list, a tuple or a set; null for other values.</summary>
    public IReadOnlyList<PythonValue>? AsItems => (this as SequenceValue)?.Items;

    /// <summary>Whether two values are the same, item by item.</summary>
    public static bool AreSame(PythonValue left, PythonValue right) => (left, right) switch
    {
        (LiteralValue { Value: byte[] a }, LiteralValue { Value: byte[] b }) => a.AsSpan().SequenceEqual(b),
        (LiteralValue a, LiteralValue b) => Equals(a.Value, b.Value),
        (SequenceValue a, SequenceValue b) => a.Kind == b.Kind && a.Items.Count == b.Items.Count
            && a.Items.Zip(b.Items).All(i => AreSame(i.First, i.Second)),
        (MappingValue a, MappingValue b) => a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(
            i => AreSame(i.First.Key, i.Second.Key) && AreSame(i.First.Value, i.Second.Value)),
        (NamedValue a, NamedValue b) => a.Path == b.Path,
        (CallValue a, CallValue b) => AreSame(a.Function, b.Function)
            && a.Arguments.Count == b.Arguments.Count && a.Keywords.Count == b.Keywords.Count
            && a.Arguments.Zip(b.Arguments).All(i => AreSame(i.First, i.Second))
            && a.Keywords.Zip(b.Keywords).All(
                i => i.First.Name == i.Second.Name && AreSame(i.First.Value, i.Second.Value)),
        _ => false,
    };
}

/// <summary>None, a truth value, a number, a text or bytes.</summary>
/// <param name="Value">null, bool, BigInteger, double, Complex, string, byte[] or Ellipsis.</param>
internal sealed record LiteralValue(object? Value) : PythonValue;

/// <summary>What a sequence is.</summary>
internal enum SequenceKind
{
    List, Tuple, Set,
}

/// <summary>A list, a tuple or a set.</summary>
internal sealed record SequenceValue(SequenceKind Kind, IReadOnlyList<PythonValue> Items) : PythonValue
{
    /// <inheritdoc/>
    public override long Weight { get; } = 1 + Items.Sum(i => i.Weight);
}

/// <summary>A dictionary, in its order.</summary>
internal sealed record MappingValue(IReadOnlyList<(PythonValue Key, PythonValue Value)> Items) : PythonValue
{
    /// <inheritdoc/>
    public override long Weight { get; } = 1 + Items.Sum(i => i.Key.Weight + i.Value.Weight);

    /// <summary>The value of a text; null without.</summary>
    public PythonValue? Find(string key) => Items.LastOrDefault(i => i.Key.Text == key).Value;
}

/// <summary>A function, a class or another thing of a module, by its dotted path.</summary>
internal sealed record NamedValue(string Path) : PythonValue
{
    /// <summary>The last part of the path.</summary>
    public string Name => Path[(Path.LastIndexOf('.') + 1)..];
}

/// <summary>A call whose result is nothing that a text says: <c>models.CharField(max_length=80)</c>.</summary>
/// <param name="Function">What is called.</param>
/// <param name="Arguments">The arguments by place.</param>
/// <param name="Keywords">The arguments by name.</param>
/// <param name="Source">Where it stands.</param>
internal sealed record CallValue(
    PythonValue Function, IReadOnlyList<PythonValue> Arguments,
    IReadOnlyList<(string Name, PythonValue Value)> Keywords, SourcePlace Source) : PythonValue
{
    /// <inheritdoc/>
    public override long Weight { get; } = 1 + Arguments.Sum(a => a.Weight) + Keywords.Sum(k => k.Value.Weight);

    /// <summary>The path of what is called; null where it has none.</summary>
    public string? Path => (Function as NamedValue)?.Path;
}

/// <summary>Two values that an operator combines: <c>Q(a=1) | Q(b=2)</c>; one, where left is null.</summary>
internal sealed record CombinedValue(TokenKind Operator, PythonValue? Left, PythonValue Right) : PythonValue
{
    /// <inheritdoc/>
    public override long Weight { get; } = 1 + (Left?.Weight ?? 0) + Right.Weight;
}

/// <summary>What a text alone does not say.</summary>
/// <param name="Source">Its text, and where it stands.</param>
/// <param name="Why">Why it is not known.</param>
internal sealed record UnknownValue(SourcePlace Source, string Why) : PythonValue;

/// <summary>A place in a file.</summary>
internal sealed record SourcePlace(PythonSource File, TextRange At)
{
    /// <summary>The line, from 1.</summary>
    public int Line => File.LineOf(At.Start);

    /// <summary>Its text.</summary>
    public string Text => File.Text[At.Start..At.End];

    /// <inheritdoc/>
    public override string ToString() => $"{File.Name}:{Line}";
}
