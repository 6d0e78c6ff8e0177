"""Django's PostgreSQL backend, in which a connection that is still there is known without asking the server.

Before the first query of a request Django sends one that says nothing (CONN_HEALTH_CHECKS), so that a connection which
the server closed meanwhile fails no request. Such a connection has the end of the stream waiting to be read: where
nothing waits on the socket, one look at it is enough. Whoever drops connections without a word is not seen by it; ours
are a minute old at most (CONN_MAX_AGE).
"""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        socket = select.poll()
        socket.register(self.connection.fileno(), select.POLLIN)
        # A server that has something to say, be it good-bye, is asked.
        return not socket.poll(0) or super().is_usable()
