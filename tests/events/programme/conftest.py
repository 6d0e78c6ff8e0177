"""One cast for the editor: Alice leads the project, Bob coordinates the partner that hosts and is signed in.

Charlie coordinates another partner, and is made where a test needs him.
"""

from pathlib import Path

import pytest

from tests.factories import create_coordinator, create_event, create_partner, create_project, create_venue


@pytest.fixture
def project():
    return create_project(acronym="MEUSE")


@pytest.fixture
def host(project):
    return create_partner(project)


@pytest.fixture
def event(project, host):
    return create_event(project, host=host, slug="conference", title="The conference", venue=create_venue())


@pytest.fixture
def bob(host, client):
    user = create_coordinator(host, "Bob")
    client.force_login(user)
    return user


@pytest.fixture
def media(settings, tmp_path) -> Path:
    """A folder of this test alone for what is uploaded."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path
