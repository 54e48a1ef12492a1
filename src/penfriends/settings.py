"""What can an installation set? Every setting, read once, from the environment, `.env` and NAME_FILE secrets."""

import ipaddress
import os
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from penfriends.errors import BadSettings
from penfriends.i18n import LANGUAGES

DEVELOPMENT_SECRET = "development-only-secret-never-use-in-production"  # noqa: S105 (refused in production)
LEAST_READ, LEAST_SAMPLE = 5, 20  # rule R23: theirs can only be stricter
SECRET_NAMES = ("SECRET_KEY", "DATABASE_URL", "SMTP_PASSWORD", "REDIS_URL", "PASSWORD_PEPPER", "DKIM_KEY")


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class UnauthenticatedMail(StrEnum):
    """What to do with mail whose sender nobody vouched for: `accept` exists for development, where there is no DNS."""

    HOLD = "hold"
    ACCEPT = "accept"


class Settings(BaseSettings):
    """All settings of one installation; frozen. Defaults suit development on one machine."""

    model_config = SettingsConfigDict(env_prefix="PENFRIENDS_", env_file=".env", extra="ignore", frozen=True)

    environment: Environment = Environment.DEVELOPMENT
    var_dir: Path = Path("var")
    database_url: str = ""
    redis_url: str = ""
    secret_key: str = DEVELOPMENT_SECRET
    base_url: str = "http://127.0.0.1:8000"
    web_host: str = "127.0.0.1"
    web_port: int = 8000

    mail_domain: str = "letters.penfriends.example"
    bounce_domain: str = "bounce.penfriends.example"
    team_address: str = "team@penfriends.example"
    authserv_id: str = "mx.penfriends.example"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 2526
    smtp_username: str = ""
    smtp_password: str = ""
    smtp_tls: str = Field(default="none", pattern="^(none|starttls|tls)$")
    smtp_ca_file: str = ""
    smtp_keep_seconds: float = Field(default=10.0, ge=0)
    smtp_keep_mails: int = Field(default=100, ge=1)
    smtp_at_once: int = Field(default=8, ge=1)
    smtp_at_once_domain: int = Field(default=4, ge=1)
    smarthost_log: str = ""
    smarthost_log_command: str = ""
    smarthost_queue_command: str = ""
    dns_server: str = ""  # address:port of whom to ask about our domains; the machine's own where none is set
    dkim_selector: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,63}$")
    dkim_domain: str = ""
    dkim_key: str = Field(default="", repr=False)
    mailroom_host: str = "127.0.0.1"
    mailroom_smtp_port: int = 2525
    mailroom_lmtp_port: int = 2424
    mailroom_certificate: str = ""  # a PEM file, with its chain; offers STARTTLS on both ports
    mailroom_certificate_key: str = ""  # a PEM file, where the key is not in the certificate's
    mail_per_sender_hour: int = Field(default=200, ge=0)  # 0: any number
    mail_per_host_hour: int = Field(default=2000, ge=0)
    postbox_port: int = 2526
    mail_size_limit: int = 25 * 1024 * 1024

    languages: Annotated[tuple[str, ...], NoDecode] = LANGUAGES
    unauthenticated_mail: UnauthenticatedMail = UnauthenticatedMail.HOLD
    undo_minutes: int = Field(default=10, ge=0, le=120)
    read_first_letters: int = Field(default=5, ge=0)
    sample_one_in: int = Field(default=20, ge=1)
    answer_days: int = Field(default=14, ge=1)
    sweep_seconds: int = Field(default=15, ge=1, le=60)
    password_pepper: str = ""

    @model_validator(mode="before")
    @classmethod
    def _own_address(cls, values: Any) -> Any:
        """Where the site is reached, unless that was set: at the port that it was given."""
        if isinstance(values, dict) and not values.get("base_url"):
            values["base_url"] = f"http://127.0.0.1:{values.get('web_port') or 8000}"
        return values

    @field_validator("languages", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("dns_server")
    @classmethod
    def _is_address(cls, value: str) -> str:
        host, _colon, port = value.rpartition(":")
        if value and not (port.isdecimal() and 0 < int(port) < 65536 and _is_ip(host.strip("[]"))):
            raise ValueError("an address and a port, as 127.0.0.1:53 or [::1]:53")
        return value

    @property
    def development(self) -> bool:
        return self.environment is Environment.DEVELOPMENT

    @property
    def database(self) -> str:
        """The database address: the one that was set, else an SQLite file under the var folder."""
        return self.database_url or f"sqlite+aiosqlite:///{self.var_dir / 'penfriends.sqlite3'}"

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process. Raises BadSettings, naming the setting, if they cannot stand."""
    return load(dict(os.environ))


def load(environ: dict[str, str]) -> Settings:
    """Settings from `environ` (NAME_FILE secrets resolved) and `.env`, checked. Raises BadSettings."""
    values = _secrets_from_files(environ)
    try:
        made = Settings(**values)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise BadSettings(f"PENFRIENDS_{name}: {first['msg']}") from error
    _refuse_unsafe(made)
    return made


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _secrets_from_files(environ: dict[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name in SECRET_NAMES:
        path = environ.get(f"PENFRIENDS_{name}_FILE")
        if path:
            try:
                values[name.lower()] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise BadSettings(f"PENFRIENDS_{name}_FILE: {path} cannot be read ({error.strerror})") from error
    return values


def _refuse_unsafe(made: Settings) -> None:
    if bool(made.dkim_key) != bool(made.dkim_selector):
        raise BadSettings("PENFRIENDS_DKIM_SELECTOR: set it together with PENFRIENDS_DKIM_KEY_FILE, or neither")
    if unknown := [code for code in made.languages if code not in LANGUAGES]:
        raise BadSettings(f"PENFRIENDS_LANGUAGES: {', '.join(unknown)} is not one of {', '.join(LANGUAGES)}")
    if made.development:
        if made.secure_cookies:  # whoever opens /dev can be any child and any moderator
            raise BadSettings(
                "PENFRIENDS_ENVIRONMENT: set production for a site with https://, development is open to all"
            )
        return
    if faults := _unfit_for_production(made):
        raise BadSettings("\n".join(faults))


def _unfit_for_production(made: Settings) -> list[str]:
    """Everything at once: whoever sets a house up should not meet one fault after another."""
    faults = []
    if made.secret_key == DEVELOPMENT_SECRET or len(made.secret_key) < 32:
        faults.append("PENFRIENDS_SECRET_KEY: set your own secret of at least 32 characters in production")
    if made.unauthenticated_mail is UnauthenticatedMail.ACCEPT:
        faults.append("PENFRIENDS_UNAUTHENTICATED_MAIL: accept is for development only, use hold")
    if not made.secure_cookies:
        faults.append("PENFRIENDS_BASE_URL: must begin with https:// in production")
    for name in ("mail_domain", "bounce_domain", "team_address", "authserv_id"):
        if getattr(made, name).endswith("penfriends.example"):
            faults.append(f"PENFRIENDS_{name.upper()}: set your own, the default is an example")
    if made.read_first_letters < LEAST_READ:
        faults.append(f"PENFRIENDS_READ_FIRST_LETTERS: {LEAST_READ} or more in production")
    if made.sample_one_in > LEAST_SAMPLE:
        faults.append(f"PENFRIENDS_SAMPLE_ONE_IN: {LEAST_SAMPLE} or less in production")
    return faults
