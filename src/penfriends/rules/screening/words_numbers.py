"""How are the numbers from 0 to 99 (in Polish to 999) said in six languages?

Every key is the words in the form of `Sheet.plain`: lower case, no accents.
"""

# Lists and patterns keep their rows whole.

from itertools import product

Spoken = dict[tuple[str, ...], str]

_EN = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_EN += " eighteen nineteen"
_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_DE = "null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn"
_DE += " achtzehn neunzehn"
_DE_TENS = "zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig"
_FR = "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
_FR_TENS = "vingt trente quarante cinquante soixante"
_NL = "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien"
_NL += " achttien negentien"
_NL_TENS = "twintig dertig veertig vijftig zestig zeventig tachtig negentig"
_PL = "zero jeden dwa trzy cztery piec szesc siedem osiem dziewiec dziesiec jedenascie dwanascie trzynascie czternascie"
_PL += " pietnascie szesnascie siedemnascie osiemnascie dziewietnascie"
_PL_TENS = (
    "dwadziescia trzydziesci czterdziesci piecdziesiat szescdziesiat siedemdziesiat osiemdziesiat dziewiecdziesiat"
)
_PL_HUNDREDS = "sto dwiescie trzysta czterysta piecset szescset siedemset osiemset dziewiecset"
_AR = (
    ("صفر",),
    ("واحد", "واحده"),
    ("اثنان", "اثنين", "اتنين", "اثنتان"),
    ("ثلاثه", "ثلاث", "تلاته"),
    ("اربعه", "اربع"),
    ("خمسه", "خمس"),
    ("سته", "ست"),
    ("سبعه", "سبع"),
    ("ثمانيه", "ثماني", "ثمان", "تمانيه"),
    ("تسعه", "تسع"),
    ("عشره",),
)
_AR_TENS = ("عشر", "ثلاث", "اربع", "خمس", "ست", "سبع", "ثمان", "تسع")

# Said for nothing at all: counts as a digit only beside other digits.
WEAK_ZERO = frozenset({"o", "oh", "owe"})
TIMES: dict[str, int] = {
    **dict.fromkeys(("double", "doppel", "doppelt", "dubbel", "dubbele", "podwojne", "podwojna", "dwukrotnie"), 2),
    **dict.fromkeys(("triple", "treble", "dreimal", "dreifach", "driedubbel", "potrojne", "potrojna"), 3),
    **dict.fromkeys(("zweimal", "tweemal", "tweemaal", "مرتين"), 2),
    **dict.fromkeys(("driemaal", "quadruple"), 3),
}
# Words that may stand inside a number that is read out.
FILLERS = frozenset(
    [
        "and",
        "then",
        "dash",
        "dot",
        "space",
        "hyphen",
        "slash",
        "plus",
        "bracket",
        "und",
        "dann",
        "strich",
        "punkt",
        "leerzeichen",
        "minus",
        "et",
        "puis",
        "tiret",
        "point",
        "espace",
        "en",
        "dan",
        "streepje",
        "punt",
        "spatie",
        "i",
        "potem",
        "kreska",
        "kropka",
        "spacja",
        "myslnik",
        "ثم",
        "و",
        "شرطه",
        "نقطه",
        "زائد",
    ]
)


def _rows(line: str) -> Spoken:
    return {(word,): str(number) for number, word in enumerate(line.split())}


def _tens(line: str) -> list[tuple[str, str]]:
    return [(word, str(number)) for number, word in enumerate(line.split(), start=2)]


def _english() -> Spoken:
    spoken = _rows(_EN) | {("nought",): "0", ("naught",): "0", ("nil",): "0"}
    units = _EN.split()[1:10]
    for ten, digit in _tens(_EN_TENS):
        spoken[(ten,)] = digit + "0"
        spoken |= {(ten, unit): digit + str(n) for n, unit in enumerate(units, start=1)}
    return spoken


def _joined(units: list[str], joint: str, tens: list[tuple[str, str]]) -> Spoken:
    """German and Dutch: the unit, an "and" and the ten, in one word or three."""
    spoken: Spoken = {}
    for ten, digit in tens:
        spoken[(ten,)] = digit + "0"
        for number, unit in enumerate(units, start=1):
            spoken[(unit + joint + ten,)] = digit + str(number)
            spoken[(unit, joint, ten)] = digit + str(number)
    return spoken


def _german() -> Spoken:
    spoken = _rows(_DE) | {("zwo",): "2", ("ein",): "1", ("eine",): "1"}
    spoken |= _joined(["ein", *_DE.split()[2:10]], "und", _tens(_DE_TENS))
    spoken |= _joined(["ein", "zwo"], "und", _tens(_DE_TENS))
    for words, digits in list(spoken.items()):
        spoken[tuple(word.replace("funf", "fuenf").replace("zwolf", "zwoelf") for word in words)] = digits
        spoken[tuple(word.replace("dreissig", "dreißig") for word in words)] = digits
    return spoken


def _dutch() -> Spoken:
    return _rows(_NL) | _joined(_NL.split()[1:10], "en", _tens(_NL_TENS))


def _french() -> Spoken:
    spoken = _rows(_FR) | {("nul",): "0", ("une",): "1", ("dix", "sept"): "17", ("dix", "huit"): "18"}
    spoken |= {("dix", "neuf"): "19", ("septante",): "70", ("huitante",): "80", ("octante",): "80", ("nonante",): "90"}
    below_twenty = {words: int(digits) for words, digits in spoken.items() if 0 < int(digits) < 20}
    tens: list[tuple[tuple[str, ...], int]] = [((ten,), 20 + 10 * n) for n, ten in enumerate(_FR_TENS.split())]
    tens += [(("quatre", "vingt"), 80), (("quatre", "vingts"), 80), (("septante",), 70), (("huitante",), 80)]
    tens += [(("nonante",), 90)]
    for (ten, value), (words, number) in product(tens, below_twenty.items()):
        if number < 10 or value in (60, 80):
            spoken[ten + words] = str(value + number)
            spoken[(*ten, "et", *words)] = str(value + number)
    return spoken | {ten: str(value) for ten, value in tens}


def _polish() -> Spoken:
    spoken = _rows(_PL) | {("jedynka",): "1", ("dwojka",): "2", ("trojka",): "3", ("zera",): "0"}
    units = _PL.split()[1:10]
    for ten, digit in _tens(_PL_TENS):
        spoken[(ten,)] = digit + "0"
        spoken |= {(ten, unit): digit + str(n) for n, unit in enumerate(units, start=1)}
    below = dict(spoken)
    for number, hundred in enumerate(_PL_HUNDREDS.split(), start=1):
        spoken[(hundred,)] = f"{number}00"
        spoken |= {(hundred, *words): f"{number}{digits:0>2}" for words, digits in below.items() if digits != "0"}
    return spoken


def _arabic() -> Spoken:
    spoken: Spoken = {(word,): str(number) for number, row in enumerate(_AR) for word in row}
    tens = [(stem + end, str(digit)) for digit, stem in enumerate(_AR_TENS, start=2) for end in ("ون", "ين")]
    for ten, digit in tens:
        spoken[(ten,)] = digit + "0"
        for number, row in list(enumerate(_AR))[1:10]:
            spoken |= {(unit, "و" + ten): digit + str(number) for unit in row}
            spoken |= {(unit, "و", ten): digit + str(number) for unit in row}
    return spoken


SPOKEN: Spoken = _polish() | _arabic() | _dutch() | _german() | _french() | _english()
LONGEST = max(len(words) for words in SPOKEN)
DIGIT_WORDS = tuple(
    sorted(
        {(words[0], digits) for words, digits in SPOKEN.items() if len(words) == 1 and len(words[0]) > 2},
        key=lambda pair: -len(pair[0]),
    )
)
