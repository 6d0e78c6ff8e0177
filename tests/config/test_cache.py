import pytest
from django.core.cache import cache

from accounts.limits import is_within_limit


@pytest.mark.parametrize("where", ["database", "redis"])
@pytest.mark.django_db
def test_limits_are_counted_wherever_the_cache_is(where, settings, request):
    if where == "redis":
        address = request.getfixturevalue("redis_url")
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": address}}
        cache.clear()

    allowed = [is_within_limit("sign-in", "alice@example.org", times=2, seconds=60) for _attempt in range(3)]

    assert allowed == [True, True, False]
    assert is_within_limit("sign-in", "bob@example.org", times=2, seconds=60)
