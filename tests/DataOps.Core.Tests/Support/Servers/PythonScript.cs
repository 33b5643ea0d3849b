using System.Diagnostics;

namespace DataOps.Core.Tests.Support.Servers;

/// <summary>The machine's Python, where a test compares with what Python itself writes.</summary>
internal static class PythonScript
{
    private static readonly string[] s_names = ["python3", "/usr/bin/python3", "python"];

    /// <summary>
    /// Runs a script with the text as its input and returns its output; skips the test where no Python has these
    /// modules.
    /// </summary>
    public static string Run(string script, string input, string modules, params string[] arguments)
    {
        string? python = s_names.FirstOrDefault(name => TryRun(name, "import " + modules, "", [], out _));
        Assert.SkipWhen(python is null, $"There is no Python with {modules} on this machine.");
        Assert.True(TryRun(python, script, input, arguments, out string output), output);
        return output;
    }

    private static bool TryRun(string name, string script, string input, string[] arguments, out string output)
    {
        ProcessStartInfo start = new(name,
            ["-c", script, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true,
            RedirectStandardError = true };
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> said = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            process.WaitForExit();
            output = process.ExitCode == 0 ? said.Result : error.Result;
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            // There is no program of that name.
            output = e.Message;
            return false;
        }
    }
}
