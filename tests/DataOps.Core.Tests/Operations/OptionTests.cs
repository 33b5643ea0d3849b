using DataOps.Core.Features.Datasets.Export;
using DataOps.Core.Features.Orphans;
using DataOps.Core.Features.Audits;
using DataOps.Core.Features.Backups;
using DataOps.Core.Features.Pages;
using DataOps.Core.Features.Repairs;
using DataOps.Core.Features.Trees;

namespace DataOps.Core.Tests.Operations;

/// <summary>What the options records refuse, before an operation looks at its session.</summary>
public sealed class OptionTests
{
    public static TheoryData<string> Ranges => Named(o => o.Range is not null);

    public static TheoryData<string> Mandatory => Named(o => o.IsMandatory);

    public static TheoryData<string> WithUndoFile => Named(o => o.Name == "NoUndo");

    [Theory, MemberData(nameof(Ranges))]
    public void A_number_out_of_range_is_refused(string name)
    {
        (OperationDescription operation, OptionDescription option) = Find(name);
        (int least, int most) = option.Range!.Value;
        foreach (long wrong in new[] { least - 1L, most + 1L }.Where(n => n <= int.MaxValue))
        {
            DataOpsException refusal = Refusal(operation, option.Set!(Valid(operation), [$"{wrong}"]));
            Assert.Equal(("InvalidOption", $"-{option.Name} cannot be {wrong}."), (refusal.Id, refusal.Message));
            Assert.Contains($"{least}", refusal.Advice);
        }
        option.Set!(Valid(operation), [$"{least}"]).Validate();
        option.Set!(Valid(operation), [$"{most}"]).Validate();
    }

    [Theory, MemberData(nameof(Mandatory))]
    public void What_nothing_can_be_done_without_is_asked_for(string name)
    {
        (OperationDescription operation, OptionDescription option) = Find(name);

        DataOpsException refusal = Refusal(operation, Valid(operation, option));

        Assert.Equal(("MissingOption", $"-{option.Name} is missing.", option.Text),
            (refusal.Id, refusal.Message, refusal.Advice));
    }

    [Theory, MemberData(nameof(WithUndoFile))]
    public void An_undo_file_that_is_to_be_written_and_not_to_be_is_refused(string name)
    {
        (OperationDescription operation, OptionDescription noUndo) = Find(name);
        OptionDescription undoPath = operation.Options.Single(o => o.Name == "UndoPath");

        DataOpsException refusal = Refusal(
            operation, undoPath.Set!(noUndo.Set!(Valid(operation), ["true"]), ["some.undo.gz"]));

        Assert.Equal(
            ("ContradictingOptions", "-NoUndo and -UndoPath contradict each other."), (refusal.Id, refusal.Message));
    }

    [Fact]
    public void A_file_to_read_that_is_not_there_is_said_before_anything_else()
    {
        const string missing = "/no/such/file.json";
        string[] accepted = [.. from operation in OperationDescription.All
            from option in operation.Options
            where option.Form is OptionForm.File or OptionForm.DatasetToRead or OptionForm.Definition
                or OptionForm.NamesOrFile
            let options = option.Set!(Valid(operation), [missing])
            where Record.Exception(options.Validate) is not DataOpsException { Id: ErrorIds.FileNotFound }
            select $"{operation.Name} -{option.Name}"];

        // These are written, tried with another option below, or may be patterns.
        Assert.Equal(
        [
            "Backup-Site -Base", "Backup-Site -Path", "Export-AuditReport -Path", "Export-Schema -Path",
            "Export-SiteDescription -Path", "Get-Change -UndoFile", "New-EnvironmentDefinition -Path",
            "New-RepairPolicy -Path", "Remove-Change -UndoFile",
        ], accepted.Where(o => !o.EndsWith(" -UndoPath", StringComparison.Ordinal)
            && !o.EndsWith(" -ProgramFolder", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        new TestDatabaseOptions { Baseline = missing, UpdateBaseline = true }.Validate();
        Assert.Equal($"There is no file {missing}.", Message(new BackupSiteOptions
        {
            Path = "new", AsFolder = true, Base = missing,
        }));
        new RepairDatabaseOptions { Policy = "{}" }.Validate();
    }

    [Fact]
    public void The_operation_itself_refuses_what_its_options_refuse() =>
        Assert.Equal("-Depth cannot be -1.",
            Assert.Throws<DataOpsException>(() => new GetPage().Run(null!, new() { Depth = -1 }, new())).Message);

    [Fact]
    public void An_option_that_means_nothing_alone_names_what_it_needs()
    {
        Assert.Equal("-To means nothing without -Orphan Reattach.", Message(new RepairTreeOptions { To = "2" }));
        Assert.Equal("-To means nothing without -Action Repoint.",
            Message(new RepairOrphanOptions { To = "2", Action = OrphanAction.Delete }));
        Assert.Equal("-Argument means nothing without -Definition.",
            Message(new ExportDatasetOptions { Path = "x.json", Argument = ["a=1"] }));
        Assert.Equal("-OldPage means nothing without -AsNewPage.",
            Message(new ConvertPageOptions { To = "a.b", OldPage = OldPage.Delete }));
        new RepairOrphanOptions { To = "2", Action = OrphanAction.Repoint }.Validate();
    }

    [Fact]
    public void An_option_that_contradicts_some_values_of_another_one_names_the_value()
    {
        Assert.Equal(
            "-BatchSize and -Action PlainPage contradict each other.",
            Message(new RepairOrphanOptions { BatchSize = 10, Action = OrphanAction.PlainPage }));
        new RepairOrphanOptions { BatchSize = 10, Action = OrphanAction.Delete }.Validate();
    }

    [Fact]
    public void An_empty_text_is_refused_unless_it_takes_something_away()
    {
        Assert.Equal("-Parent cannot be empty.", Message(new GetPageOptions { Parent = "" }));
        new Core.Features.Sites.SetSiteOptions { SiteName = "" }.Validate();
    }

    [Theory]
    [InlineData("Get-Page.Depth", "many", "Use a number.")]
    [InlineData("Get-Page.Depth", "99999999999", "Use a number.")]
    [InlineData("Get-Page.Tree", "perhaps", "Use true or false.")]
    [InlineData("Move-Page.Position", "2", "Use LastChild, ")]
    public void A_text_that_is_no_value_is_refused_with_those_that_are(string name, string text, string advice)
    {
        (OperationDescription operation, OptionDescription option) = Find(name);

        DataOpsException refusal = Assert.Throws<DataOpsException>(() => option.Set!(operation.Create(), [text]));

        Assert.Equal(("InvalidOption", $"-{option.Name} cannot be \"{text}\"."), (refusal.Id, refusal.Message));
        Assert.StartsWith(advice, refusal.Advice);
    }

    [Fact]
    public void A_description_reads_texts_and_objects_into_the_record()
    {
        (OperationDescription find, OptionDescription @class) = Find("Find-Orphan.Class");
        FindOrphanOptions found = (FindOrphanOptions)@class.Set!(find.Create(), ["tree, Soft", "generic"]);
        Assert.Equal(
            [Core.Django.References.ReferenceClass.Tree, Core.Django.References.ReferenceClass.Soft,
                Core.Django.References.ReferenceClass.Generic], found.Class);

        (OperationDescription repair, OptionDescription input) = Find("Repair-Orphan.InputObject");
        RepairOrphanOptions options = (RepairOrphanOptions)input.SetObjects!(
            repair.Create(), [p => p == "Key" ? "7" : null]);
        Assert.Equal(new OrphanInput { Key = "7" }, Assert.Single(options.InputObject!));
    }

    [Fact]
    public void Every_option_says_what_it_is() =>
        Assert.All(OperationDescription.All.SelectMany(o => o.Options.Select(x => x.Text).Append(o.Text)),
            text => Assert.Matches(@"^[A-Z\-].*[.)]$", text));

    private static TheoryData<string> Named(Func<OptionDescription, bool> which) =>
        [.. OperationDescription.All.SelectMany(o => o.Options.Where(which).Select(x => $"{o.Name}.{x.Name}"))];

    private static (OperationDescription Operation, OptionDescription Option) Find(string name)
    {
        OperationDescription operation = OperationDescription.All.Single(o => o.Name == name.Split('.')[0]);
        return (operation, operation.Options.Single(o => o.Name == name.Split('.')[1]));
    }

    private static IOptions Valid(OperationDescription operation, OptionDescription? but = null) =>
        operation.Options.Where(o => o.IsMandatory && o != but).Aggregate(
            operation.Create(), (options, o) => o.Set!(options, [Any(o)]));

    private static string Any(OptionDescription option) =>
        (Nullable.GetUnderlyingType(option.Type) ?? option.Type) is { IsEnum: true } type
            ? Enum.GetNames(type)[0]
            : option.Form is OptionForm.Text ? "x.json"
            : typeof(OptionTests).Assembly.Location;

    // Without a session: an operation that went on would fail in another way.
    private static DataOpsException Refusal(OperationDescription operation, IOptions options) =>
        Assert.Throws<DataOpsException>(() => operation.Run(null, options, new OperationContext()));

    private static string Message(IOptions options) => Assert.Throws<DataOpsException>(options.Validate).Message;
}
