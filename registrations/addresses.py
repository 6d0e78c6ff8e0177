"""Mail addresses as people mistype them."""

# Slips of the fingers on the domains of large mail services. It is a question on the confirmation, never an error:
# somebody may really own such a domain.
_MEANT = {
    "gmial.com": "gmail.com",
    "gmai.com": "gmail.com",
    "gmal.com": "gmail.com",
    "gamil.com": "gmail.com",
    "gnail.com": "gmail.com",
    "gmail.con": "gmail.com",
    "gmail.co": "gmail.com",
    "hotmial.com": "hotmail.com",
    "hotmai.com": "hotmail.com",
    "hotmail.con": "hotmail.com",
    "outlok.com": "outlook.com",
    "outloook.com": "outlook.com",
    "outlook.con": "outlook.com",
    "yaho.com": "yahoo.com",
    "yahooo.com": "yahoo.com",
    "yahoo.con": "yahoo.com",
    "iclud.com": "icloud.com",
    "icloud.con": "icloud.com",
}


def likely_meant(email: str) -> str:
    """Return the address that was probably meant, or “” when this one looks right."""
    mailbox, _at, domain = email.rpartition("@")
    meant = _MEANT.get(domain.casefold())
    return f"{mailbox}@{meant}" if meant else ""
