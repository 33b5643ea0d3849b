"""Users, groups, profiles."""
import string

from accounts.models import Profile, User
from django.contrib.auth.models import Group, Permission


def fill(values, rows):
    permissions = list(Permission.objects.order_by("pk"))
    groups = Group.objects.bulk_create([Group(name=f"{i}-{values.text(60)}") for i in range(8)])
    for group in groups:
        group.permissions.set(values.random.sample(permissions, values.random.randint(0, 12)))
    users = User.objects.bulk_create([user(values, i) for i in range(rows)])
    link(User.groups.through, "user_id", users, "group_id", groups, values)
    link(User.user_permissions.through, "user_id", users, "permission_id", permissions, values)
    profiles = Profile.objects.bulk_create([profile(values, u) for u in users[::2]])
    link(Profile.follows.through, "from_profile_id", profiles, "to_profile_id", profiles, values)
    return users


def user(v, row):
    return User(
        email=f"{row}{v.pick('', '.É', '+tag', string.punctuation)}@example.org", password=v.word(80), full_name=v.text(150), is_staff=v.pick(True, False),
        is_superuser=v.pick(True, False), is_active=v.pick(True, False), last_login=v.maybe(v.instant), date_joined=v.instant(),
    )


def profile(v, owner):
    return Profile(user=owner, avatar=v.pick("", "avatars/é.png"), biography=v.text(300))


def link(through, owner, owners, target, targets, values):
    """Rows of an automatic many-to-many table; some owners get none."""
    through.objects.bulk_create(
        through(**{owner: one.pk, target: other.pk}) for one in owners for other in values.random.sample(targets, min(len(targets), values.pick(0, 0, 1, 2, 7)))
    )
