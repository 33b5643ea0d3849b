namespace DataOps.Tasks;

/// <summary>A task cannot go on; the message is all that the person at the prompt needs.</summary>
internal sealed class TaskFailedException(string message) : Exception(message);
