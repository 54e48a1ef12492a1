"""Which words do mail programs put before a quotation, a signature or a disclaimer, in our six languages?"""

import re

# The fields of a header block as Outlook, Yahoo, Orange, GMX and Onet print it above the quoted letter.
SENDER_FIELDS = frozenset("from von de van od من absender expéditeur afzender nadawca المرسل от από da".split())  # noqa: SIM905
OTHER_FIELDS = frozenset(
    """sent date to cc bcc subject reply-to gesendet datum an kopie betreff envoyé à a objet copie
    verzonden aan onderwerp wysłano data do dw temat wysłane التاريخ إلى الى نسخة الموضوع الإرسال أرسلت отправлено
    кому тема дата importance attachments wichtigkeit priorität""".split()  # noqa: SIM905
) | {"sent on", "gesendet am", "envoyé le", "verzonden op", "تم الإرسال", "تاريخ الإرسال", "répondre à", "date d’envoi"}

# A word of writing, which the line above a quotation carries: "… wrote:", "… schrieb …:".
WROTE = re.compile(
    r"\b(?:wrote|writes|said|schrieb|schrieben|geschrieben|schreibt|a écrit|ecrit|écrit|écrivait|schreef|geschreven"
    r"|schrijft|napisał|napisała|napisal|pisze|napisana przez|написал|написала|пишет|пише"
    r"|skrev|skrifaði|kirjoitti|ha scritto|escribió|escreveu|napsala?|napísala?|írta|a scris)\b"
    r"|كتب|كتبت|كتابة ما يلي|写道|さんは書きました|님이 작성|έγραψε",
    re.IGNORECASE,
)
# A piece of each of these words in folded case: where none of them stands, nobody needs to look for the words.
PIECES_OF_WROTE = (
    "wrote", "writes", "said", "schr", "écri", "ecri", "napis", "napís", "pisze", "напис", "пише", "skr", "kirjo",
    "scri", "escre", "naps", "írta", "كتب", "كتابة", "写道", "さんは", "님이", "έγραψε",
)  # fmt: skip
# The end of a wrapped attribution, whose ">" closes an address: "> wrote:".
WROTE_ALONE = re.compile(rf">\s{{0,2}}(?:{WROTE.pattern})\s?:\s{{0,9}}$", re.IGNORECASE)
_WEEKDAYS = "|".join(
    """mon tue wed thu fri sat sun mo di mi do fr sa so lun mar mer jeu ven sam dim ma wo vr za zo
    pon wt śr czw pt sob niedz""".split()  # noqa: SIM905
)
OPENS_ATTRIBUTION = re.compile(
    r"(?:On|Am|Le|Op|El|Em|Il|Den|W dniu|Dnia|Wiadomość napisana przez|في|بتاريخ)\s"
    r"|\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\b"
    rf"|(?:{_WEEKDAYS})\w{{0,9}}\.?,?\s{{1,3}}\d",
    re.IGNORECASE,
)

# The first words of the quotation right behind the attribution, as Yahoo's program for phones does.
QUOTES_ON_THE_LINE = re.compile(
    r"\s{0,8}(?:On|Am|Le|Op|Dnia|W dniu|في)\s[^\n<>]{5,150}<[^\s<>@]{1,64}@[^\s<>]{1,255}>\s?"
    r"(?:wrote|schrieb|a écrit|schreef|napisała?|napisał\(a\))\s?:\s{2,8}\S",
    re.IGNORECASE,
)
BETWEEN_DASHES = re.compile(r"-{2,10}\s{1,3}([^\n]{5,400}?)\s{1,3}-{2,10}")

_SEPARATOR_WORDS = "|".join(
    (
        "original message", "original appointment", "reply message", "forwarded message", "begin forwarded message",
        "ursprüngliche nachricht", "originalnachricht", "ursprüngliche e-mail", "weitergeleitete nachricht",
        "anfang der weitergeleiteten nachricht", "message d[’']origine", "message original", "message initial",
        "message transféré", "début du message réexpédié", "message transmis", "mail original",
        "oorspronkelijk bericht", "origineel bericht", "doorgestuurd bericht", "begin doorgestuurd bericht",
        "oryginalna wiadomość", "wiadomość oryginalna", "wiadomość przekazana", "przekazana wiadomość",
        "treść przekazanej wiadomości", "początek przekazywanej wiadomości",
        "الرسالة الأصلية", "رسالة أصلية", "رسالة معاد توجيهها", "رسالة مُعاد توجيهها", "بدء الرسالة المعاد توجيهها",
    )
)  # fmt: skip
# "-----Original Message-----", "----- Mail original -----", "Begin forwarded message:".
SEPARATOR = re.compile(rf"[-_=*]{{2,40}}\s{{0,4}}(?:{_SEPARATOR_WORDS})\s{{0,4}}[-_=*]{{2,40}}", re.IGNORECASE)
BARE_SEPARATOR = re.compile(
    "(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message réexpédié"
    "|begin doorgestuurd bericht|początek przekazywanej wiadomości|بدء الرسالة المعاد توجيهها) ?:",
    re.IGNORECASE,
)
# A drawn line, or any words between dashes; believed only right above a header block.
RULE = re.compile(r"[_\-–—*=]{10,200}")
CAPTION = re.compile(r"[-_=]{3,40}[^-_=\n]{1,60}(?:-[^-_=\n]{1,40})?[-_=]{3,40}")

# "See my answers below": then nothing under a quotation may be cut, however it looks.
ANSWERS_BELOW = re.compile(
    r"\b(?:below|inline|in-line|interleaved|unten|weiter unten|ci-dessous|plus bas|dans le texte"
    r"|hieronder|onderaan|tussen de regels|poniżej|w tekście)\b|أدناه|في الأسفل",
    re.IGNORECASE,
)

_DEVICE = (
    r"\b(?:i?phone|ipad|ipod|android|blackberry|samsung|galaxy|huawei|xiaomi|pixel|nokia|handy|smartphone|mobil|mobile"
    r"|téléphone|portable|telefoon|telefon|tablet|tablette|windows|outlook|gmail|mail|e-mail|device|gerät|appareil|apparaat"
    r"|sony|oneplus|mailapp|mailbird|protonmail|proton|yahoo|gmx|web\.de|onet|aol|thunderbird"
    r"|mailspring|bluemail|mymail|aqua ?mail|shortwave|tutanota|tuta|posteo"
    r"|k-9|fairmail|iphone'?a|ipada|iphone’a|urządzenia|telefonu|smartfona|aplikacji|جهاز|هاتف|هاتفي|الـ|ايفون|آيفون|الآيفون)\b"
)
# Words of every day that are also a brand: believed with a capital letter only.
_BRAND = (
    r"(?-i:\b(?:Apple|Orange|Spark|Newton|Honor|HONOR|Canary|Mailbox|Edison|Boxer|LG|HTC|Sparrow)\b|\bsparrow (?=\())"
)
_SENT = (
    r"(?:sent (?:from|with|via|using)|get outlook for|composed on|gesendet (?:von|mit|aus)"
    r"|vo[nm] .{1,60} (?:gesendet|verschickt|versendet)$|von unterwegs gesendet"
    r"|diese nachricht wurde von meinem|holen sie sich outlook|outlook für|hol dir outlook"
    r"|envoyé (?:de|depuis|avec|à partir)|télécharger outlook|obtenez outlook|provenance"
    r"|(?:verzonden|verstuurd) (?:vanaf|met|via|vanuit)|outlook voor|download outlook"
    r"|wysłan[eoy] (?:z|ze|przy|za)|pobierz (?:aplikację )?outlook"
    r"|uzyskaj outlook|(?:تنزيل|احصل على) outlook|أرسلت من|أرسل من|تم إرساله من|أُرسلت من|مرسل من|تم الإرسال من|مُرسل"
    r"|الحصول على outlook)"
)
# Both must be on one short line of at most eight words, so that "Sent from my desk, is much easier" stays a letter.
SLOGAN = re.compile(r"yahoo mail\s?: \w[^\n]{5,60}", re.IGNORECASE)
# "Please excuse my brevity", behind a phone line.
APOLOGY = re.compile(
    r"(?<=\w)[.,;!]{0,2}\s{1,3}(?:please (?:excuse|forgive|pardon)|(?:sorry|apologies) for"
    r"|veuillez excuser|merci d[’']excuser"
    r"|bitte (?:entschuldigen|entschuldige|verzeihen|verzeih)|excuseer|mijn excuses|proszę wybaczyć|przepraszam za)"
    r".{3,80}$",
    re.IGNORECASE,
)
PHONE_SENT = re.compile(_SENT, re.IGNORECASE)
PHONE_DEVICE = re.compile(f"{_DEVICE}|{_BRAND}", re.IGNORECASE)

DISCLAIMER = re.compile(
    r"(?:this (?:e-?mail|message|communication)\b.{0,80}\b(?:confidential|privileged|intended (?:only|solely))"
    r"|(?:confidentiality notice|disclaimer|avis de confidentialité|vertraulichkeitshinweis|klauzula poufności)\b"
    r"|diese (?:e-?mail|nachricht)\b.{0,80}\bvertraulich|ce (?:message|courriel|mail)\b.{0,120}\bconfidentiel"
    r"|(?:dit (?:e-mail)?bericht|deze e-?mail)\b.{0,80}\bvertrouwelijk|(?:ta|niniejsza) wiadomość\b.{0,120}\bpoufn"
    r"|(?:هذه الرسالة|هذا البريد).{0,80}(?:سرية|سري)"
    r"|virus-free\.|virenfrei\.|garanti sans virus|sans virus\.|virusvrij\.|wolny od wirusów|nie zawiera wirusów"
    r"|diese e-mail wurde von avast|l'absence de virus dans ce courrier|deze e-mail is gecontroleerd op virussen"
    r"|please consider the environment before|pensez à l[’']environnement avant|denken sie an die umwelt)",
    re.IGNORECASE,
)

# The name that our letters come from, as in `masking.from_name`.
OUR_SENDER = re.compile(r"\bvia penfriends\b", re.IGNORECASE)
# Our own footer: the line under "-- ", and the short links to a letter's pages.
OUR_NAME = re.compile(r"penfriends, \S")
OUR_LINK = re.compile(r"https?://[^\s/]{1,200}/[lwsdp]/[A-Za-z0-9][A-Za-z0-9-]{3,40}\b")
