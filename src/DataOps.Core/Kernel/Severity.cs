namespace DataOps.Core.Kernel;

/// <summary>How bad a finding is.</summary>
public enum Severity
{
    /// <summary>Breaks the application, or a dump and its load.</summary>
    Error,

    /// <summary>Will break something one day.</summary>
    Warning,

    /// <summary>History, by design; shown only when asked for.</summary>
    Expected,
}
