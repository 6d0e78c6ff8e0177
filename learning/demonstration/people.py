"""Some 300 made-up people: who they are, where they work, and how one reaches them.

Every address is under example.org. Telephone numbers come from ranges that their country keeps free for films and
books; where a country keeps none, there is no number.
"""

import random
from dataclasses import dataclass

from projects.models import Organisation
from projects.search import fold

HOW_MANY = 300

# Written as their owners write them: in Hungary the family name comes first. Given names of women and men take turns,
# because in some countries the family name differs: woman/man.
_NAMES: dict[str, tuple[str, str]] = {
    "NL": (
        "Sanne Joris Anouk Bram Femke Thijs Noor Ruben Lieke Daan Maartje Koen",
        "Janssen|van der Linden|Peeters|de Wit|Hermans|Smeets|van ’t Hoff|Claessens|Vrancken|Bosch",
    ),
    "SE": (
        "Åsa Björn Linnéa Göran Märta Nils Elin Håkan Karin Östen Maja Anders",
        "Ödegård|Lindqvist|Åkesson|Sjöberg|Bergström|Nyström|Hällgren|Wallin|Ek|Strömberg",
    ),
    "EE": (
        "Kärt Tõnu Liis Jüri Maarja Ants Õnne Priit Helve Rein Triin Ülle",
        "Mägi|Tamm|Kõiv|Pärn|Rebane|Põld|Saar|Jõgi|Kuusk|Lääne",
    ),
    "HU": (
        "Eszter Gergő Réka Ákos Zsófia Bálint Enikő Győző Tünde Márton Ildikó Ödön",
        "Nagy|Szőke|Kőszegi|Tóth|Bíró|Szűcs|Erdős|Győri|Fehér|Hegedűs",
    ),
    "PT": (
        "Inês João Conceição Tiago Mafalda Gonçalo Lurdes Simão Beatriz Álvaro Graça Nuno",
        "Magalhães|Conceição Teixeira|Brandão|Araújo|Simões|Lourenço|Falcão|Guimarães|Sá|Pinto Leite",
    ),
    "GR": (
        "Ελένη Γιώργος Δέσποινα Νίκος Χριστίνα Θανάσης Ζωή Κώστας Ιωάννα Σπύρος Φωτεινή Άγγελος",
        "Παπαδοπούλου/Παπαδόπουλος|Ιωαννίδου/Ιωαννίδης|Καραγιάννη/Καραγιάννης|Οικονόμου|Ψαρρού/Ψαρρός|"
        "Αθανασίου|Μαυρίδου/Μαυρίδης|Χατζή/Χατζής|Βλάχου/Βλάχος|Ξενάκη/Ξενάκης",
    ),
    "BG": (
        "Цветелина Георги Жана Ивайло Милена Щерьо Юлия Красимир Румяна Божидар Ася Чавдар",
        "Георгиева/Георгиев|Йорданова/Йорданов|Цветкова/Цветков|Желязкова/Желязков|Щерева/Щерев|"
        "Стоянова/Стоянов|Кръстева/Кръстев|Ангелова/Ангелов|Чолакова/Чолаков|Ружина/Ружин",
    ),
    "RO": (
        "Ștefan Ioana Andreea Răzvan Mădălina Țepeș Ilinca Cătălin Anișoara Bogdan Sânziana Mihnea",
        "Țurcanu|Ionescu|Bălan|Ștefănescu|Dragomir|Crețu|Mureșan|Pătrașcu|Vâlcu|Chiriță",
    ),
    "PL": (
        "Małgorzata Łukasz Świętosława Paweł Grażyna Bartłomiej Żaneta Michał Zofia Przemysław Elżbieta Jerzy",
        "Wójcik|Kowalczyk|Łuczak|Żuraw|Dąbek|Śliwa|Gałązka|Krząkała|Jabłońska/Jabłoński|Brzęczyk",
    ),
    "IT": (
        "Niccolò Chiara Matteo Ginevra Raffaele Letizia Giosuè Elisabetta Tommaso Mariasole Enea Noemi",
        "D’Amico|Ferrero|Colussi|De Santis|Bonfà|Parodi|Galletti|Sartor|Muzzì|Traverso",
    ),
    "DE": (
        "Jürgen Käthe Sören Annegret Björn-Erik Ulrike Götz Hannelore Matthias Wiebke Jörg Frauke",
        "Müller-Lüdenscheidt|Groß|Weiß|Schäfer|Böhme|Öttinger|Kühn|Strauß|Förster|Jäger",
    ),
    "FR": (
        "Zoë Benoît Maëlle François Hélène Noël Agnès Jérôme Clémence Théo Aïcha Gaël",
        "Lefèvre|Béranger|Le Goff|Châtelain|d’Aubigné|Gérard|Noël|Crépin|Hérault|Bœuf",
    ),
    "GB": (
        "Siobhán Alun Morag Rhys Niamh Callum Bethan Euan Priya Tariq Imogen Kwame",
        "O’Neill|MacAulay|Llewellyn|Okafor|Fitzwilliam-Hart|Singh|Ashworth|Begum|Pryce|Entwistle",
    ),
}
_FAMILY_NAME_FIRST = {"HU"}

# Kept free for fiction by PTS (Sweden), the Bundesnetzagentur (Germany), ARCEP (France) and Ofcom (United Kingdom);
# the sign # stands for a digit.
_NUMBERS = {"SE": "+46313900 6##", "DE": "+493023125 ###", "FR": "+33199 00####", "GB": "+442079460 ###"}
_LANGUAGES = {"NL": "nl", "HU": "hu", "PT": "pt", "IT": "it", "DE": "de"}

_LATIN_OF_GREEK = "a v g d e z i th i k l m n x o p r s s t y f ch ps o"
_LATIN_OF_CYRILLIC = "a b v g d e zh z i y k l m n o p r s t u f h ts ch sh sht a y yu ya"
_TO_LATIN = str.maketrans(
    {
        **dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", _LATIN_OF_GREEK.split(), strict=True)),
        **dict(zip("абвгдежзийклмнопрстуфхцчшщъьюя", _LATIN_OF_CYRILLIC.split(), strict=True)),
        "’": "",
    }
)


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One human. `organisation` is None for those who type a name that nobody has matched yet."""

    name: str
    email: str
    country: str
    phone: str
    language: str
    organisation_name: str
    organisation: Organisation | None


def make_up_people(
    chance: random.Random, organisations: list[Organisation], typed: dict[str, list[str]]
) -> list[MadeUp]:
    """Return HOW_MANY people with different names and addresses, those of the partners' countries more often.

    `typed` holds, for each country, organisations as people write them themselves.
    """
    by_country: dict[str, list[Organisation]] = {}
    for organisation in organisations:
        by_country.setdefault(str(organisation.country), []).append(organisation)
    countries = list(_NAMES)
    weights = [6 if country in by_country else 2 for country in countries]
    people: list[MadeUp] = []
    names: set[str] = set()
    addresses: set[str] = set()
    while len(people) < HOW_MANY:
        country = chance.choices(countries, weights)[0]
        name = _name(chance, country)
        address = _address(name)
        if fold(name) in names or address in addresses:
            continue
        names.add(fold(name))
        addresses.add(address)
        people.append(_person(chance, name, address, country, by_country.get(country, []), typed.get(country, [])))
    return people


def _name(chance: random.Random, country: str) -> str:
    given_names, family_names = _NAMES[country]
    number, given = chance.choice(list(enumerate(given_names.split())))
    forms = chance.choice(family_names.split("|")).split("/")
    family = forms[number % len(forms)]
    return f"{family} {given}" if country in _FAMILY_NAME_FIRST else f"{given} {family}"


def _address(name: str) -> str:
    words = fold(name).replace("ου", "ou").translate(_TO_LATIN)
    return f"{'.'.join(words.split())}@example.org"


def _person(
    chance: random.Random,
    name: str,
    address: str,
    country: str,
    organisations: list[Organisation],
    typed: list[str],
) -> MadeUp:
    organisation = chance.choice(organisations) if organisations and chance.random() < 0.7 else None
    if organisation is not None:
        # Not everybody writes the name as it is registered.
        spellings = [organisation.name, organisation.name, *organisation.other_names]
        written = chance.choice(spellings)
    else:
        written = chance.choice(typed or ["Freelance"])
    return MadeUp(
        name=name,
        email=address,
        country=country,
        phone=_phone(chance, country),
        language=_LANGUAGES.get(country, "en") if chance.random() < 0.6 else "en",
        organisation_name=written,
        organisation=organisation,
    )


def _phone(chance: random.Random, country: str) -> str:
    pattern = _NUMBERS.get(country, "")
    return "".join(str(chance.randrange(10)) if sign == "#" else sign for sign in pattern if sign != " ")
