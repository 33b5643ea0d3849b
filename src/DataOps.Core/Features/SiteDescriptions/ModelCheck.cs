using DataOps.Core.Django.Migrations;
using DataOps.Core.Postgres.Schemas;
using DataOps.Core.Python.Evaluation;

namespace DataOps.Core.Features.SiteDescriptions;

/// <summary>Compares tables and columns with the models after the migrations that are applied.</summary>
internal sealed class ModelCheck(Session session, ReferenceCatalog catalog, SiteMigrations migrations, Check check)
{
    private readonly ColumnTypes _types = new(migrations.State, migrations.Files, migrations.Settings);
    private readonly HashSet<string> _apps = [.. migrations.History.Folders.Select(f => f.App)];

    private IEnumerable<string> WithoutFiles => migrations.Left.Where(l => !l.IsAmbiguous).Select(l => l.App);

    /// <summary>Finds where they differ.</summary>
    public IEnumerable<Finding> Find()
    {
        HashSet<Table> known = [];
        foreach (ModelState model in migrations.State.Models.Values.OrderBy(m => m.Label.ToString(),
            StringComparer.Ordinal))
        {
            Table? table = Named(model.Table);
            known.UnionWith(model.Fields.Where(f => HasOwnList(f.Field)).Select(f => ListOf(model, f.Name, f.Field))
                .Append(table).OfType<Table>());
            foreach (Finding finding in model.Is("proxy") ? []
                : !model.IsKnown ? NotKnown(model)
                : Of(model, table))
                yield return finding;
        }
        foreach (Table table in catalog.Database.Tables.Where(t => t.IsReadable && !known.Contains(t)))
            if (Unknown(table) is { } finding)
                yield return finding;
    }

    private Table? Named(string table) => SiteDescription.TableNamed(catalog.Database, table);

    private static Finding On(Finding finding, ModelState model, Table? table, Column? column = null) => finding with
    {
        Model = model.Label.ToString(),
        Table = table?.DisplayName,
        Column = column?.Name,
    };

    private Finding Of(ModelProblem problem, Severity severity, string text, string? remedy = null) =>
        ModelAudit.Of(session, problem, severity, text, remedy);

    private IEnumerable<Finding> NotKnown(ModelState model) =>
        migrations.State.AppDoubts.ContainsKey(model.App)
            ? []
            : [On(Of(ModelProblem.NotKnown, Severity.Expected, $"{model.Label} is not compared: {model.Doubts[0]}"),
                model, Named(model.Table))];

    private static bool HasOwnList(FieldState field) =>
        field.Kind == FieldKind.ManyToMany && field["through"] is null or { IsNone: true };

    private Table? ListOf(ModelState model, string name, FieldState field) =>
        Named(ModelState.ListTableOf(model.Table, name, field));

    private IEnumerable<Finding> Of(ModelState model, Table? table)
    {
        bool isManaged = model.Options.GetValueOrDefault("managed")?.AsCondition != false;
        // A model that another one takes the place of, or may take, has no table.
        bool isSwapped = model.TextOf("swappable") is { } setting
            && migrations.Settings.GetValueOrDefault(setting) != model.Label;
        if (!isManaged || isSwapped)
            yield break;
        if (table is null)
        {
            string name = model.Table;
            yield return On(Of(ModelProblem.MissingTable, Severity.Error,
                $"{model.Label} has no table {name}, although the migration that makes it is applied: every query of "
                    + "the model fails", Migration(model.Fields.Select(f => f.Field.Place).FirstOrDefault())),
                model, null) with { Value = name };
            yield break;
        }
        HashSet<string> columns = [];
        foreach ((string name, FieldState field) in model.Fields)
        {
            if (HasOwnList(field) && ListOf(model, name, field) is null)
                yield return MissingList(model, table, name, field);
            if (!ColumnTypes.HasColumn(field))
                continue;
            string column = ColumnTypes.ColumnOf(name, field);
            columns.Add(column);
            foreach (Finding finding in OfField(model, table, name, field, column))
                yield return finding;
        }
        // What a field of a class that no file tells of makes, nobody knows.
        if (table.IsReadable && !model.Fields.Any(f => f.Field.Kind == FieldKind.Unknown))
            foreach (Column column in table.Columns.Where(c => !columns.Contains(c.Name)))
                yield return UnknownColumn(model, table, column);
    }

    private Finding MissingList(ModelState model, Table table, string name, FieldState field)
    {
        string list = ModelState.ListTableOf(model.Table, name, field);
        return On(Of(ModelProblem.MissingTable, Severity.Error,
            $"the many-to-many field {name} of {model.Label} has no table {list}: every query of it fails",
            Migration(field.Place)), model, table) with { Value = list };
    }

    private IEnumerable<Finding> OfField(
        ModelState model, Table table, string name, FieldState field, string column)
    {
        if (table.Find(column) is not { } real)
        {
            if (field.Kind != FieldKind.Unknown)
                yield return On(Of(ModelProblem.MissingColumn, Severity.Error,
                    $"{table} has no column {column} of the field {name}: every query of {model.Label} fails",
                    Migration(field.Place)), model, table) with { Column = column };
            yield break;
        }
        ColumnType type = _types.Of(model, field);
        if (!type.Is(real.TypeText))
            yield return On(Of(ModelProblem.ColumnType, Severity.Warning,
                $"{table}.{column} is {real.TypeText}, and the field {name} {string.Join(" or ", type.Types)}: "
                    + "values that the one takes and the other does not are lost or refused",
                Retyping(table, real, type)), model, table, real) with
            {
                Value = real.TypeText,
                Expected = type.Types[0],
            };
        if (IsNullable(field) is { } isNullable && isNullable == real.NotNull)
            foreach (Finding finding in OfNull(model, table, name, real))
                yield return finding;
    }

    // Of a class whose arguments nobody knows, and of what the database makes, it is not said.
    private bool? IsNullable(FieldState field) =>
        _types.IsLoose(field) || field.Kind == FieldKind.Auto || field.Class.Own == "GeneratedField"
            || field["primary_key"]?.AsCondition == true ? null
        : field.Class.Own == "NullBooleanField" ? true
        : field["null"] is not { } given ? false
        : given.AsCondition;

    private IEnumerable<Finding> OfNull(ModelState model, Table table, string name, Column column)
    {
        string target = $"alter table {table.Sql} alter column {column.Sql}";
        if (column.NotNull)
            return [On(Of(ModelProblem.Nullability, Severity.Error,
                $"{table}.{column.Name} cannot be NULL, and the field {name} can: a row without it cannot be saved",
                $"{target} drop not null"), model, table, column)];
        return check.Run(() =>
        {
            long rows = session.Query<long>(
                $"select count(*) from {table} where {column} is null", check.Context.Cancellation)[0];
            string so = rows == 0 ? "no row is NULL now" : $"{rows} {(rows == 1 ? "row is" : "rows are")} NULL";
            return [On(Of(ModelProblem.Nullability, Severity.Warning,
                $"{table}.{column.Name} can be NULL, and the field {name} cannot; {so}",
                rows == 0 ? $"{target} set not null" : $"select * from {table.Sql} where {column.Sql} is null"),
                model, table, column) with { Count = Math.Max(1, rows) }];
        }, [table], model.Label);
    }

    private static string? Retyping(Table table, Column column, ColumnType type) =>
        type is { Types: [{ } to], IsOfAnyLength: false } && TypeChange.KeepsValues(column.TypeText, to)
            ? $"alter table {table.Sql} alter column {column.Sql} type {to}"
            : null;

    private Finding UnknownColumn(ModelState model, Table table, Column column)
    {
        bool isNeeded = column is { NotNull: true, Default: null, Source: ColumnSource.Plain };
        return On(isNeeded
            ? Of(ModelProblem.UnknownColumn, Severity.Error,
                $"{table}.{column.Name} is of no field of {model.Label}, and cannot be NULL: Django can insert no row",
                $"alter table {table.Sql} alter column {column.Sql} drop not null")
            : Of(ModelProblem.UnknownColumn, Severity.Warning,
                $"{table}.{column.Name} is of no field of {model.Label}: Django neither reads it nor keeps it when it "
                    + "copies a row"), model, table, column);
    }

    // Tables of apps that were not read, and what Django and PostGIS make by themselves, are none of these.
    private Finding? Unknown(Table table)
    {
        if (table.Name is DjangoTables.Migrations or DjangoTables.Cache or "spatial_ref_sys")
            return null;
        ModelLabel? label = catalog.LabelOf(table)
            ?? DjangoTables.TableNames.FirstOrDefault(t => t.Value == table.Name).Key;
        if (label is not null && (!_apps.Contains(label.App) || migrations.State.AppDoubts.ContainsKey(label.App)))
            return null;
        bool IsOf(string app) => table.Name.StartsWith($"{app}_", StringComparison.Ordinal);
        if (label is null && WithoutFiles.Any(IsOf))
            return null;
        string? app = label?.App ?? _apps.Where(IsOf).MaxBy(a => a.Length);
        bool isCertain = app is null
            ? migrations.Left.Count == 0 && migrations.State.AppDoubts.IsEmpty
            : !migrations.State.AppDoubts.ContainsKey(app);
        return Of(ModelProblem.UnknownTable, isCertain ? Severity.Warning : Severity.Expected,
            $"{table} is of no model{(isCertain ? "" : " that is known")}: no migration changes it, and no dump of "
                + "Django's holds it", $"Get-Reference -Table {table.DisplayName}") with
        {
            Model = label,
            Table = table.DisplayName,
        };
    }

    // The statements of the migration that defines it.
    private string? Migration(SourcePlace? place) => migrations.History.Folders
        .SelectMany(f => f.Files.Where(m => m.Value == place?.File.Name)
            .Select(m => $"python3 manage.py sqlmigrate {f.App} {m.Key}"))
        .FirstOrDefault();
}
