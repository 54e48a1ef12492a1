"""Which plain values do the doors hand down from the settings?"""

from penfriends.actions.addresses import Addresses, Policy
from penfriends.mail.signing import BadKey, Signer
from penfriends.nameserver import Nameserver
from penfriends.rules.mail_domains import House
from penfriends.settings import Settings, UnauthenticatedMail


def addresses_of(settings: Settings) -> Addresses:
    """The addresses of this installation, as a value for actions."""
    return Addresses(
        settings.base_url,
        settings.mail_domain,
        settings.bounce_domain,
        settings.team_address,
        settings.secret_key.encode(),
    )


def policy_of(settings: Settings) -> Policy:
    """The policies of this installation, as a value for actions."""
    return Policy(
        settings.undo_minutes,
        settings.read_first_letters,
        settings.sample_one_in,
        settings.answer_days,
        settings.unauthenticated_mail is UnauthenticatedMail.ACCEPT,
        settings.authserv_id,
    )


def signer_of(settings: Settings) -> Signer | None:
    """Who signs outgoing mail; None where the mail server in front does."""
    if not settings.dkim_key:
        return None
    return Signer(settings.dkim_selector, settings.dkim_domain or settings.mail_domain, settings.dkim_key)


def house_of(settings: Settings) -> House:
    """The domains that others look up, with the public half of our key; a key that is none counts as not set."""
    team, signer = settings.team_address.rpartition("@")[2], signer_of(settings)
    try:
        key = signer.public_half() if signer else ""
    except BadKey:
        key = ""
    if signer is None or not key:
        return House(settings.mail_domain, settings.bounce_domain, team)
    return House(settings.mail_domain, settings.bounce_domain, team, signer.selector, signer.domain, key)


def nameserver_of(settings: Settings) -> Nameserver | None:
    """Whom to ask about our domains; nobody in development, unless one was set."""
    if settings.development and not settings.dns_server:
        return None
    return Nameserver(settings.dns_server)
