"""The WSGI application that the server loads."""

import gc
import os
import sys
from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from .charset import in_utf_8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Whoever waited for the database, perhaps with the lock of an event that hundreds wait for, gets Python back after this
# many seconds. Python's own 5 ms would be added to each query as long as another thread has something to do.
sys.setswitchinterval(0.0005)
application = in_utf_8(get_wsgi_application())
# All pages with what they need; else each process would load them for its first visitor.
import_module(settings.ROOT_URLCONF)
# Looking through all that was loaded so far for what can be thrown away takes a third of a second, in which nobody is
# answered, and finds nothing.
gc.collect()
gc.freeze()


def of_this_process() -> Callable:
    """Return the application, in a process that is to serve it: what waits does not wait for a first visitor."""
    from accounts import background

    background.ensure_running()
    return application
