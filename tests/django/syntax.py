"""Prints the syntax tree of each file whose path comes on standard input, as Python itself reads it.

One line a file: a digest of the tree's text, or - where Python refuses the file; with --text the text itself.
"""
import ast
import hashlib
import struct
import sys
import warnings

warnings.simplefilter("ignore")
sys.setrecursionlimit(20000)
HIDDEN = {"ctx", "kind", "type_comment", "type_ignores", "type_params", "str"}


def constant(value):
    if value is None or value is True or value is False or value is ...:
        return repr(value)
    if isinstance(value, int):
        return "i%x" % value
    if isinstance(value, float):
        return "f" + struct.pack(">d", value).hex()
    if isinstance(value, complex):
        return "c" + struct.pack(">d", value.imag).hex()
    if isinstance(value, bytes):
        return "b" + value.hex()
    return "s" + value.encode("utf-16-be", "surrogatepass").hex()


def write(node, out):
    if isinstance(node, ast.Constant):
        out.append(constant(node.value))
    elif isinstance(node, ast.AST):
        out.append(type(node).__name__)
        out.append("(")
        if isinstance(node, (ast.expr, ast.stmt)) and not isinstance(node, (ast.JoinedStr, ast.FormattedValue)):
            out.append("@%d;" % node.lineno)
        for field in node._fields:
            if field not in HIDDEN:
                write(getattr(node, field, None), out)
                out.append(";")
        out.append(")")
    elif isinstance(node, list):
        out.append("[")
        for item in node:
            write(item, out)
            out.append(",")
        out.append("]")
    else:
        out.append(str(node))


for path in sys.stdin.read().splitlines():
    try:
        with open(path, "rb") as file:
            tree = ast.parse(file.read())
    except (SyntaxError, ValueError):
        print("-")
        continue
    parts = []
    write(tree, parts)
    text = "".join(parts)
    print(text if "--text" in sys.argv else hashlib.sha256(text.encode()).hexdigest())
