"""A custom user model that logs in by email, and a table whose key is a one-to-one field without being a child of the other."""
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone


class User(AbstractBaseUser, PermissionsMixin):
    """Natural key: the email."""

    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=200, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    objects = BaseUserManager()


class Profile(models.Model):
    """Its primary key is a reference, but it is no half of a user."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True)
    avatar = models.ImageField(upload_to="avatars", blank=True)
    biography = models.TextField(blank=True)
    follows = models.ManyToManyField("self", symmetrical=False, related_name="followers")


class StaffMember(User):
    """A proxy: a content type, permissions, no table."""

    class Meta:
        proxy = True
