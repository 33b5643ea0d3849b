namespace DataOps.Core.Features.ContentTypes;

/// <summary>Reads what -Repoint names: pairs of models or permissions, or names whose counterpart was found.</summary>
internal sealed class RepointOptions(
    IReadOnlyList<ContentTypeStatus> verdicts,
    Lazy<IReadOnlyList<StaleCodename>> stale,
    RenameCandidates renames,
    PermissionGrants grants,
    RemoveStaleContentTypeOptions options,
    Session session,
    OperationContext context)
{
    private readonly List<TypeMove> _types = [];
    private readonly List<PermissionMove> _permissions = [];

    /// <summary>Content types and who takes over from them.</summary>
    public IReadOnlyList<TypeMove> Types => _types;

    /// <summary>Permissions and what they become.</summary>
    public IReadOnlyList<PermissionMove> Permissions => _permissions;

    /// <summary>Reads the entries.</summary>
    /// <exception cref="DataOpsException">A name is wrong, has no counterpart, or is of a model that is
    /// there.</exception>
    public void Resolve()
    {
        foreach (string entry in options.Repoint)
        {
            if (entry.Split('=', StringSplitOptions.TrimEntries) is [var old, var target])
                Take(entry, old, target);
            else
                TakeFound(entry);
        }
        if (_types.GroupBy(t => t.Old.Type.Id)
            .FirstOrDefault(g => g.Select(t => t.New.Type.Id).Distinct().Count() > 1) is { } twice)
            throw Invalid(twice.First().Old.Type.Label, "has several targets");
        if (_types.FirstOrDefault(t => _types.Any(o => o.Old.Type.Id == t.New.Type.Id)) is { } chain)
            throw Invalid(chain.New.Type.Label, "goes itself, and cannot take over from another one");
        _types.RemoveAll(t => _types.TakeWhile(o => !ReferenceEquals(o, t)).Any(o => o.Old.Type.Id == t.Old.Type.Id));
    }

    /// <summary>The permission app.model.codename; null when there is none.</summary>
    public static (ContentTypeStatus Type, int Id, string Codename)? FindPermission(
        Session session, PermissionGrants grants, IReadOnlyList<ContentTypeStatus> verdicts, string name)
    {
        if (name.Split('.', 3) is not [var app, var model, var codename] || grants.Permissions is not { } table)
            return null;
        if (verdicts.FirstOrDefault(v => v.Type.Label == new ModelLabel(app, model)) is not { } type)
            return null;
        IReadOnlyList<int> ids = session.Query<int>(
            $"select id::int from {table} where content_type_id = " +
                $"{type.Type.Id} and codename = {SqlText.Value(codename)}");
        return ids.Count == 0 ? null : (type, ids[0], codename);
    }

    private void Take(string entry, string old, string target)
    {
        int dots = old.Count(c => c == '.');
        if (dots == 0 || target.Count(c => c == '.') != dots)
            throw Invalid(entry, "is neither app.model=app.model nor app.model.codename=app.model.codename");
        if (dots > 1)
        {
            TakePermission(entry, old, target);
            return;
        }
        if (Find(old) is not { } from)
        {
            context.Warning?.Invoke($"There is no content type {old}: deleted already, or the name is wrong.");
            return;
        }
        if (Find(target) is not { } to)
            throw Unknown(entry, old, target);
        if (from == to)
            throw Invalid(entry, "names one model twice");
        if (from.IsLive && !options.Force)
            throw new DataOpsException(
                ErrorIds.NotStale, FailureKind.InvalidOperation,
                $"{old} is live ({string.Join("; ", from.Evidence)}), so nothing was changed.",
                "Add -Force if the model no longer exists.", entry);
        if (to.IsGone && !options.Force)
            throw new DataOpsException(
                ErrorIds.StaleTarget, FailureKind.InvalidOperation,
                $"{target} is stale itself ({string.Join("; ", to.Evidence)}), so nothing was changed.",
                "Name an existing model.", entry);
        _types.Add(new TypeMove(from, to));
    }

    private void TakePermission(string entry, string old, string target)
    {
        if (FindPermission(session, grants, verdicts, old) is not { } from)
            context.Warning?.Invoke($"There is no permission {old}: deleted already, or the name is wrong.");
        else if (target.Split('.', 3) is [var app, var model, { Length: > 0 } codename]
            && Find($"{app}.{model}") is { } to)
            _permissions.Add(new PermissionMove(from.Id, to.Type.Id, codename));
        else
            throw Unknown(entry, old, target);
    }

    private void TakeFound(string entry)
    {
        NameFilter filter = new([entry]);
        int before = _types.Count + _permissions.Count;
        bool Matches(params string[] names) => filter.Matches(names);
        foreach (ContentTypeStatus old in verdicts.Where(v =>
            !v.IsLive && Matches(ReferenceFilter.ModelNames(v.Type.Label))
            && IsWanted(v, options.StaleModel, v.Type.Label)))
            if (renames.Of(old) is { } rename)
                _types.Add(new TypeMove(old, Find(rename.Label)!));
        foreach (StaleCodename permission in stale.Value.Where(p => p.RenameTo is not null
            && Matches([p.Name, .. ReferenceFilter.ModelNames(p.Type.Type.Label)])
            && IsWanted(p.Type, options.StalePermission, p.Name)))
            _permissions.Add(new PermissionMove(permission.Id, permission.Type.Type.Id, permission.RenameTo!));
        if (_types.Count + _permissions.Count == before)
            context.Warning?.Invoke(
                $"No new name was found for {entry}: give it with -Repoint "
                    + $"{(entry.Contains('*') ? "app.old" : entry)}=app.new.");
    }

    // Where only some are to go, only they are moved.
    private bool IsWanted(ContentTypeStatus type, IReadOnlyList<string> named, string name) =>
        options.StaleModel.Count + options.StalePermission.Count > 0
        ? named.Contains(name, StringComparer.OrdinalIgnoreCase)
        : new NameFilter(options.Model).Matches(ReferenceFilter.ModelNames(type.Type.Label))
            && new NameFilter(options.AppLabel).Matches(type.AppLabel);

    private ContentTypeStatus? Find(string label) =>
        verdicts.FirstOrDefault(v => v.Type.Label == ModelLabel.Parse(label));

    private static DataOpsException Unknown(string entry, string old, string target) => new(
        ErrorIds.UnknownModel, FailureKind.NotFound, $"There is no content type for {target} to take over from {old}.",
        "Get-Model lists the models.", entry);

    private static DataOpsException Invalid(string entry, string what) =>
        new(ErrorIds.InvalidRepoint, FailureKind.InvalidArgument, $"-Repoint {entry} {what}.",
            "Write it as blog.oldpost=blog.post.", entry);
}
