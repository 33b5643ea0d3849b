namespace DataOps.Core.Features.ContentTypes;

/// <summary>A content type whose dependents another one takes over.</summary>
internal sealed record TypeMove(ContentTypeStatus Old, ContentTypeStatus New);

/// <summary>A permission that goes on under another codename of another content type, or of the same.</summary>
internal sealed record PermissionMove(int Id, int ContentType, string Codename);

/// <summary>
/// What is to go and what is to move: the options, held against what the database and the operator's list tell.
/// </summary>
internal sealed class RemovalSelection
{
    private readonly RemoveStaleContentTypeOptions _options;
    private readonly OperationContext _context;
    private readonly IReadOnlyList<ContentTypeStatus> _verdicts;
    private readonly HashSet<ContentTypeStatus> _gone = [];
    private readonly RepointOptions _repoint;
    private readonly Lazy<IReadOnlyList<StaleCodename>> _stale;
    private readonly PermissionGrants _grants;
    private readonly NameFilter _models;
    private readonly NameFilter _apps;

    /// <summary>Makes it.</summary>
    /// <exception cref="DataOpsException">Something that is named must not go: it is live, cannot be decided, or holds
    /// permissions only.</exception>
    public RemovalSelection(
        Session session, ReferenceCatalog catalog, RemoveStaleContentTypeOptions options, OperationContext context)
    {
        (_options, _context) = (options, context);
        (_models, _apps) = (new NameFilter(options.Model), new NameFilter(options.AppLabel));
        ApplicationList list = ApplicationList.Read(options.InstalledApp, options.LiveModel);
        _verdicts = Verdicts.Read(session, catalog, list, context.Cancellation).All;
        _stale = new(() => [.. StalePermissions.Find(session, catalog, list, _verdicts, context.Cancellation)]);
        _grants = new PermissionGrants(session, catalog, context.Cancellation);
        RenameCandidates renames = new(session, catalog, _verdicts, context.Cancellation);
        _repoint = new RepointOptions(_verdicts, _stale, renames, _grants, options, session, context);
        _repoint.Resolve();
        _gone.UnionWith(Moves.Select(m => m.Old));
        if (options.StaleModel.Count + options.StalePermission.Count > 0 || (options.Repoint.Count > 0 && list.IsEmpty))
            TakeNamed();
        else
            TakeStale();
        Gone = [.. _gone.OrderBy(v => v.Type.Label.ToString(), StringComparer.Ordinal)];
        HashSet<int> moved = [.. PermissionMoves.Select(m => m.Id)];
        Permissions = [.. ChosenPermissions(session).Distinct().Where(id => !moved.Contains(id))];
    }

    /// <summary>The content types that go.</summary>
    public IReadOnlyList<ContentTypeStatus> Gone { get; }

    /// <summary>Those of them whose dependents another one takes over.</summary>
    public IReadOnlyList<TypeMove> Moves => _repoint.Types;

    /// <summary>Permissions of content types that stay, and that go on under another codename.</summary>
    public IReadOnlyList<PermissionMove> PermissionMoves => _repoint.Permissions;

    /// <summary>auth_permission.id of permissions that go although their content type stays.</summary>
    public IReadOnlyList<int> Permissions { get; }

    private void TakeNamed()
    {
        foreach (string name in _options.StaleModel)
        {
            if (_verdicts.FirstOrDefault(v => v.Type.Label == ModelLabel.Parse(name)) is not { } verdict)
            {
                _context.Warning?.Invoke($"There is no content type {name}: deleted already, or the name is wrong.");
                continue;
            }
            if (!_options.Force)
                RequireGone(verdict, isNamed: true);
            _gone.Add(verdict);
        }
    }

    private void TakeStale()
    {
        string?[][] names = [.. _verdicts.Select(v => ReferenceFilter.ModelNames(v.Type.Label))];
        foreach (string unknown in _models.Unmatched(names).Concat(
            _apps.Unmatched(_verdicts.Select(v => new string?[] { v.AppLabel }))))
            _context.Warning?.Invoke($"No content type is named {unknown}: deleted already, or the name is wrong.");
        List<string> undecided = [];
        foreach (ContentTypeStatus verdict in _verdicts.Where(v => IsWanted(v) && !_gone.Contains(v)))
        {
            bool isForced = _options.Force && verdict.Class == ContentTypeClass.Undecidable
                && verdict.Type.Table is null;
            if (isForced || (verdict.IsGone && (_options.Force || !IsProtected(verdict))))
                _gone.Add(verdict);
            else if (_options.Model.Contains(verdict.Type.Label, StringComparer.OrdinalIgnoreCase))
                RequireGone(verdict, isNamed: false);
            else if (!verdict.IsLive)
                undecided.Add(verdict.Type.Label);
        }
        string first = string.Join(", ", undecided.Take(10)) + (undecided.Count > 10 ? " …" : "");
        if (undecided.Count > 0)
            _context.Warning?.Invoke(
                $"{undecided.Count} content type{(undecided.Count == 1 ? " is" : "s are")} kept: {first}. "
                    + "Find-StaleContentType shows why. Give all models with -LiveModel, name one with -StaleModel, "
                    + "or delete those without a table with -Force.");
    }

    private void RequireGone(ContentTypeStatus verdict, bool isNamed)
    {
        string label = verdict.Type.Label;
        if (IsProtected(verdict))
            throw Refused(
                ErrorIds.ProtectedContentType, verdict,
                $"{label} holds permissions that are granted, and needs no table for that",
                "Add -Force if the model no longer exists.");
        if (verdict.IsTold
            ? verdict.IsGone
            : isNamed && (verdict.Type.Table is null || verdict.Class == ContentTypeClass.Undecidable))
            return;
        throw verdict.Class == ContentTypeClass.Undecidable
            ? Refused(ErrorIds.Undecidable, verdict, $"{label} may be live",
                "Give the existing models with -LiveModel, name it with -StaleModel if it no longer exists, or add "
                    + "-Force.")
            : Refused(ErrorIds.NotStale, verdict, $"{label} is live",
                "Name it with -StaleModel and add -Force if it no longer exists.");
    }

    private bool IsProtected(ContentTypeStatus verdict) =>
        DjangoTables.PermissionHolders.Contains(verdict.Type.Label)
            && _grants.Of($"p.content_type_id = {verdict.Type.Id}").Any();

    private static DataOpsException Refused(string id, ContentTypeStatus verdict, string what, string advice) => new(
        id, FailureKind.InvalidOperation, $"{what} ({string.Join("; ", verdict.Evidence)}), so nothing was changed.",
        advice, verdict.Type.Label.ToString());

    private IEnumerable<int> ChosenPermissions(Session session)
    {
        foreach (string name in _options.StalePermission)
        {
            (ContentTypeStatus Type, int Id, string Codename)? found = RepointOptions.FindPermission(
                session, _grants, _verdicts, name);
            if (found is not { } permission)
                _context.Warning?.Invoke($"There is no permission {name}: deleted already, or the name is wrong.");
            else if (!_options.Force && permission.Type.IsLive
                && StalePermissions.IsDefault(permission.Codename, permission.Type.ModelName))
                throw new DataOpsException(
                    ErrorIds.NotStale, FailureKind.InvalidOperation,
                    $"{name} is a default permission of an existing model, so nothing was changed.",
                    "Add -Force if default_permissions of the model lack it.", name);
            else if (!_gone.Contains(permission.Type))
                yield return permission.Id;
        }
        if (!_options.Permission)
            yield break;
        foreach (StaleCodename stale in _stale.Value.Where(p => IsWanted(p.Type) && !_gone.Contains(p.Type)))
            yield return stale.Id;
    }

    private bool IsWanted(ContentTypeStatus verdict) =>
        _models.Matches(ReferenceFilter.ModelNames(verdict.Type.Label)) && _apps.Matches(verdict.AppLabel);
}
