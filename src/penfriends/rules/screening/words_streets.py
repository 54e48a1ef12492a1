"""What are streets called, and how are their numbers written, in the countries that write to each other here?

Patterns over `Sheet.text`, case kept. Quantifiers are bounded and parts begin with different signs, so that no pattern
can take more than a fixed time a character.
"""

# Lists and patterns keep their rows whole.
# ruff: noqa: E501

from penfriends.rules.screening.folding import plain

_NUMBER = r"\d{1,4}\s?[a-zA-Z]?(?:\s?[-/]\s?\d{1,4}[a-zA-Z]?)?\b"
_AFTER = r"(?:,?[ \n](?:no\.?|nr\.?|Nr\.?|n°|nº|nummer|Hausnummer|numéro|numer|número)?\s?|,\s?)"
# A house's number is no year, no measure and no time.
_NO_YEAR = r"(?!(?:1[89]|20)\d\d\b)(?!\d{1,2}[.:]\d\d)"
_NO_UNIT = r"(?!\s?(?:km|m|Uhr|uur|h|Meter|meter|Minuten|minutes|min|Jahre|jaar|ans|lat|mal|keer|fois|%|€|Euro|euros?|Kilometer|kilometer)\b)(?![.,:]\d)"
_HOUSE = _NO_YEAR + _NUMBER + _NO_UNIT
_NAME = r"[A-ZÀ-ÖØ-ÞĄ-Ž][\w'’.\-]{0,30}"
_NAMES = rf"{_NAME}(?: {_NAME}){{0,3}}"
_PART = r"(?:(?:de la|de l['’]|des|de|du|d['’]|la|le|les|l['’]|von|van|van de|van den|der|den|the|del|della|delle|dei|di|św\.|of) ?)"
_MORE = rf"(?:{_PART}{{0,2}}{_NAME} ?){{1,4}}"

_EN_END = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Close|Drive|Dr|Crescent|Cres|Terrace|Way|Gardens|Grove|Court|Ct|Square|Sq|Hill|"
    "Parade|Parkway|Boulevard|Blvd|Mews|Walk|Row|Green|View|Rise|Croft|Place|Pl|Highway|Hwy|Circuit|Quay|Fold|Brow|Str"
)
_EN_LOWER = "street|road|avenue|lane|close|drive|crescent|terrace|gardens|grove|court|mews"
# A dot may stand behind "str".
_DE_WORDS = "straße str. weg gasse allee platz ring damm ufer chaussee steig stieg markt graben garten hof feld zeile pfad gürtel"
_NL_WORDS = "straat straatweg laan weg plein gracht kade dijk singel dreef hof pad steeg park markt wal kamp burg hoeve akker tuin baan lei"
_DE_END = _DE_WORDS.replace(" ", "|").replace("ß", "(?:ß|ss)").replace(".", r"\.?")
_NL_END = _NL_WORDS.replace(" ", "|")
# A dot may stand after a French or southern abbreviation, and must after a Polish one.
_FR_WORDS = [
    "rue",
    "avenue",
    "av.",
    "boulevard",
    "bd.",
    "blvd",
    "place",
    "impasse",
    "allée",
    "chemin",
    "quai",
    "route",
    "cours",
    "square",
    "passage",
    "faubourg",
    "ruelle",
    "voie",
    "chaussée",
    "sentier",
    "esplanade",
    "résidence",
    "lotissement",
    "clos",
    "montée",
    "cité",
    "hameau",
]
_PL_WORDS = [
    "ul.",
    "ulica",
    "ulicy",
    "al.",
    "aleja",
    "alei",
    "aleje",
    "os.",
    "osiedle",
    "osiedlu",
    "pl.",
    "plac",
    "placu",
    "rynek",
    "rynku",
]
_OTHER_WORDS = [
    "via",
    "viale",
    "piazza",
    "corso",
    "strada",
    "largo",
    "vicolo",
    "calle",
    "c/",
    "avenida",
    "avda.",
    "plaza",
    "paseo",
    "carrer",
    "rua",
    "travessa",
    "praça",
    "praca",
]
_FR = "|".join(_FR_WORDS).replace("é", "[ée]").replace(".", r"\.?")
_PL = "|".join(_PL_WORDS).replace(".", r"\.")
_OTHER = "|".join(_OTHER_WORDS).replace(".", r"\.?")

# The number first, and no figure before it.
NUMBER_FIRST = (
    # 14 Church Road; Flat 3, 14b Church Road. The name's words are capital, or it is the whole line.
    rf"(?<![\d.,/:]){_NO_YEAR}\d{{1,4}}[a-zA-Z]?(?:[-/]\d{{1,4}})?,? (?:{_NAME} ){{1,4}}(?:{_EN_END})\b",
    # 5 bis, rue de la Gare
    rf"(?<![\d.,/:]){_NO_YEAR}\d{{1,4}} ?(?:bis|ter|quater|[A-D])?,? (?i:{_FR}) {_MORE}",
)
# What a street is ends the word before the number.
ENDING_IN_STREET = (
    # Hauptstraße 12a; Berliner Str. 12; Am Alten Markt 5 needs a word of living before it, see CUED.
    rf"\b[A-ZÄÖÜ][\wäöüß.\-]{{1,40}}(?:{_DE_END}){_AFTER}{_HOUSE}",
    rf"\b[A-ZÄÖÜ][\w\-]{{2,30}}(?:er|en|e|s)?[ -](?:Stra(?:ß|ss)e|Str\.|Allee|Weg|Platz|Ring|Chaussee|Damm|Ufer|Gasse|Landstra(?:ß|ss)e){_AFTER}{_HOUSE}",
    # Kerkstraat 12-II; Burgemeester de Vlugtlaan 5.
    rf"\b[A-Z][\w\-]{{2,40}}(?:{_NL_END}){_AFTER}{_HOUSE}",
)
# How plain words end that may stand before such a number, perhaps with one of the second between.
STREET_ENDINGS = tuple(plain(f"{_DE_WORDS} {_NL_WORDS} strasse str").split())
NUMBER_WORDS = ("no", "no.", "nr", "nr.", "n°", "nummer", "numero", "numer")
FARTHEST_STREET = 70  # how far before the number one of these can begin, and how far behind it ends or looks
FARTHEST_NUMBER = 40
# What a street is comes first, as a word, or as a beginning of one where the name may be written to it.
STREET_FIRST = (
    # Rue de la Gare 12 (Belgium, Switzerland).
    rf"\b(?i:{_FR}) {_MORE},? ?{_HOUSE}",
    # ul. Długa 5/7 m. 3
    rf"(?<!\w)(?i:{_PL}) ?(?:{_NAME} ){{1,4}}{_HOUSE}",
    # Italy, Spain, Portugal.
    rf"(?<!\w)(?i:{_OTHER}) ?{_MORE},? ?{_HOUSE}",
)
STREET_WORDS = frozenset(plain(one).strip("./") for one in (*_FR_WORDS, *_PL_WORDS, *_OTHER_WORDS))
# The dot of "ul." and the stroke of "c/" part the name from them.
WRITTEN_TO_NAMES = tuple(
    sorted({plain(one).strip(".") for one in (*_PL_WORDS, *_OTHER_WORDS) if len(one.strip("./")) > 2})
)
ARABIC_STREETS = (
    # شارع النيل 15، عمارة رقم 3
    r"(?:شارع|زقاق|حارة|نهج)(?: [\u0600-\u06ff]{2,20}){1,4}[،,]? ?(?:رقم )?(?:بيت |عمارة |منزل |بناية )?\d{1,4}",
    r"\d{1,4}[،,]? ?شارع [\u0600-\u06ff]{2,20}",
    r"(?:عمارة|بناية|منزل|بيت|شقة) رقم \d{1,4}",
)
ARABIC_MARKS = ("شارع", "زقاق", "حارة", "نهج", "رقم")

# Lower-case and unusual streets, only shortly after a word of living somewhere.
ARABIC_LIVING = ("أسكن", "اسكن", "نسكن", "عنواني", "عنوان", "أعيش")
LIVING = (
    r"(?i:\b(?:i live|we live|living at|my address|our address|my house is|address is|address:|write to me at|visit me at|come to|house number|flat|"
    r"ich wohne|wir wohnen|meine adresse|adresse|anschrift|hausnummer|j['’]?\s?habite|nous habitons|mon adresse|ik woon|wij wonen|"
    r"we wonen|mijn adres|adres|mieszkam|mieszkamy|mój adres|moj adres)\b|" + "|".join(ARABIC_LIVING) + ")"
)
# One of these words is in each of them, but the Arabic ones.
LIVING_WORDS = frozenset(
    [
        "live",
        "living",
        "address",
        "house",
        "write",
        "visit",
        "come",
        "flat",
        "wohne",
        "wohnen",
        "adresse",
        "anschrift",
        "hausnummer",
        "habite",
        "jhabite",
        "habitons",
        "woon",
        "wonen",
        "adres",
        "mieszkam",
        "mieszkamy",
    ]
)
LIVING_BEFORE, LIVING_BEHIND = 10, 30  # how far such a word of living reaches around it
CUED = (
    rf"{_NO_YEAR}\d{{1,4}}[a-z]?,? (?:[\w'’\-]{{2,20}} ){{1,3}}(?:{_EN_LOWER}|{_EN_END})\b",
    rf"\b\w[\w.\-]{{1,40}}(?:{_DE_END}|{_NL_END}){_AFTER}{_HOUSE}",
    rf"(?i:\b\w{{3,30}} (?:stra(?:ß|ss)e|str\.?|allee|weg|platz)){_AFTER}{_HOUSE}",
    rf"\b(?:[Aa]m|[Aa]n der|[Aa]uf der|[Aa]uf dem|[Ii]n der|[Ii]m|[Zz]um|[Zz]ur|[Uu]nter den) [A-ZÄÖÜ]\w{{2,30}}(?: [A-ZÄÖÜ]\w{{2,30}})? {_HOUSE}",
    rf"\d{{1,4}} ?(?:bis|ter)?,? (?i:{_FR}) (?:[\w'’\-]{{1,20}} ?){{1,5}}",
    rf"(?i:{_FR}) (?:[\w'’\-]{{1,20}} ){{1,5}}{_HOUSE}",
    rf"(?i:{_PL}) ?(?:[\w.\-]{{2,20}} ){{1,4}}{_HOUSE}",
    rf"\b(?:przy|na) (?:[\w.\-]{{3,20}} ){{1,2}}{_HOUSE}",
    rf"\b{_NAMES} {_NO_YEAR}\d{{1,3}}[a-zA-Z]?(?=[,\n]|\s?$|\. )",
)

# The figures first, and none before them.
POSTCODES = (
    # Poland: 31-042 Kraków. Netherlands: 6511 AB Nijmegen.
    r"(?<![\d\-])\d{2}-\d{3},? [A-ZŁŚŻŹĆ]\w{2,30}",
    r"(?<!\d)[1-9]\d{3} ?(?!SA|SD|SS)[A-Z]{2},? [A-Z']\w{2,30}",
)
# One to five signs before the figures.
LETTERED_POSTCODES = (
    # United Kingdom: PR1 2HE. Jersey, Guernsey and Man have the same shape.
    r"\b(?:[A-PR-UWYZ]\d[\dA-HJKPSTUW]?|[A-PR-UWYZ][A-HK-Y]\d[\dA-Z]?) ?\d[ABD-HJLNP-UW-Z]{2}\b",
    # D-52062 Aachen, F-69001 Lyon, B-1000, CH-3000, A-1010
    r"\b(?:D|F|DE|FR|B|BE|CH|A|AT|NL|PL|I|IT|E|ES)[- ]?-[ ]?\d{4,5} [A-ZÀ-ÖØ-Þ]\w{2,30}",
)
MOST_LETTERS_BEFORE = 5
# Five (four) figures and a town: only with a house's number shortly before, or a word of living.
TOWNS = rf"(?<![\d.,])\d{{4,5}} {_NAME}"
HOUSE_BEFORE = r"[^\W\d]\w{2,30}\.? \d{1,3} ?[a-zA-Z]?,?\s{1,3}$"
