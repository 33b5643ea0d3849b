using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Npgsql;

namespace DataOps.Core.Postgres.Connections;

/// <summary>
/// Makes objects of the rows of a query: of one column its value, of several a tuple, by their positions, or a record,
/// whose parameters are named as they are.
/// </summary>
/// <remarks>No code is made at run time: that takes a short run longer than it gains, and is not possible in a program
/// that is compiled beforehand.</remarks>
internal sealed class RowShape<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>
{
    private static readonly Type s_value = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
    private static readonly bool s_isValue =
        s_value.IsPrimitive || s_value.IsEnum || s_value.IsArray || s_value == typeof(string)
            || s_value == typeof(decimal) || s_value == typeof(DateTime) || s_value == typeof(Guid);

    private static readonly ConstructorInfo? s_constructor = s_isValue ? null : typeof(T).GetConstructors().Single();
    private static readonly ParameterInfo[] s_parameters = s_constructor?.GetParameters() ?? [];
    private static readonly ConstructorInvoker? s_invoker =
        s_constructor is null ? null : ConstructorInvoker.Create(s_constructor);

    private readonly NpgsqlDataReader _reader;
    private readonly object?[] _values = new object?[s_parameters.Length];

    /// <summary>The shape of a reader's rows.</summary>
    /// <exception cref="InvalidOperationException">The columns are not those of the record.</exception>
    public RowShape(NpgsqlDataReader reader)
    {
        _reader = reader;
        if (s_isValue)
            return;
        string[] columns = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        bool isTuple = typeof(T).IsValueType;
        if (columns.Length != s_parameters.Length || (!isTuple && !columns.SequenceEqual(
            s_parameters.Select(p => p.Name!), StringComparer.OrdinalIgnoreCase)))
            throw new InvalidOperationException(
                $"{typeof(T).Name} is not of the columns {string.Join(", ", columns)}.");
    }

    /// <summary>The row that the reader is at.</summary>
    public T Read()
    {
        if (s_invoker is null)
            return (T)Value(0, s_value)!;
        for (int i = 0; i < _values.Length; i++)
            _values[i] = Value(i, s_parameters[i].ParameterType);
        return (T)s_invoker.Invoke(_values.AsSpan());
    }

    private object? Value(int column, Type type)
    {
        if (_reader.IsDBNull(column))
            return null;
        object value = _reader.GetValue(column);
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsInstanceOfType(value))
            return value;
        // A short text is a char; of enumerations there are only those of numbers.
        return type.IsEnum
            ? Enum.ToObject(type, value)
            : Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
    }
}
