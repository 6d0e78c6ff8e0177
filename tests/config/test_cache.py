import pytest
from django.core.cache import cache

from accounts import periodic


@pytest.mark.parametrize("where", ["database", "redis"])
@pytest.mark.django_db
def test_periodic_work_is_done_once_wherever_the_cache_is(where, settings, request, monkeypatch):
    if where == "redis":
        address = request.getfixturevalue("redis_url")
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": address}}
        cache.clear()
    done = []
    work = periodic.Periodic("work", lambda: done.append("done"), seconds=60)
    monkeypatch.setattr(periodic, "registered", {"work": work})

    assert [periodic.run_due(), periodic.run_due()] == [["work"], []]

    assert done == ["done"]
