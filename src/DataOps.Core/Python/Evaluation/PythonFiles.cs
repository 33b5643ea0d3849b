using System.Collections.Concurrent;
using DataOps.Core.Python.Syntax;

namespace DataOps.Core.Python.Evaluation;

/// <summary>Files of Python below one or more folders or archives, each read when it is asked for.</summary>
internal sealed class PythonFiles
{
    private readonly Dictionary<string, Func<byte[]>> _files;
    private readonly HashSet<string> _packages;
    private readonly ConcurrentDictionary<string, ModuleScope?> _modules = new();
    private readonly Dictionary<string, string> _paths = [];

    /// <summary>Takes files by their paths, with / between folders.</summary>
    public PythonFiles(IEnumerable<(string Path, Func<byte[]> Read)> files)
    {
        _files = [];
        foreach ((string path, Func<byte[]> read) in files)
            _files.TryAdd(path, read);
        _packages = [.. _files.Keys.Where(p => p.EndsWith("/__init__.py", StringComparison.Ordinal))
            .Select(p => p[..^"/__init__.py".Length]).Where(CanBeImported)];
        foreach (string path in _files.Keys)
            _paths.TryAdd(ModuleOf(path), path);
        foreach (string path in _files.Keys)
            _paths.TryAdd(BelowPackage(path), path);
    }

    /// <summary>Values that are known from elsewhere, by their dotted paths.</summary>
    public IReadOnlyDictionary<string, PythonValue> Known { get; init; } = new Dictionary<string, PythonValue>();

    /// <summary>The paths of all files.</summary>
    public IEnumerable<string> Paths => _files.Keys;

    /// <summary>The dotted name of a file's module: the folders above it that are packages, and its own.</summary>
    public string ModuleOf(string path)
    {
        string[] parts = path[..^".py".Length].Split('/');
        int first = parts.Length - 1;
        string folder = path[..Math.Max(0, path.LastIndexOf('/'))];
        // The folder of migrations itself need be no package.
        bool mayLack = parts.Length > 1 && parts[^2] == "migrations";
        while (first > 0 && (_packages.Contains(folder) || mayLack))
        {
            mayLack = false;
            first--;
            folder = folder[..Math.Max(0, folder.LastIndexOf('/'))];
        }
        return Dotted(parts[first..]);
    }

    // No import names a folder such as network-api, whatever is in it.
    private static bool CanBeImported(string folder) =>
        folder[(folder.LastIndexOf('/') + 1)..].All(c => char.IsLetterOrDigit(c) || c == '_');

    private static string Dotted(string[] name) =>
        string.Join('.', name is [.., "__init__"] and not ["__init__"] ? name[..^1] : name);

    // Below a package, a folder without __init__.py is one as well (PEP 420).
    private string BelowPackage(string path)
    {
        int slash = path.IndexOf('/');
        while (slash >= 0 && !_packages.Contains(path[..slash]))
            slash = path.IndexOf('/', slash + 1);
        int start = slash <= 0 ? path.LastIndexOf('/') + 1 : path.LastIndexOf('/', slash - 1) + 1;
        return Dotted(path[start..^".py".Length].Split('/'));
    }

    /// <summary>The bytes of a file; null where there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public byte[]? Read(string path) => _files.TryGetValue(path, out Func<byte[]>? read) ? read() : null;

    /// <summary>The file of a module; null where there is none.</summary>
    public string? PathOf(string module) => _paths.GetValueOrDefault(module);

    /// <summary>The names of a module; null where there is no such file, or it is no Python.</summary>
    public ModuleScope? Module(string name) => _modules.GetOrAdd(name, n =>
    {
        if (PathOf(n) is not { } path || Read(path) is not { } bytes)
            return null;
        try
        {
            Module module = Parser.Parse(PythonSource.Decode(path, bytes));
            return new ModuleScope(this, n, path.EndsWith("/__init__.py", StringComparison.Ordinal), module);
        }
        catch (PythonSyntaxException)
        {
            // What it means is not known then; whoever asks says so of what he asked about.
            return null;
        }
    });

    /// <summary>
    /// What a dotted path means: a value that its module says, or the path of the class or function itself, through
    /// all modules that import it. The path as it is where no module of these files tells.
    /// </summary>
    public PythonValue Follow(string path)
    {
        // Files are read side by side, and a module keeps the values that it has made.
        lock (_modules)
            return Follow(path, 0);
    }

    private PythonValue Follow(string path, int depth)
    {
        const int Deepest = 12;
        for (int dot = path.LastIndexOf('.'); dot > 0 && depth < Deepest; dot = path.LastIndexOf('.', dot - 1))
            if (Module(path[..dot]) is { } module)
            {
                string[] names = path[(dot + 1)..].Split('.');
                return module.Find(names[0]) switch
                {
                    ImportedBinding import =>
                        Follow(string.Join('.', names.Skip(1).Prepend(import.Path)), depth + 1),
                    ValueBinding value when names.Length == 1 => module.Evaluate(value),
                    ValueBinding value when OwnerOf(module.Evaluate(value), depth) is { } owner =>
                        Follow(string.Join('.', names.Skip(1).Prepend(owner)), depth + 1),
                    ClassBinding { Class: var @class } when names.Length > 1
                        && @class.Find(names[1]) is { } attribute
                        && new Evaluator(module).Evaluate(attribute) is NamedValue named =>
                        Follow(string.Join('.', names.Skip(2).Prepend(named.Path)), depth + 1),
                    _ => new NamedValue(path),
                };
            }
        return new NamedValue(path);
    }

    // Whose attributes a value has: a thing by another name, or an object of a class that sets none itself.
    private string? OwnerOf(PythonValue value, int depth) => value switch
    {
        NamedValue named => named.Path,
        CallValue { Path: { } path } when Follow(path, depth + 1) is NamedValue { Path: var own }
            && own.LastIndexOf('.') is > 0 and var dot
            && Module(own[..dot])?.Find(own[(dot + 1)..]) is ClassBinding { Class: var @class }
            && !@class.Body.OfType<FunctionStatement>().Any() => own,
        _ => null,
    };
}
