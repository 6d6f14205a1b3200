"""Plants identifiers into notes: letter heads, signatures, sentences with names, dates and numbers, all written for this."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta

FEMALE = """Ngozi Funmilayo Oluwaseun Adaeze Wanjiru Thandiwe Zainab Yasmin Aisha Noor Leila Shirin Farah Priya Lakshmi Ananya Deepika Sunita Meera Harpreet Mei Xiuying Yuki Haruka Sakura Minji Soojin
Thi Linh Huong Malee Siti Dewi Marisol Guadalupe Ximena Itzel Yesenia Consuelo Beatriz Conceição Ludmila Svetlana Oksana Katarzyna Agnieszka Zofia Ilona Zsuzsanna Ioana Eleni Despina Merve Ayşe Niamh Siobhan Aoife Saoirse Rhiannon Ingeborg Sólveig Aino
Marguerite Solange Chantal Annelise Mary Emily Jessica Ashley Keisha Latoya Shaniqua Precious Patience Grace Hope""".split()
MALE = """Chukwuemeka Babatunde Olumide Kwame Kofi Tendai Sipho Mohammed Abdulrahman Youssef Tariq Omid Reza Dariush Sanjay Rajesh Venkatesh Arjun Gurpreet Manpreet Wei Jianguo Hiroshi Takeshi Kenji Sunghoon Minho Duc Quang Somchai Budi Wayan
Jesús Santiago Guillermo Heriberto Joaquín Thiago João Dmitri Vladislav Yevgeny Bogdan Wojciech Krzysztof Zoltán László Radu Nikolaos Stavros Emre Mehmet Eoghan Cillian Tadhg Rhys Dafydd Gunnar Jón Väinö Étienne Thibault Klaus-Dieter
James Robert Tyler DeShawn Jamal Tyrone Mark Frank Dean""".split()
SURNAMES = """Nguyen O'Brien Garcia-Lopez Oyelaran Krishnamurthy Okonkwo Adeyemi-Bello Mbeki Nkrumah Wanjohi Al-Sayed El-Masri Haddad Farahani Tabrizi Khorasani Venkataraman Subramaniam Chakraborty Bhattacharya Srinivasan Kaur Ahluwalia Zhang Xu Ouyang Nakamura Fujiwara
Yamaguchi Kim Hwang Pham Tran-Le Suwannarat Wijaya Setiawan Hernandez Villaseñor Quetzal Echeverría Ibarguengoitia Magalhães Gonçalves Petrov Shevchenko Kuznetsova Wiśniewski Kowalczyk Szczepański Nagyová Horváth Popescu Papadopoulos Karagiannis Yıldırım Öztürk
O'Shaughnessy McGillicuddy MacDiarmid Llewellyn Ó'Súilleabháin Þorsteinsdóttir Lindqvist Hämäläinen Bjørnstad van-der-Berg Vandersloot Beauchamp-Duvall Lefebvre Schwarzenberger Müller-Hoffmann D'Angelo Santangelo Katzenellenbogen Goldfarb Featherstonehaugh Cholmondeley Smith Johnson Walker Young Brooks Rice Day""".split()
_ORDINARY = frozenset("young rice day brooks walker grace hope mark frank dean patience precious".split())
"""Left in the lists: without them these are ordinary words and nothing else."""

NAMES = frozenset(
    part
    for name in (*FEMALE, *MALE, *SURNAMES)
    if name.casefold() not in _ORDINARY
    for key in [name.casefold()]
    for part in {key, *key.split("-"), key.replace("'", "")}
)
CITIES = [
    "Springfield",
    "Worcester",
    "San Bernardino",
    "Ann Arbor",
    "Leeds",
    "Wolverhampton",
    "Saskatoon",
    "Chula Vista",
    "Kalamazoo",
    "Eau Claire",
    "Pawtucket",
    "Ypsilanti",
    "Llandudno",
    "Truth or Consequences",
]
STREETS = [
    "Maple Avenue",
    "Beacon St",
    "Old Mill Road",
    "MLK Blvd",
    "Kingsway Drive",
    "Rua Nova Lane",
    "W 42nd Street",
    "Whispering Pines Ct",
    "Oyster Bay Pkwy",
    "Church Street",
]
STATES = ["MA", "CA", "MI", "TX", "WI", "NY"]
HEADS = [
    "{clinic_city} Medical Group\n{address}, {city}, {state} {zip}\nPhone: {phone}  Fax: {phone2}\n\nPatient Name: {patient_reversed}\nMRN: {mrn}    DOB: {dob}\nDate of Service: {date}\nProvider: {doctor_full}, MD\nReferring Physician: Dr. {doctor2}\n\n",
    "PATIENT: {PATIENT}\nMRN: {mrn}\nACCOUNT #: {account}\nDATE OF VISIT: {date}\nATTENDING: {DOCTOR}, M.D.\nPCP: {DOCTOR2}\n\n",
    "{date_long}\n\nRe: {patient_full}, d.o.b. {dob_long}\n{address}, {city}\nNHS number: {nhs}\n\nDear Dr {doctor2},\n\nThank you for referring {title} {surname} who was seen in clinic on {date_uk}.\n\n",
    "pt: {patient_lower}  mrn {mrn}  dob {dob}  seen {date} by dr {doctor_lower}\n\n",
    "Name: {patient_full}\nAddress: {address}\n         {city}, {state} {zip}\nTel: {phone}\nEmail: {email}\nInsurance: Member ID {member}\nSSN: {ssn}\nEncounter date: {date}\n\n",
    "",
]
SENTENCES = [
    "{title} {surname} was accompanied by {pronoun} daughter {relative}, who can be reached at {phone}.",
    "The case was discussed with Dr. {doctor2} on {date}.",
    "{patient_given} lives in {city} with {pronoun} brother {relative2}.",
    "Prior CT from {date} was reviewed; follow up is scheduled for {date_long}.",
    "{patient_full} was last seen by {doctor_full} on {date_short}.",
    "{pronoun_cap} son, {relative2}, called from {phone} on {date}.",
    "Records were requested from {clinic_city} General Hospital, where {pronoun} pacemaker (serial number {serial}) was placed in {month}.",
    "{surname} states that the pain began on {date_short}.",
    "Pharmacy will fax the form to {phone2}; the portal message came from {email} (IP {ip}).",
    "spoke w/ {relative_lower} {surname_lower} (wife) by phone {phone}, agrees w/ plan",
    "{doctor_full}, NP saw the patient on {date} and agrees.",
    "Of note, {doctor2} had started lisinopril on {date}.",
    "{pronoun_cap} mother {relative} {surname} died at age {old_age}.",
    "Driver's license {license} was copied; vehicle plate: {plate}.",
]
ENDS = [
    "\n\nElectronically signed by {doctor_full}, MD on {date} at 14:32\ncc: {doctor2_full}, MD\n",
    "\n\nSincerely,\n\n{doctor_full}\nConsultant Physician\nTel {phone}\n",
    "\n\nDictated by: {doctor_full}\nTranscribed: {date}  Job #: {job}\n",
    "\n\n{DOCTOR}, MD\nD: {date} T: {date}\n{doctor_initials} pager {pager}\n",
    "\n\n- {doctor_full} RN, {date}\n",
]
TEST_HEADS = [
    "DISCHARGE SUMMARY\n\nPt. Name: {patient_reversed}\nMed. Rec. #: {mrn}\nDate of Birth: {dob}\nAdm Date: {date}   D/C Date: {date}\nAttending Physician: {doctor_full}, D.O.\n\n",
    "{clinic_city} Family Practice, {address}, {city} {state} {zip}\nTelephone {phone} / Facsimile {phone2}\n\n{date_long}\n\n{doctor2_full}, MD\n{address}\n{city}, {state} {zip}\n\nRE: {patient_full}\nDOB: {dob}\n\nDear Dr. {doctor2}:\n\nI had the pleasure of seeing {title} {surname} in consultation.\n\n",
    "ed note {date}\n{patient_lower}, dob {dob}, mrn# {mrn}\nseen by: dr. {doctor_lower}\npcp: {doctor_lower}\n\n",
    "OPERATIVE REPORT\nNAME: {PATIENT}\nHOSP #: {mrn}\nSURGEON: {DOCTOR}, MD\nASSISTANT: {DOCTOR2}, PA-C\nDATE: {date}\n\n",
    "",
]
TEST_SENTENCES = [
    "I spoke with {pronoun} husband {relative2} about this on {date_short}.",
    "{title} {surname} has followed with Dr. {doctor} since {month}.",
    "{patient_given} moved here from {city} last year and works with {relative2}.",
    "According to {doctor_full}, the biopsy of {date} was benign.",
    "{pronoun_cap} niece ({relative}) may be contacted at {phone}.",
    "pt's wife {relative_lower} reports he fell on {date_short}",
    "Labs drawn {date} at {clinic_city} Community Hospital were reviewed with Dr. {doctor2}.",
    "Will send a copy to {doctor2_full} and to {doctor_full}.",
    "{patient_full} and {pronoun} partner {relative} agree with the plan.",
    "Insurance policy number {member}; account number {account}.",
    "Thank you, Dr. {doctor2}, for involving us in the care of {patient_full}.",
    "Home glucose meter S/N {serial}; questions to {email} or {phone}.",
    "{pronoun_cap} grandfather lived to be {old_age} years old.",
    "Transferred from {city} to the care of {doctor_full} on {date}.",
]
TEST_ENDS = [
    "\n\nSigned: {doctor_full}, M.D.\n{date}\n",
    "\n\nKind regards\n\nDr {doctor_full}\nSpecialty Registrar, bleep {pager}\ncc {doctor2_full}, {patient_full}\n",
    "\n\n{DOCTOR} MD  {date} 09:15\n",
    "\n\nThis note was dictated by Dr. {doctor} and scribed by {doctor2_full}.\nConfirmation number: {job}\n",
    "\n\nReviewed and electronically authenticated by {doctor_full}, NP-C, {date}\n",
]
_OWN_NAMES = re.compile(r"\b(?P<title>Mr|Mrs|Ms|Miss|Dr)(?P<dot>\.?) (?P<name>[A-Z][\w'-]+(?: [A-Z][\w'-]+)?)")
_OWN_LONE_NAMES = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+(?= is (?:an? |status)|, PA\b)")
_OWN_MONTHS = re.compile(
    r"\b(?:0[1-9]|1[0-2])/20\d\d\b|(?<=\bin )(?:March|July)\b|(?<=two of )June\b|(?<=week of )June\b"
)
_OWN_DATES = re.compile(r"\b\d{1,2}/\d{1,2}/\d{4}\b")
_SLOT = re.compile(r"\{(\w+)\}")


class Planter:
    """Plants into one note; what it plants depends on the note's id only."""

    def __init__(self, note: str, sex: str, *, is_test: bool) -> None:
        self._random = random.Random(note)
        self._is_test = is_test
        draw = self._random.choice
        female = sex == "female"
        self._given = draw(self._half(FEMALE if female else MALE))
        self._surname, self._doctor, self._doctor2 = self._random.sample(self._half(SURNAMES), 3)
        self._doctor_given, self._doctor2_given = draw(self._half(FEMALE + MALE)), draw(self._half(FEMALE + MALE))
        self._relatives = draw(self._half(FEMALE)), draw(self._half(MALE))
        self._female = female
        self._day = date(2018, 1, 1) + timedelta(days=self._random.randrange(1800))

    def _half(self, names: list[str]) -> list[str]:
        """Return every second name: the parts share none."""
        return names[self._is_test :: 2]

    def plant(self, text: str) -> tuple[str, list[tuple[int, int, str]]]:
        """Return the note with planted identifiers, and their spans."""
        template = _OWN_NAMES.sub(self._own_name, text.replace("{", "(").replace("}", ")"))
        template = _OWN_LONE_NAMES.sub("{patient_full}", template)
        template = _OWN_MONTHS.sub("{month}", _OWN_DATES.sub("{date}", template))
        paragraphs = template.split("\n\n")
        heads, sentences, ends = (TEST_HEADS, TEST_SENTENCES, TEST_ENDS) if self._is_test else (HEADS, SENTENCES, ENDS)
        for sentence in self._random.sample(sentences, 5):
            place = self._random.randrange(len(paragraphs))
            paragraphs[place] += ("\n" if self._random.random() < 0.4 else " ") + sentence
        template = self._random.choice(heads) + "\n\n".join(paragraphs) + self._random.choice(ends)
        return self._filled(template)

    def _own_name(self, match: re.Match[str]) -> str:
        names = match["name"].split()
        if match["title"] == "Dr":
            return f"Dr{match['dot']} " + ("{doctor_full}" if len(names) > 1 else "{doctor2}")
        return f"{match['title']}{match['dot']} " + ("{patient_full}" if len(names) > 1 else "{surname}")

    def _filled(self, template: str) -> tuple[str, list[tuple[int, int, str]]]:
        parts: list[str] = []
        gold: list[tuple[int, int, str]] = []
        place = length = 0
        for match in _SLOT.finditer(template):
            kind, value = self._value(match[1])
            parts += (template[place : match.start()], value)
            length += match.start() - place
            if kind:
                gold.append((length, length + len(value), kind))
            length += len(value)
            place = match.end()
        return "".join((*parts, template[place:])), gold

    def _value(self, slot: str) -> tuple[str, str]:
        draw, digits = self._random.choice, self._digits
        day = self._day - timedelta(days=self._random.randrange(700))
        birth = date(1932, 1, 1) + timedelta(days=self._random.randrange(25000))
        full, doctor = f"{self._given} {self._surname}", f"{self._doctor_given} {self._doctor}"
        names = {
            "patient_full": full, "patient_reversed": f"{self._surname}, {self._given}", "PATIENT": f"{self._surname}, {self._given}".upper(), "patient_given": self._given,
            "patient_lower": full.lower(), "surname": self._surname, "surname_lower": self._surname.lower(), "doctor_full": doctor, "DOCTOR": doctor.upper(), "doctor2": self._doctor2,
            "DOCTOR2": f"{self._doctor2_given} {self._doctor2}".upper(), "doctor2_full": f"{self._doctor2_given} {self._doctor2}", "doctor_lower": self._doctor.lower(),
            "relative": self._relatives[0], "relative2": self._relatives[1], "relative_lower": self._relatives[0].lower(),
        }  # fmt: skip
        if slot in names:
            return "name", names[slot]
        dates = {
            "date": draw([f"{day:%m/%d/%Y}", f"{day.month}/{day.day}/{day:%y}", f"{day:%Y-%m-%d}", f"{day:%B} {day.day}, {day.year}", f"{day:%d-%b-%Y}"]),
            "date_short": draw([f"{day.month}/{day.day}", f"{day:%B} {day.day}", f"{day:%b} {day.day}"]), "date_long": f"{day.day} {day:%B %Y}", "date_uk": f"{day:%d/%m/%Y}",
            "dob": f"{birth:%m/%d/%Y}", "dob_long": f"{birth.day} {birth:%B %Y}", "month": f"{day:%B %Y}",
        }  # fmt: skip
        if slot in dates:
            return "date", dates[slot]
        pronouns = {
            "pronoun": "her" if self._female else "his",
            "pronoun_cap": "Her" if self._female else "His",
            "title": "Ms." if self._female else "Mr.",
        }
        if slot in pronouns:
            return "", pronouns[slot]
        phone = draw(
            [
                "(617) 555-" + digits(4),
                f"415-555-{digits(4)}",
                f"020 7946 {digits(4)}",
                f"+1 312.555.{digits(4)}",
                f"555-{digits(4)}",
            ]
        )
        others = {
            "phone": ("phone", phone), "phone2": ("phone", f"508-555-{digits(4)}"), "pager": ("phone", digits(4)), "mrn": ("number", draw([digits(8), f"{digits(3)}-{digits(2)}-{digits(3)}", f"A{digits(7)}"])),
            "account": ("number", digits(10)), "nhs": ("number", f"943 476 59{digits(2)}"), "member": ("number", f"XQ{digits(9)}"), "ssn": ("number", f"{digits(3)}-{digits(2)}-{digits(4)}"),
            "serial": ("number", f"PJN{digits(6)}H"), "license": ("number", f"S{digits(8)}"), "plate": ("number", f"7ABC{digits(3)}"), "job": ("number", digits(6)), "ip": ("number", f"10.{digits(2)}.4.{digits(2)}"),
            "email": ("email", f"{re.sub(r'[^a-z]', '', self._given.lower())}{digits(2)}@mail.example.com"), "address": ("place", f"{self._random.randrange(1, 9999)} {draw(STREETS)}"),
            "city": ("place", draw(CITIES)), "clinic_city": ("place", draw(CITIES[:12])), "zip": ("place", digits(5)), "state": ("", draw(STATES)), "old_age": ("age", str(self._random.randrange(90, 104))),
            "doctor_initials": ("", (self._doctor_given[0] + self._doctor[0]).lower()),
        }  # fmt: skip
        return others[slot]

    def _digits(self, count: int) -> str:
        return "".join(self._random.choice("123456789") for _ in range(count))
