"""The demonstration: one made-up project with which everything can be tried.

Its dates are relative to the day on which it is built, everything else follows from one seed: built twice on the same
day, it is the same. Nothing and nobody in it exists but the towns; every address is under example.org.
"""

from .building import Demonstration, build, find, give_roles, make_users, remove

__all__ = ["Demonstration", "build", "find", "give_roles", "make_users", "remove"]
