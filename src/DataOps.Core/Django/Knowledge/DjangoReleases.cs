namespace DataOps.Core.Django.Knowledge;

/// <summary>
/// Which release of Django brought which migration of auth: all that a database tells of its version.
/// </summary>
/// <remarks>
/// https://github.com/django/django/tree/main/django/contrib/auth/migrations; auth has had none since 3.1.
/// </remarks>
internal static class DjangoReleases
{
    private static readonly Dictionary<string, string> s_auth = new()
    {
        ["0001_initial"] = "1.7",
        ["0006_require_contenttypes_0002"] = "1.8",
        ["0007_alter_validators_add_error_messages"] = "1.9",
        ["0008_alter_user_username_max_length"] = "1.10",
        ["0009_alter_user_last_name_max_length"] = "2.0",
        ["0011_update_proxy_permissions"] = "2.2",
        ["0012_alter_user_first_name_max_length"] = "3.1",
    };

    /// <summary>The oldest release that has a migration of auth; null where it is not known.</summary>
    public static string? OldestWith(string? migration) =>
        migration is null ? null : s_auth.GetValueOrDefault(migration);
}
