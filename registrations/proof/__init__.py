"""Presence that can be proved years later: a day is frozen with a hash, and anybody may ask whether a paper is genuine.

`freezing` makes a version of a day, `certificates` issues to people, `verifying` says whether a paper is what was made,
and `days` tells how each day of an event stands. `scans` keeps the lists that were signed on paper.
"""

from .freezing import freeze
from .verifying import Verdict, verify

__all__ = ["Verdict", "freeze", "verify"]
