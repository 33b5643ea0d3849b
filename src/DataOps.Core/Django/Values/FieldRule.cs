using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Turns the text of a JSON string, number or truth value into the type's text; returns what is wrong with it, or null.</summary>
internal delegate string? FieldRule(ReadOnlySpan<byte> given, Utf8Output text);
