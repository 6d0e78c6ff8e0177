import re
from datetime import timedelta
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command

from projects.models import Membership
from tests.factories import (
    create_coordinator,
    create_lead,
    create_partner,
    create_programme,
    create_project,
    create_user,
)

pytestmark = pytest.mark.django_db


def printed():
    output = StringIO()
    call_command("demonstration_sign_ins", stdout=output)
    return output.getvalue()


@pytest.fixture
def demonstration(settings, clock):
    settings.DEMONSTRATION = True
    return create_project(acronym="DEMO", is_demonstration=True, programme=create_programme(name="Made up"))


def test_each_role_gets_a_link_that_signs_in_once_for_twelve_hours(client, demonstration, clock):
    create_coordinator(create_partner(demonstration), "Carla")
    create_lead(demonstration, "Lena")
    create_user("Ada", is_staff=True, is_superuser=True)
    officer = create_user("Olaf")
    Membership.objects.create(user=officer, role="officer", programme=demonstration.programme)
    # Not of the demonstration:
    create_lead(create_project(programme=create_programme(name="Real")), "Charlie")
    create_lead(demonstration, "Gone").memberships.update(ends_on="2027-02-28")
    create_user("Nobody")

    output = printed()

    assert re.findall(r"^  (\w[^:]*?)(?: \(.*\))?: (\w+) <", output, flags=re.MULTILINE) == [
        ("Administrator", "Ada"),
        ("Lead partner", "Lena"),
        ("Partner coordinator", "Carla"),
        ("Programme officer", "Olaf"),
    ]
    assert "http://testserver/en/mails/" in output
    links = [urlsplit(link).path for link in re.findall(r"http\S+/sign-in/\S+", output)]
    assert len(links) == 4
    clock.shift(timedelta(hours=11, minutes=59))
    for link in links:
        assert client.post(link).status_code == 302
        assert client.post(link).status_code == 410
    later = urlsplit(re.search(r"http\S+/sign-in/\S+", printed())[0]).path
    clock.shift(timedelta(hours=12))
    assert client.post(later).status_code == 410


def test_user_outside_the_made_up_domain_gets_no_link(demonstration):
    user = create_lead(demonstration, "Lena")
    user.email = "lena@region.example.eu"
    user.save()
    create_user("Boss", email="boss@region.example.eu", is_superuser=True)

    with pytest.raises(CommandError, match="nobody to sign in as"):
        printed()


def test_it_refuses_where_it_is_no_demonstration(settings):
    settings.DEMONSTRATION = False
    create_lead(create_project(is_demonstration=True))

    with pytest.raises(CommandError, match="no demonstration"):
        printed()
