"""Random values, the awkward ones among them; the same seed gives the same values."""
import datetime
import math
import random
import re
import uuid
from decimal import Decimal

from psycopg2.extras import DateRange, DateTimeTZRange, NumericRange

UTC = datetime.timezone.utc

# What breaks a writer that escapes, quotes, splits or encodes carelessly.
PIECES = [
    "a", "Zürich", "two words", " ", "'", "''", '"', '\\', '\\"', "\\N", "\\.", "\\u0041", "$1", "%s", "{}", "{a,b}", "NULL", "null", "[1]", '["x", null]',
    "\b", "\t", "\n", "\r", "\f", "\v", "\x01", "\x1b", "\x1f", "\x7f", "\x85", "\xa0", "\u2028", "\u2029", "\ufeff", "\ufffd", "\uffff",
    "é", "e\u0301", "ß", "İ", "日本語", "עברית", "\u202eالعربية", "😀", "👩‍👩‍👧", "\U0010ffff", "</script>", "<!--", "&amp;", "/", ",", ":", ";", "--", "/*",
]


# What XML has no way to hold; in an attribute, where Django writes keys, it makes a blank of a tab and of a line's end.
NOT_IN_XML = re.compile("[\x00-\x1f\ufffe\uffff]")


class Values:
    """Draws values from one random source; xml leaves out the characters that XML cannot hold, and the blanks around a text, which Django's reader takes away."""

    def __init__(self, seed, xml=False):
        self.random = random.Random(seed)
        self.xml = xml
        self.pieces = [piece for piece in PIECES if not (xml and NOT_IN_XML.search(piece))]

    def maybe(self, draw, *arguments, share=0.25):
        """None now and then, else what draw gives."""
        return None if self.random.random() < share else draw(*arguments)

    def some(self, draw, *arguments, most=4):
        """A list: often short, sometimes empty, rarely long."""
        count = 60 if self.random.random() < 0.01 else self.random.randint(0, most)
        return [draw(*arguments) for _ in range(count)]

    def pick(self, *values):
        return self.random.choice(values)

    def text(self, most):
        text = "".join(self.random.choice(self.pieces) for _ in range(self.random.choice([0, 1, 1, 2, 5, 12, 40])))[:most]
        return text.strip() if self.xml else text

    def word(self, most=12):
        return "".join(self.random.choice("abcdefghijklmnopqrstuvwxyz0123456789-_") for _ in range(self.random.randint(1, most)))

    def integer(self, bits, least=None):
        low, high = -(1 << bits - 1) if least is None else least, (1 << bits - 1) - 1
        near_zero = [n for n in (-1, 0, 1) if n >= low]
        return self.pick(low, high, *near_zero, self.random.randint(low, high), self.random.randint(low, high))

    def real(self):
        ordinary = (self.random.random() - 0.5) * 10.0 ** self.random.randint(-20, 20)
        return self.pick(math.nan, math.inf, -math.inf, -0.0, 0.0, 1.0, 0.1, 1e16, 1e22, 1e-5, 5e-324, 1.7976931348623157e308, ordinary, ordinary, ordinary, float(round(ordinary)))

    def decimal(self, digits, places):
        digit_count = self.random.randint(1, digits)
        number = Decimal(self.random.randint(0, 10**digit_count - 1)).scaleb(-places)
        return self.pick(number, -number, number, Decimal(0).scaleb(-places), Decimal("NaN"))

    def microsecond(self):
        return self.pick(0, 0, 1, 999, 1000, 500000, 999000, 999999, self.random.randint(0, 999999))

    def day(self):
        return self.pick(datetime.date.min, datetime.date.max, datetime.date(1900, 2, 28), datetime.date(2024, 2, 29), datetime.date.fromordinal(self.random.randint(1, 3652059)))

    def clock(self):
        last = datetime.time(23, 59, 59)
        return self.pick(datetime.time(), last, datetime.time(self.random.randint(0, 23), self.random.randint(0, 59), self.random.randint(0, 59))).replace(microsecond=self.microsecond())

    def instant(self):
        return datetime.datetime.combine(self.day(), self.clock(), UTC)

    def duration(self):
        days = self.pick(0, 0, 1, -1, 400, 999999998, -999999998, self.random.randint(-100000, 100000))
        return datetime.timedelta(days, self.pick(0, 1, 86399, self.random.randint(0, 86399)), self.microsecond())

    def uuid(self):
        return uuid.UUID(int=self.random.getrandbits(128))

    def bytes(self, most=40):
        return self.random.randbytes(self.random.randint(0, most))

    def address(self):
        v4 = ".".join(str(self.random.randint(0, 255)) for _ in range(4))
        v6 = ":".join(f"{self.random.getrandbits(16):x}" for _ in range(8))
        return self.pick(v4, v4, v6, "::", "::1", "2001:db8::1", "::ffff:" + v4, "0.0.0.0", "255.255.255.255")

    def json(self, depth=3):
        """Any JSON value but null at the top."""
        scalar = self.pick(self.text(40), "", 0, -1, 10**30, True, False, 1.5, 0.1, 1e-7, -2.5e-12, 1e22, 1.0, self.random.random(), self.random.randint(-(10**12), 10**12))
        if depth == 0:
            return scalar
        value = lambda: self.maybe(self.json, depth - 1, share=0.1)
        return self.pick(scalar, [value() for _ in range(self.random.randint(0, 4))], {self.text(12): value() for _ in range(self.random.randint(0, 4))})

    def hstore(self):
        return {self.text(12): self.maybe(self.text, 30) for _ in range(self.random.randint(0, 4))}

    def range(self, kind, draw):
        """A range of ordered ends, either of which may be open; sometimes empty."""
        if self.random.random() < 0.1:
            return kind(empty=True)
        lower, upper = sorted([draw(), draw()])
        return kind(self.pick(lower, lower, None), self.pick(upper, upper, None), self.pick("[)", "[]", "(]", "()"))

    def integer_range(self, bits):
        return self.range(NumericRange, lambda: self.random.randint(-(1 << bits - 2), 1 << bits - 2))

    def decimal_range(self):
        return self.range(NumericRange, lambda: Decimal(self.random.randint(-(10**9), 10**9)).scaleb(-self.random.randint(0, 8)))

    def day_range(self):
        return self.range(DateRange, lambda: datetime.date.fromordinal(self.random.randint(1, 3652050)))

    def instant_range(self):
        return self.range(DateTimeTZRange, self.instant)
