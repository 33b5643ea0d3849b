using DataOps.Core.Postgres.Copy;

namespace DataOps.Core.Django.Values;

/// <summary>Writes a binary field as the text that stands in the JSON, without quotes; that text needs no escape.</summary>
internal delegate void FieldText(ReadOnlySpan<byte> field, Utf8Output output);
