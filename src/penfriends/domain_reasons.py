"""What does a finding about our mail domains mean, and what is to do? Sentences for the codes of rules/mail_domains.py.

Shown on the desk's page of mail health and by `penfriends check`.
"""

from collections.abc import Mapping

from penfriends.i18n import N_, gettext
from penfriends.rules.mail_domains import Topic

_NO_ANSWER = N_(
    "The name server gave no proper answer. That says nothing about the record; we ask again within the hour."
)
_SEVERAL = N_("There are several such records, and then none of them counts. Leave one of them.")

FOUND: Mapping[str, str] = {
    "mx_fine": N_("Replies and delivery reports find their way here."),
    "mx_missing": N_("There is no MX record: nobody can write back. Publish one that names your mail server."),
    "mx_only_address": N_(
        "There is no MX record; others try the address of the domain instead. Publish one that names your mail server."
    ),
    "mx_null": N_("The MX record says that this domain takes no mail. Put the name of your mail server in its place."),
    "mx_lost": N_("The mail server named here has no address in DNS. Correct the name, or publish its address."),
    "mx_unknown": _NO_ANSWER,
    "spf_fine": N_(
        "It can be read, and says no to everybody else. Whether it names the server that your mail leaves by, only you "
        "can know."
    ),
    "spf_not_needed": N_("None is needed here: the envelope of our mails carries the other domain."),
    "spf_missing": N_(
        "There is no SPF record: others cannot tell our mail from forged mail. Publish one that names the server that "
        "your mail leaves by."
    ),
    "spf_several": _SEVERAL,
    "spf_broken": N_("The SPF record, or one that it includes, cannot be read. Correct it."),
    "spf_too_many": N_(
        "To read the SPF record takes more than ten look-ups, and then it does not count. Take out what is not needed."
    ),
    "spf_open": N_("The SPF record lets the whole world send as this domain. Put -all at its end instead."),
    "spf_without_end": N_("The SPF record does not say what becomes of mail from elsewhere. Put -all at its end."),
    "spf_unknown": _NO_ANSWER,
    "dkim_fine": N_("The published key is the one that we sign with."),
    "dkim_missing": N_("The key that we sign with is not published, so no signature of ours counts. Publish it."),
    "dkim_several": N_("There are several keys under one name. Leave only the one that we sign with."),
    "dkim_revoked": N_("The published key was withdrawn: it is empty. Publish ours, or sign with another key."),
    "dkim_broken": N_("The published key cannot be used. Put ours in its place."),
    "dkim_differs": N_("Another key is published than the one that we sign with. Put ours in its place."),
    "dkim_testing": N_("The record says that it is only a test (t=y). Take that out once all is well."),
    "dkim_elsewhere": N_(
        "Your mail server signs, with a key that we do not know. Check there that it signs for this domain."
    ),
    "dkim_unknown": _NO_ANSWER,
    "dmarc_fine": N_("Others know what to do with forged mail, and our own mail passes."),
    "dmarc_missing": N_(
        "There is no DMARC record: large providers take such mail unwillingly, or not at all. Publish one."
    ),
    "dmarc_several": _SEVERAL,
    "dmarc_broken": N_("The DMARC record cannot be read. Correct it."),
    "dmarc_none": N_(
        "The record only watches (p=none): forged mail is still delivered. Make it stricter once SPF and DKIM are fine."
    ),
    "dmarc_misaligned": N_(
        "Neither the envelope nor the signature belongs to the domain in From, so our own mail fails. Use domains that "
        "belong together, or a record that is less strict."
    ),
    "dmarc_on_dkim": N_(
        "The envelope does not belong to the domain in From, so all depends on your mail server’s signature. Check "
        "there that it signs for this domain."
    ),
    "dmarc_unknown": _NO_ANSWER,
}

TOPICS: Mapping[Topic, str] = {
    Topic.MX: N_("The way back (MX)"),
    Topic.SPF: N_("Who may send (SPF)"),
    Topic.DKIM: N_("Our signature (DKIM)"),
    Topic.DMARC: N_("Against forgers (DMARC)"),
}


def found(code: str) -> str:
    """What was found and what to do, in the reader's language; an unknown code stands for itself."""
    return gettext(FOUND[code]) if code in FOUND else code


def topic(of: Topic) -> str:
    """What the record is for."""
    return gettext(TOPICS[of])
