namespace DataOps.Core.Django.Values;

/// <summary>Why a fixture does not give back exactly the value that was stored.</summary>
internal enum Loss
{
    /// <summary>It does.</summary>
    None,

    /// <summary>A time whose microseconds are cut off.</summary>
    CutTime,

    /// <summary>A time or interval that Python has no value for; only DataOps reads it back.</summary>
    NotInPython,

    /// <summary>JSON's null, which a fixture writes as it writes NULL.</summary>
    JsonNull,

    /// <summary>A JSON string that is itself the text of StreamField blocks, and is taken for them.</summary>
    BlocksInString,

    /// <summary>A value that was told to be written as a StreamField's text and holds no blocks, so that it is read as a JSON string.</summary>
    NoBlocks,

    /// <summary>An interval with months, with a day or more of hours, or with a negative time: Python counts all of it in days and a part of a day.</summary>
    InDays,

    /// <summary>An array that does not start at 1.</summary>
    Shifted,
}
