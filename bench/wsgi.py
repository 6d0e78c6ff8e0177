"""What the measured server loads: the application of config/wsgi.py, with the settings of bench/settings.py."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")

from config.wsgi import application

__all__ = ["application"]
