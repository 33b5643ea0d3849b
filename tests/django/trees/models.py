"""The trees that Django projects have: treebeard's three kinds, and mptt's."""
from django.db import models
from mptt.models import MPTTModel, TreeForeignKey
from treebeard.al_tree import AL_Node
from treebeard.mp_tree import MP_Node
from treebeard.ns_tree import NS_Node


class Category(MP_Node):
    name = models.CharField(max_length=80)


class Department(NS_Node):
    name = models.CharField(max_length=80)


class Region(AL_Node):
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children_set", db_index=True)
    sib_order = models.PositiveIntegerField()
    name = models.CharField(max_length=80)


class Taxon(MPTTModel):
    name = models.CharField(max_length=80)
    parent = TreeForeignKey("self", models.CASCADE, null=True, related_name="children")
