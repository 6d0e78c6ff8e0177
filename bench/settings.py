"""The production settings, with the floors to compare with added to the addresses."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"

# One machine plays everybody who registers, and does not read what it fills in.
REGISTRATIONS_PER_HOUR = 10_000_000
REGISTERING_TAKES_SECONDS = 0
