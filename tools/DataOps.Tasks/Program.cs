using DataOps.Tasks;

// What build.sh and build.ps1 do, once for both.
string word = args.FirstOrDefault() ?? "";
// Undo files of tries and tests are nobody's: they go with the task.
DirectoryInfo state = Directory.CreateTempSubdirectory("dataops-state-");
Environment.SetEnvironmentVariable("XDG_STATE_HOME", state.FullName);
try
{
    return word switch
    {
        "try" => MainJob.Run(),
        "test" => TestRun.Run(),
        "bench" => Benchmarks.Run(args[1..]),
        "pack" => Package.Run(),
        "with-site" when args.Length > 1 => WithSite.Run(args[1..]),
        _ => Usage(),
    };
}
catch (TaskFailedException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
finally
{
    state.Delete(recursive: true);
}

static int Usage()
{
    Console.Error.WriteLine(
        """
        ./build.sh try     audits, dumps, loads and compares the sample site on a scratch server
        ./build.sh test    runs every test
        ./build.sh bench   measures (what follows goes to the benchmarks)
        ./build.sh pack    publishes the module and the command line into artifacts/
        ./build.sh with-site COMMAND...   runs a command beside a scratch server that has the sample site
        """);
    return 2;
}
