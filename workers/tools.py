"""What does a worker hold in its hands?

The database, the settings as values, the smarthost and its log, who reads mail, and who answers for DNS.
"""

from dataclasses import dataclass, field

from penfriends.actions.addresses import Addresses, Policy
from penfriends.db import Database
from penfriends.doorkeys import addresses_of, house_of, nameserver_of, policy_of, signer_of
from penfriends.mail.signing import Signer
from penfriends.mail.smtp import Kept, SmtpServer, Tls
from penfriends.nameserver import Nameserver
from penfriends.rules.mail_domains import House
from penfriends.settings import Settings
from workers.lanes import Lanes
from workers.reading import Reader, shared
from workers.smarthost import Smarthost


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything that a job needs; made once a process."""

    database: Database
    at: Addresses
    policy: Policy
    server: SmtpServer
    reader: Reader = field(default_factory=shared)
    smarthost: Smarthost = field(default_factory=Smarthost)
    lanes: Lanes = field(default_factory=Lanes)
    kept: Kept | None = None
    signer: Signer | None = None
    house: House | None = None
    nameserver: Nameserver | None = None


def tools_for(settings: Settings, database: Database) -> Tools:
    """The tools of this installation."""
    server = SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=settings.smtp_password,
        tls=Tls(settings.smtp_tls),
        ca_file=settings.smtp_ca_file,
    )
    smarthost = Smarthost(settings.smarthost_log, settings.smarthost_log_command, settings.smarthost_queue_command)
    return Tools(
        database,
        addresses_of(settings),
        policy_of(settings),
        server,
        smarthost=smarthost,
        lanes=Lanes(settings.smtp_at_once, settings.smtp_at_once_domain),
        kept=Kept(settings.smtp_keep_seconds, settings.smtp_keep_mails) if settings.smtp_keep_seconds else None,
        signer=signer_of(settings),
        house=house_of(settings),
        nameserver=nameserver_of(settings),
    )
