namespace DataOps.Core.Kernel;

/// <summary>A result that is a line of a script, and is written as it is.</summary>
public interface IScriptLine
{
    /// <summary>The line, without its end.</summary>
    string Text { get; }
}
