using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using DataOps.Core.Django.Values;
using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Files;

/// <summary>
/// What a plain scalar of YAML means: as PyYAML reads YAML 1.1, written as the JSON of the value that Python gets.
/// </summary>
internal static partial class YamlScalar
{
    private const string Prefix = "tag:yaml.org,2002:";

    /// <summary>Writes a scalar; false when it is not what its tag says.</summary>
    /// <param name="value">Its text.</param>
    /// <param name="tag">Its tag; null where it has none, and its form tells.</param>
    /// <param name="isPlain">Whether it stands without quotes.</param>
    /// <param name="output">Gets the JSON.</param>
    public static bool TryWrite(string value, string? tag, bool isPlain, Utf8Output output)
    {
        string kind = tag is null or "!" ? (isPlain || tag is not null ? KindOf(value) : "str")
            : tag.StartsWith(Prefix, StringComparison.Ordinal) ? tag[Prefix.Length..]
            : tag;
        switch (kind)
        {
            case "str":
                WriteString(value, output);
                return true;
            case "null":
                output.Write("null"u8);
                return true;
            case "bool" when Bool().IsMatch(value):
                output.Write(value[0] is 'y' or 'Y' or 't' or 'T'
                    || value.Equals("on", StringComparison.OrdinalIgnoreCase) ? "true"u8 : "false"u8);
                return true;
            case "int" when Integer().IsMatch(value):
                output.WriteText(ToInteger(value).ToString(CultureInfo.InvariantCulture));
                return true;
            case "float" when Real().IsMatch(value) || Integer().IsMatch(value):
                WriteReal(ToReal(value), output);
                return true;
            case "timestamp" when Moment().Match(value) is { Success: true } match:
                WriteString(ToMoment(match), output);
                return true;
            case "binary":
                WriteString(string.Concat(value.Where(c => !char.IsWhiteSpace(c))), output);
                return true;
            default:
                return false;
        }
    }

    // Most scalars start with a letter and are none of this.
    private static string KindOf(string value)
    {
        if (value.Length == 0)
            return "null";
        return value[0] switch
        {
            '~' or 'n' or 'N' when Null().IsMatch(value) => "null",
            'y' or 'Y' or 'n' or 'N' or 't' or 'T' or 'f' or 'F' or 'o' or 'O' when Bool().IsMatch(value) => "bool",
            '-' or '+' or '.' or (>= '0' and <= '9') => KindOfNumber(value),
            _ => "str",
        };
    }

    private static string KindOfNumber(string value) =>
        Integer().IsMatch(value)
            ? "int"
            : Real().IsMatch(value) ? "float" : Moment().IsMatch(value) ? "timestamp" : "str";

    private static BigInteger ToInteger(string value)
    {
        string digits = value.Replace("_", "");
        bool isNegative = digits[0] == '-';
        digits = digits.TrimStart('+', '-');
        BigInteger number = digits switch
        {
            _ when digits.StartsWith("0b", StringComparison.Ordinal) => Sum(digits[2..], 2),
            _ when digits.StartsWith("0x", StringComparison.Ordinal) => Sum(digits[2..], 16),
            _ when digits.Contains(':') =>
                digits.Split(':').Aggregate(
                    BigInteger.Zero, (sum, part) => sum * 60 + BigInteger.Parse(part, CultureInfo.InvariantCulture)),
            ['0', _, ..] => Sum(digits, 8),
            _ => BigInteger.Parse(digits, CultureInfo.InvariantCulture),
        };
        return isNegative ? -number : number;
    }

    private static BigInteger Sum(string digits, int radix) =>
        digits.Aggregate(BigInteger.Zero, (sum, digit) => sum * radix + Convert.ToInt32(digit.ToString(), 16));

    private static double ToReal(string value)
    {
        string text = value.Replace("_", "").ToLowerInvariant();
        double sign = text[0] == '-' ? -1 : 1;
        text = text.TrimStart('+', '-');
        return text switch
        {
            ".inf" => sign * double.PositiveInfinity,
            ".nan" => double.NaN,
            _ when text.Contains(':') =>
                sign * text.Split(':').Aggregate(
                    0.0, (sum, part) => sum * 60 + double.Parse(part, CultureInfo.InvariantCulture)),
            _ => sign * double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
    }

    // What JSON has no word for stands in quotes, as the decoders of numbers take it.
    private static void WriteReal(double value, Utf8Output output)
    {
        if (!double.IsFinite(value))
            output.WriteByte((byte)'"');
        FloatConverter.Write(value, output);
        if (!double.IsFinite(value))
            output.WriteByte((byte)'"');
    }

    // As Python's str() of the date or time.
    private static string ToMoment(Match match)
    {
        string Two(string group) => match.Groups[group].Value.PadLeft(2, '0');
        string day = $"{match.Groups["year"].Value}-{Two("month")}-{Two("day")}";
        if (!match.Groups["hour"].Success)
            return day;
        string fraction = match.Groups["fraction"].Value.PadRight(6, '0')[..6];
        string zone = match.Groups["sign"].Success
            ? $"{match.Groups["sign"].Value}{Two("zonehour")}:{Two("zoneminute")}"
            : match.Groups["utc"].Success ? "+00:00"
            : "";
        string second = match.Groups["second"].Value + (fraction == "000000" ? "" : "." + fraction);
        return $"{day} {Two("hour")}:{match.Groups["minute"].Value}:{second}{zone}";
    }

    private static void WriteString(string value, Utf8Output output) =>
        output.WriteJsonString(Encoding.UTF8.GetBytes(value));

    [GeneratedRegex(@"^(?:~|null|Null|NULL)\z")]
    private static partial Regex Null();

    [GeneratedRegex(@"^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)\z")]
    private static partial Regex Bool();

    [GeneratedRegex(
        @"^(?:[-+]?0b[0-1_]*[0-1][0-1_]*|[-+]?0[0-7_]*|[-+]?[1-9][0-9_]*|[-+]?0x[0-9a-fA-F_]*[0-9a-fA-F][0-9a-fA-F_]*"
        + @"|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)\z")]
    private static partial Regex Integer();

    [GeneratedRegex(
        @"^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
        + @"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*"
        + @"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z")]
    private static partial Regex Real();

    [GeneratedRegex(
        @"^(?<year>[0-9]{4})-(?<month>[0-9]{1,2})-(?<day>[0-9]{1,2})(?:(?<=-[0-9]{2}-[0-9]{2})\z"
        + @"|(?:[Tt]|[ \t]+)(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(?:\.(?<fraction>[0-9]*))?"
        + @"(?:[ \t]*(?:(?<utc>Z)|(?<sign>[-+])(?<zonehour>[0-9]{1,2})(?::(?<zoneminute>[0-9]{2}))?))?)\z")]
    private static partial Regex Moment();
}
