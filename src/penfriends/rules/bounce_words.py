"""Which reason do the words of a mail server mean, in the many ways in which servers put them?"""

import enum
import re


class BounceReason(enum.StrEnum):
    """Why a letter did not arrive."""

    UNKNOWN_ADDRESS = "unknown_address"
    UNKNOWN_HOST = "unknown_host"
    MOVED = "moved"
    TAKES_NO_MAIL = "takes_no_mail"  # the host says that it accepts no mail at all
    MAILBOX_FULL = "mailbox_full"
    SUSPENDED = "suspended"
    REFUSED = "refused"  # policy, reputation, authentication, spam, content: something about us or the letter
    FILTERED = "filtered"  # refused after the whole letter was handed over: the address may well exist
    TOO_LARGE = "too_large"
    EXPIRED = "expired"
    DELAYED = "delayed"
    NETWORK = "network"
    SYSTEM = "system"
    COMPLAINT = "complaint"
    OTHER = "other"


def any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# The mailbox is named as one that does not exist. "User unknown" is not among these: filters say it of unwanted mail.
NOT_THERE = (
    r"(?:doesn'?t|does not) have an? \S{1,80} account",
    r"\b(?:mailbox|account|address|recipient|user)[\s\"'<:(]{1,4}(?:\S{1,80}\s{1,3})?"
    r"(?:does not|doesn'?t|no longer) exists?\b",
    r"\bno such (?:e-?mail )?(?:mailbox|account)\b",
    r"(?:postfach|konto|empfänger|adresse)(?: \S{1,80})? existiert nicht",
    r"(?:boîte|compte|adresse)(?: \S{1,80}){0,2} n['’]existe (?:pas|plus)",
    r"(?:mailbox|postvak|account|adres)(?: \S{1,80})? bestaat niet",
    r"(?:konto|skrzynka|adres)(?: \S{1,80})? nie istnieje",
    r"(?:صندوق البريد|الحساب|العنوان)(?: \S{1,80})? غير موجود",
)
# Asked from top to bottom, the first that matches decides.
WORDS: tuple[tuple[BounceReason, re.Pattern[str]], ...] = (
    (BounceReason.REFUSED, any_of(r"(?:in reply to|after) mail from")),
    (BounceReason.UNKNOWN_ADDRESS, any_of(r"5\.4\.1 .{0,300}recipient address rejected: access denied")),
    (BounceReason.SYSTEM, any_of("couldn'?t create", r"procmail:", "x-unix;", "command (?:output|died)")),
    (
        BounceReason.TOO_LARGE,
        any_of(
            "message (?:is )?too (?:large|big|long)",
            "message size",
            "size limit",
            "too big",
            "length exceeds",
            "exceeds .{0,30}size",
        ),
    ),
    (
        BounceReason.MAILBOX_FULL,
        any_of(
            r"mailbox\W{0,3}(?:is )?(?:\w+ )?full",
            "over ?quota",
            r"quota\w* (?:exceed|full|violat|reached)",
            "exceed\\w* (?:\\w+ ){0,5}(?:quota|storage|mailbox size)",
            "out of storage",
            "not enough (?:storage|disk|space)",
            "insufficient (?:system )?(?:storage|disk|space)",
            "storage (?:is )?(?:full|limit)",
            "mailfolder is full",
            "mailbox (?:has )?exceed",
            r"mailbox size limit",
            "over the limit",
            "postfach voll",
            "boîte pleine",
            "dis[ck] quota",
            "no space left",
            "too full",
            "maildir over",
            "full mailbox",
            "mailbox for .{1,80} is full",
            r"account is full",
            "postfach ist (?:voll|überfüllt)",
            "boîte (?:aux lettres )?(?:est )?pleine",
            r"(?:mailbox|postvak|brievenbus) (?:is )?vol\b",
            r"skrzynka .{0,40}(?:pełna|przepełniona)",
            "صندوق .{0,20}ممتلئ",
        ),
    ),
    (
        BounceReason.REFUSED,
        any_of(
            r"\bspam\b",
            "bl(?:ack|ock) ?list",
            r"\brbl\b",
            "dnsbl",
            "spamhaus",
            "reputation",
            r"\bspf\b",
            r"\bdkim\b",
            r"\bdmarc\b",
            "unauthenticated",
            "reverse dns",
            r"\bptr\b",
            "policy (?:reason|violation|restrict)",
            "local policy",
            "virus",
            "malware",
            "relay(?:ing)? (?:access )?(?:denied|not)",
            "unable to relay",
            "sender (?:address )?(?:was )?(?:rejected|denied|verify)",
            "bad sender",
            "not rfc ?\\d* ?compliant",
            "rfc ?5322",
            r"(?<!not )\blisted (?:at|in|by)",
            "too many connections",
            "rate limit",
            "content reject",
            "attachment",
            "unsolicited",
            "banned",
            "invalid sender",
            "sender domain",
            "bulk mail",
            "must issue a starttls",
            "administrative prohibition",
            "message content",
            "your (?:ip|mail ?server|server|host)",
            "prohibited",
            "domain of sender",
            "access denied",
            "helo",
            r"\bauthentication\b",
        ),
    ),
    (
        BounceReason.TAKES_NO_MAIL,
        any_of(
            "null ?mx",
            "does not accept (?:any )?(?:e?-?mail|mail)",
            "accepts no mail",
            "smtp protocol .* not supported",
        ),
    ),
    (BounceReason.NETWORK, any_of("name service error.{0,200}try again", "host name lookup failure")),
    (
        BounceReason.UNKNOWN_HOST,
        any_of(
            "host (?:or domain name )?(?:not found|unknown)",
            "unknown host",
            "domain (?:name )?(?:not found|does not exist)",
            "domain .{1,80} does not exist",
            "name service error",
            "no such (?:host|domain)",
            "host unknown",
            "unrouteable (?:mail )?domain",
            "unroutable (?:mail )?domain",
            "nxdomain",
            "invalid domain",
            "illegal host",
            r"couldn'?t find any host",
            "unable to resolve",
            "no mx",
            "bad destination (?:system|mailbox) address.*host",
            "name or service not known",
            "no route to domain",
            "domain must resolve",
            "invalid mx",
            "dns (?:lookup )?fail",
            "domain name not found",
            "couldn't be found or is (?:unreachable|invalid)",
            "domain is not reachable",
            "mx .{0,40}not exist",
        ),
    ),
    (
        BounceReason.MOVED,
        any_of(
            "has moved",
            "user has moved",
            "recipient has moved",
            "address has (?:been )?changed",
            "replaced by",
            "please use .{0,40}@",
            "no longer (?:works|with)",
        ),
    ),
    (
        BounceReason.SUSPENDED,
        any_of(
            "suspend",
            r"\bdisabled\b",
            r"\binactive\b",
            "deactivated",
            "account (?:is )?(?:locked|closed|expired|not active)",
            "mailbox (?:is )?(?:currently )?(?:frozen|locked)",
            "discontinued",
            "temporarily inactive",
        ),
    ),
    (
        BounceReason.UNKNOWN_ADDRESS,
        any_of(
            *NOT_THERE,
            r"(?:user|recipient|mailbox|account|address|addressee|customer|name)\W{1,3}(?:\S{1,80}\W{1,3})?(?:is )?"
            r"(?:unknown|not found|invalid|does ?n[o']t exist|not (?:known|exist|listed|valid)|unavailable)",
            r"(?:unknown|invalid|no such|nonexistent|non-existent|bad|illegal|undeliverable|incorrect|no) "
            r"(?:local )?(?:e-?mail )?(?:user|recipient|mailbox|account|address|person|alias|local part|destination)",
            "user ?unknown",
            "does not exist",
            "doesn'?t exist",
            "doesn'?t have an? .{1,80}account",
            "not a valid",
            "unrouteable address",
            "no mailbox",
            "not our customer",
            "isn'?t in (?:my|our)",
            "couldn'?t be found",
            "no longer (?:exist|valid|available|in use|active)",
            "mailbox unavailable",
            "userid",
            r"not listed in",
            "addressee unknown",
            "not found",
            r"unknown user",
            "recipnotfound",
            "not have an account",
            "is not known",
            "no valid recipients",
            "adresse inconnue",
            "unbekannt",
            "not unique",
            "could not be found",
            "isn't valid",
            "destinataires? (?:invalides?|inconnus?)",
            "(?:utilisateur|compte) (?:inconnu|inexistant)",
            "(?:empfänger|benutzer|postfach) (?:existiert nicht|nicht (?:gefunden|bekannt|vorhanden))",
            "(?:geadresseerde|gebruiker|ontvanger) (?:is )?(?:onbekend|bestaat niet)",
            "onbekende (?:gebruiker|ontvanger)",
            r"(?:brak takiego|nie ma takiego|nieznany) (?:użytkownika?|uzytkownika?|adresata?|konta)",
            "(?:konto|skrzynka|adres|użytkownik) nie istnieje",
            "المستخدم غير (?:معروف|موجود)",
        ),
    ),
    (
        BounceReason.EXPIRED,
        any_of(
            "too long",
            "expired",
            "could not be delivered for",
            "retry time(?:out)?",
            "delivery time",
            "giving up",
            "queue (?:lifetime|too)",
            "has been in the queue",
            "within \\d+ (?:hour|day|minute)",
        ),
    ),
    (
        BounceReason.NETWORK,
        any_of(
            "connection (?:refused|timed|reset|lost|closed|was)",
            "timed out",
            "time-?out",
            "no route to host",
            "network is unreachable",
            "unable to connect",
            "loop",
            "too many hops",
            "hop count",
            "unreachable",
            "could not connect",
            "not responding",
            "establish an smtp",
            "conversation with",
        ),
    ),
    (
        BounceReason.SYSTEM,
        any_of(
            "system (?:error|resource|problem)",
            "local configuration",
            "internal error",
            "mailer error",
            "i/o error",
            "ldap",
            "resources (?:temporarily )?unavailable",
            "try again",
            "temporar",
        ),
    ),
    (BounceReason.UNKNOWN_ADDRESS, any_of("(?:address|recipient) .{0,80}rejected", "rejected address", "@>? rejected")),
)
