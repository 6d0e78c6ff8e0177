"""Reports as four programs write them, in three languages, made from the columns that they document.

All tell the same meeting of 20 May 2027 in Maastricht: Alice Rossi came twice (9:58 to 10:30 and 10:35 to 12:00, with a
second device from 11:00), Béla Kovács once (10:00 to 11:15), and Nobody Known, without an address, for ten minutes.
"""

from datetime import datetime


def zoom(language: str) -> bytes:
    """Zoom: UTF-8 with its mark, commas, a table about the meeting first. Who waited outside was never let in."""
    words = {
        "en": (
            "Topic,ID,Host,Duration (minutes),Start time,End time,Participants",
            "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,In waiting room",
            ("Yes", "No"),
        ),
        "it": (
            "Argomento,ID,Organizzatore,Durata (minuti),Ora di inizio,Ora di fine,Partecipanti",
            "Nome (nome originale),E-mail,Ora di ingresso,Ora di uscita,Durata (minuti),Guest,In sala d’attesa",
            ("Sì", "No"),
        ),
        "hu": (
            "Téma,Azonosító,Házigazda,Időtartam (perc),Kezdési idő,Befejezési idő,Résztvevők",
            "Név (eredeti név),E-mail-cím,Csatlakozás ideje,Kilépés ideje,Időtartam (perc),Vendég,Váróteremben",
            ("Igen", "Nem"),
        ),
    }
    meeting, people, (yes, no) = words[language]
    rows = [
        meeting,
        'Waste and chance,812 3456 7890,Host,130,"05/20/2027 09:55:00 AM","05/20/2027 12:05:00 PM",4',
        people,
        f'Alice Rossi,alice@example.org,"05/20/2027 09:55:30 AM","05/20/2027 09:58:00 AM",3,{no},{yes}',
        f'Alice Rossi,alice@example.org,"05/20/2027 09:58:00 AM","05/20/2027 10:30:00 AM",32,{no},{no}',
        f'Alice Rossi,alice@example.org,"05/20/2027 10:35:00 AM","05/20/2027 12:00:00 PM",85,{no},{no}',
        f'Phone (Alice Rossi),alice@example.org,"05/20/2027 11:00:00 AM","05/20/2027 12:00:00 PM",60,{yes},{no}',
        f'Béla Kovács,bela@example.org,"05/20/2027 10:00:00 AM","05/20/2027 11:15:00 AM",75,{no},{no}',
        f'Nobody Known,,"05/20/2027 10:00:00 AM","05/20/2027 10:10:00 AM",10,{yes},{no}',
        f'Never Let In,late@example.org,"05/20/2027 10:00:00 AM","05/20/2027 10:40:00 AM",40,{yes},{yes}',
    ]
    return "\r\n".join(rows).encode("utf-8-sig")


def teams(language: str) -> bytes:
    """Teams: UTF-16 with tabs in a file called .csv, three numbered parts; dates as the country writes them."""
    words = {
        "en": (
            ["1. Summary", "Meeting title", "Attended participants", "Start time", "End time", "Meeting duration"],
            ["2. Participants", "Name", "First Join", "Last Leave", "In-Meeting Duration", "Email"],
            ["Participant ID (UPN)", "Role", "3. In-Meeting Activities", "Join Time", "Leave Time", "Duration"],
            "%m/%d/%y, %I:%M:%S %p",
            ("h", "m", "s"),
            "Presenter",
        ),
        "it": (
            ["1. Riepilogo", "Titolo riunione", "Partecipanti intervenuti", "Ora di inizio", "Ora di fine", "Durata"],
            ["2. Partecipanti", "Nome", "Primo accesso", "Ultima uscita", "Durata in riunione", "E-mail"],
            ["ID partecipante (UPN)", "Ruolo", "3. Attività in riunione", "Ora di accesso", "Ora di uscita", "Durata"],
            "%d/%m/%y, %H:%M:%S",
            ("h", "m", "s"),
            "Relatore",
        ),
        "hu": (
            ["1. Összegzés", "Értekezlet címe", "Résztvevők száma", "Kezdés időpontja", "Befejezés időpontja", "Hossz"],
            ["2. Résztvevők", "Név", "Első csatlakozás", "Utolsó kilépés", "Értekezleten töltött idő", "E-mail-cím"],
            ["Résztvevő azonosítója (UPN)", "Szerepkör", "3. Tevékenységek", "Csatlakozás", "Kilépés", "Időtartam"],
            "%Y. %m. %d. %H:%M:%S",
            ("ó", "p", "mp"),
            "Előadó",
        ),
    }
    summary, people, more, form, (hour, minute, second), role = words[language]

    def at(clock: str) -> str:
        return datetime.fromisoformat(f"2027-05-20 {clock}:00").strftime(form)

    def lasted(minutes: int) -> str:
        return f"{minutes // 60}{hour} {minutes % 60}{minute} 0{second}"

    def stay(name: str, email: str, begins: str, ends: str, minutes: int) -> list[str]:
        return [name, at(begins), at(ends), lasted(minutes), email]

    rows = [
        [summary[0]],
        [summary[1], "Waste and chance"],
        [summary[2], "3"],
        [summary[3], at("09:55")],
        [summary[4], at("12:05")],
        [summary[5], lasted(130)],
        [],
        [people[0]],
        [*people[1:], more[0], more[1]],
        # Both devices counted: Teams adds up what runs side by side.
        [*stay("Alice Rossi", "alice@example.org", "09:58", "12:00", 177), "alice@example.org", role],
        [*stay("Béla Kovács (Guest)", "bela@example.org", "10:00", "11:15", 75), "", role],
        [*stay("Nobody Known (Unverified)", "", "10:00", "10:10", 10), "", role],
        [],
        [more[2]],
        [people[1], more[3], more[4], more[5], people[5], more[1]],
        [*stay("Alice Rossi", "alice@example.org", "09:58", "10:30", 32), role],
        [*stay("Alice Rossi", "alice@example.org", "10:35", "12:00", 85), role],
        [*stay("Alice Rossi", "alice@example.org", "11:00", "12:00", 60), role],
        [*stay("Béla Kovács (Guest)", "bela@example.org", "10:00", "11:15", 75), role],
        [*stay("Nobody Known (Unverified)", "", "10:00", "10:10", 10), role],
    ]
    return "\r\n".join("\t".join(row) for row in rows).encode("utf-16")


def webex(language: str) -> bytes:
    """Webex: UTF-16 with tabs, the facts of the meeting in each row, and instants kept from Excel by ="…"."""
    words = {
        "en": "Meeting Name|Meeting Start Time|Meeting End Time|Display Name|Attendee Email|Join Time|Leave Time|"
        "Attendance Duration|Connection Type",
        "it": "Nome riunione|Ora di inizio riunione|Ora di fine riunione|Nome visualizzato|E-mail partecipante|"
        "Ora di accesso|Ora di uscita|Durata partecipazione|Tipo di connessione",
        "hu": "Értekezlet neve|Értekezlet kezdési időpontja|Értekezlet befejezési időpontja|Megjelenített név|"
        "Résztvevő e-mail-címe|Csatlakozás időpontja|Kilépés időpontja|Részvétel időtartama|Kapcsolat típusa",
    }
    minutes = {"en": "mins", "it": "min", "hu": "perc"}[language]

    def at(clock: str) -> str:
        return f'"=""2027-05-20 {clock}:00"""'

    def row(name: str, email: str, begins: str, ends: str, lasted: int) -> str:
        cells = ["Waste and chance", at("09:55"), at("12:05"), name, email, at(begins), at(ends)]
        return "\t".join([*cells, f"{lasted} {minutes}", "Desktop"])

    rows = [
        words[language].replace("|", "\t"),
        row("Alice Rossi", "alice@example.org", "09:58", "10:30", 32),
        row("Alice Rossi", "alice@example.org", "10:35", "12:00", 85),
        row("Alice Rossi", "alice@example.org", "11:00", "12:00", 60),
        row("Béla Kovács", "bela@example.org", "10:00", "11:15", 75),
        row("Nobody Known", "", "10:00", "10:10", 10),
    ]
    return "\r\n".join(rows).encode("utf-16")


def bigbluebutton(language: str) -> bytes:
    """BigBlueButton: UTF-8 without a mark, no addresses, one row for each person, the answers to polls at the end."""
    words = {
        "en": "Name,Moderator,Activity Score,Talk Time,Webcam Time,Messages,Reactions,Poll Votes,Raise Hands,Join,Left,"
        "Duration",
        "it": "Nome,Moderatore,Punteggio attività,Tempo di parola,Tempo webcam,Messaggi,Reazioni,Voti,Alzate di mano,"
        "Entrata,Uscita,Durata",
        # The time of leaving is called “Bal” there, the left side, and the duration is not translated.
        "hu": "Név,Szervező,Aktivitás pontszám,Beszélgetés ideje,Webkamera ideje,Üzenetek,Hangulatjelek,Szavaztok,"
        "Jelentkezések,Csatlakozás,Bal,Duration",
    }
    form = {"en": "%m/%d/%Y, %I:%M:%S %p", "it": "%d/%m/%Y, %H:%M:%S", "hu": "%Y. %m. %d. %H:%M:%S"}[language]

    def row(name: str, moderates: str, begins: str, ends: str, lasted: str) -> str:
        begins, ends = (datetime.fromisoformat(f"2027-05-20 {one}:00").strftime(form) for one in (begins, ends))
        cells = [name, moderates, "1.5", "00:02:10", "-", "2", "1", "0", "0", begins, ends, lasted, "Yes"]
        return ",".join(f'"{cell}"' for cell in cells)

    empty = ",".join(['""'] * 12)
    rows = [
        f"{words[language]},Shall we go on? ",
        # From 9:58 to 12:00 with five minutes outside.
        row("Alice Rossi", "TRUE", "09:58", "12:00", "01:57:00"),
        row("Béla Kovács", "FALSE", "10:00", "11:15", "01:15:00"),
        row("Nobody Known", "FALSE", "10:00", "10:10", "00:10:00"),
        f'"Anonymous",{empty},"Yes\r\nNo"',
    ]
    return "\r\n".join(rows).encode()
