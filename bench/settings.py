"""The production settings, with the floors to compare with added to the addresses."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
