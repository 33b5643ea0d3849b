using System.Globalization;
using System.Numerics;

namespace DataOps.Core.Python;

/// <summary>The values of numbers.</summary>
internal static class NumberLiteral
{
    // CPython's own limit (sys.int_info.default_max_str_digits).
    private const int MaxDigits = 4300;

    /// <summary>A BigInteger, a double or a Complex.</summary>
    /// <exception cref="PythonSyntaxException">It has too many digits, or a zero in front.</exception>
    public static object Decode(PythonSource source, Token token)
    {
        string text = source.Text[token.Start..token.End].Replace("_", "");
        PythonSyntaxException Wrong(string problem) => new(problem, source.LineOf(token.Start));
        if (text.Length > 2 && text[0] == '0' && char.ToLowerInvariant(text[1]) is 'x' or 'o' or 'b')
            return OfBase(text[2..], char.ToLowerInvariant(text[1]) switch { 'x' => 4, 'o' => 3, _ => 1 });
        if (text[^1] is 'j' or 'J')
            return new Complex(0, Double(text[..^1]));
        if (text.AsSpan().IndexOfAny(".eE") >= 0)
            return Double(text);
        if (text.Length > MaxDigits)
            throw Wrong($"a number of more than {MaxDigits} digits");
        return text[0] == '0' && text.AsSpan().ContainsAnyExcept('0')
            ? throw Wrong("leading zeros in decimal integer literals are not permitted")
            : BigInteger.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static double Double(string text) =>
        double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    // Digits of bits, the first one the highest.
    private static BigInteger OfBase(string digits, int bits)
    {
        byte[] bytes = new byte[(digits.Length * bits / 8) + 2];
        for (int i = 0; i < digits.Length; i++)
        {
            int value = Convert.ToInt32(digits[^(i + 1)].ToString(), 16);
            for (int bit = 0; bit < bits; bit++)
                if ((value >> bit & 1) != 0)
                    bytes[((i * bits) + bit) / 8] |= (byte)(1 << ((i * bits) + bit) % 8);
        }
        return new BigInteger(bytes, isUnsigned: true);
    }
}
