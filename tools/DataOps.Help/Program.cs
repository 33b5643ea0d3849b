using System.Reflection;
using DataOps.Help;

// dataops-help <DataOps.PowerShell.dll> <folder of the Markdown pages> <folder to write to>
// Facts (parameters, sets, positions, types) come from the compiled cmdlets, words from the pages.
string assembly = Path.GetFullPath(args[0]);
string pages = args[1];
string target = args[2];
Directory.CreateDirectory(target);

Page common = Page.Read(Path.Join(pages, "about_DataOps_Connections.md"));
List<(Cmdlet Cmdlet, Page Page)> cmdlets = Cmdlet.In(Assembly.LoadFrom(assembly))
    .Select(c => (c, Page.Read(Path.Join(pages, c.Name + ".md"))))
    .ToList();
Maml.Write(cmdlets, common, Path.Join(target, Path.GetFileName(assembly) + "-Help.xml"));
foreach (string topic in Directory.GetFiles(pages, "about_*.md"))
    AboutTopic.Write(Page.Read(topic), Path.Join(target, Path.GetFileNameWithoutExtension(topic) + ".help.txt"));
return 0;
