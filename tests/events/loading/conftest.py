import json

import pytest

from events.loading import load_projects

from .seeds import SEED


@pytest.fixture
def content():
    return json.loads(SEED.read_text(encoding="utf-8"))


@pytest.fixture
def load(tmp_path):
    """Load a content, whole or changed, from a file of its own."""

    def load_content(content):
        path = tmp_path / "projects.json"
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return load_projects(path)

    return load_content
