"""Where do links and masked addresses point? Built from the settings by the door, handed down as a value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addresses:
    """The public address of the site, and the mail domains of this house."""

    base_url: str
    mail_domain: str
    bounce_domain: str
    team_address: str
    key: bytes

    def link(self, path: str) -> str:
        """An absolute address on this site for `path`, which begins with a slash."""
        return self.base_url.rstrip("/") + path

    def alias(self, local_part: str) -> str:
        return f"{local_part}@{self.mail_domain}"

    def team(self, association_slug: str) -> str:
        """Where a reply to a notice goes: the desk of one association, never a resident."""
        return f"team-{association_slug}@{self.mail_domain}"

    def message_id(self, unique: str) -> str:
        """A Message-ID that never changes for one delivery, so that a smarthost's log can be asked about it."""
        return f"<{unique}@{self.mail_domain}>"


@dataclass(frozen=True, slots=True)
class Policy:
    """What an installation lets its associations start from; theirs can only be stricter."""

    undo_minutes: int
    read_first_letters: int
    sample_one_in: int
    answer_days: int
    accept_unauthenticated: bool
    authserv_id: str
