"""What does a Postfix log prove of a mail, in every form in which such logs are kept?"""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from penfriends.mail.log_lines import about, queued, stamp_of
from penfriends.mail.smarthost_log import Answer, Fate, LogReading, Wanted
from workers.smarthost import Smarthost, pieces

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
SINCE, UNTIL = datetime(2026, 11, 21, 12, 0, tzinfo=UTC), datetime(2026, 11, 21, 12, 5, tzinfo=UTC)
MAIL = Wanted("<l-abc@letters.test>", "b-id-mac@bounce.test", "Ben@post.example")
OTHER = Wanted("<l-other@letters.test>", "b-other-mac@bounce.test", "eva@post.example")
SHORT, LONG = "8C1A02E41F", "4jX87n4wp9zdPWy"
Form = Callable[[datetime, str, str], str]


def traditional(at: datetime, program: str, text: str) -> str:
    return f"{at:%b} {at.day:2d} {at:%H:%M:%S} smarthost postfix/{program}[23637]: {text}"


def iso(at: datetime, program: str, text: str) -> str:
    return f"{at.isoformat(timespec='microseconds')} smarthost postfix/{program}[23637]: {text}"


def journal(at: datetime, program: str, text: str) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S+0000} smarthost postfix-out/{program}[1]: {text}"


def rfc5424(at: datetime, program: str, text: str) -> str:
    return f"<22>1 {at:%Y-%m-%dT%H:%M:%S.%f}Z smarthost postfix/{program} 23637 - - \ufeff{text}"


def journal_json(at: datetime, program: str, text: str) -> str:
    micros = str(int(at.timestamp() * 1_000_000))
    entry = {"__REALTIME_TIMESTAMP": micros, "SYSLOG_IDENTIFIER": f"postfix/{program}", "_PID": "7", "MESSAGE": text}
    return json.dumps(entry)


FORMS = [traditional, iso, journal, rfc5424, journal_json]


def taken(form: Form, at: datetime, mail: Wanted = MAIL, queue_id: str = LONG, end: str = "") -> list[str]:
    """What Postfix 3.7 writes of a mail that it takes; `end` is how the delivery agent's line ends."""
    lines = [
        form(at, "smtpd", f"{queue_id}: client=localhost[127.0.0.1]"),
        form(at, "cleanup", f"{queue_id}: message-id={mail.message_id}"),
        form(at, "qmgr", f"{queue_id}: from=<{mail.return_path}>, size=305, nrcpt=1 (queue active)"),
        form(at, "smtpd", "disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=1 commands=4"),
    ]
    if end:
        to = f"{queue_id}: to=<{mail.recipient.lower()}>, relay=mx.post.example[192.0.2.1]:25, delay=0.05, "
        lines += [form(at, "smtp", to + end), form(at, "qmgr", f"{queue_id}: removed")]
    return lines


def cut_off(form: Form, at: datetime, queue_id: str = LONG) -> list[str]:
    """The client hung up in the middle of the mail."""
    return [
        form(at, "smtpd", f"{queue_id}: client=localhost[127.0.0.1]"),
        form(at, "cleanup", f"{queue_id}: message-id={MAIL.message_id}"),
        form(at, "smtpd", "lost connection after DATA (34896 bytes) from localhost[127.0.0.1]"),
        form(at, "smtpd", "disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4"),
    ]


def around(form: Form, lines: list[str]) -> list[str]:
    """Other mail long before and long after."""
    before, after = SINCE - timedelta(hours=2), UNTIL + timedelta(hours=1)
    stranger = Wanted("<x@else.example>", "y@else.example", "z@else.example")
    return [*taken(form, before, OTHER, "4jX8first1z"), *lines, *taken(form, after, stranger, "4jX8later2z")]


def asked(lines: list[str], mail: Wanted = MAIL) -> Answer:
    reading = LogReading([MAIL, OTHER], now=NOW, zone=UTC)
    reading.read_piece(lines, continues=False)
    return reading.answer(mail, since=SINCE, until=UNTIL)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("queue_id", [SHORT, LONG])
@pytest.mark.parametrize(
    ("end", "why"),
    [
        ("", "queue_active"),
        ("dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 8C1A02E41F)", "sent"),
        ("dsn=4.4.1, status=deferred (connect to 127.0.0.1[127.0.0.1]:8192: Connection refused)", "deferred"),
        ("dsn=5.1.1, status=bounced (host mx said: 550 5.1.1 no such user (in reply to RCPT TO command))", "bounced"),
    ],
)
def test_what_the_log_saw_was_taken(form: Form, queue_id: str, end: str, why: str) -> None:
    assert asked(taken(form, SINCE, MAIL, queue_id, end)) == Answer(Fate.TAKEN, why)


@pytest.mark.parametrize("form", FORMS)
def test_what_it_never_saw_was_not_taken_if_it_saw_everything(form: Form) -> None:
    assert asked(around(form, [])) == Answer(Fate.NOT_TAKEN, "never_seen")
    assert asked(around(form, cut_off(form, SINCE))) == Answer(Fate.NOT_TAKEN, "cut_off")


@pytest.mark.parametrize("form", FORMS)
def test_a_log_that_may_lack_something_proves_nothing(form: Form) -> None:
    whole = around(form, [])
    lost = form(SINCE, "rsyslogd", "imuxsock[pid: 23637]: begin to drop messages due to rate-limiting")
    for lines in ([], whole[:4], whole[4:], [*whole[:4], lost, *whole[4:]], ["no stamp", "none either"]):
        assert asked(lines) == Answer(Fate.UNKNOWN, "not_covered")


def test_a_mail_that_was_begun_and_a_queue_manager_that_sleeps_prove_nothing() -> None:
    still_alive = iso(UNTIL + timedelta(hours=2), "smtpd", "connect from localhost[127.0.0.1]")
    lines = [*taken(iso, SINCE - timedelta(hours=2), OTHER), *cut_off(iso, SINCE, SHORT), still_alive]
    assert asked(lines) == Answer(Fate.UNKNOWN, "queue_is_silent")


def test_lines_that_are_lost_at_another_time_do_not_matter() -> None:
    lost = iso(SINCE - timedelta(hours=1), "rsyslogd", "imjournal: 400 messages lost due to rate-limiting")
    assert asked(around(iso, [lost])).fate is Fate.NOT_TAKEN


def test_a_mail_for_somebody_else_is_for_a_person() -> None:
    lines = taken(iso, SINCE, MAIL, LONG, "dsn=2.0.0, status=sent (250 ok)")
    changed = [line.replace("to=<ben@post.example>", "to=<eva@post.example>") for line in lines]
    assert asked(changed) == Answer(Fate.UNKNOWN, "for_somebody_else")
    rewritten = [line.replace("to=<ben@post.example>", "to=<b@x.org>, orig_to=<ben@post.example>") for line in lines]
    assert asked(rewritten) == Answer(Fate.TAKEN, "sent")


def test_what_was_kept_back_was_taken() -> None:
    lines = [*cut_off(iso, SINCE)[:2], iso(SINCE, "cleanup", f"{LONG}: milter-hold: END-OF-MESSAGE from localhost: x")]
    assert asked(lines).fate is Fate.TAKEN
    no = [
        *cut_off(iso, SINCE)[:2],
        iso(SINCE, "cleanup", f"{LONG}: milter-reject: END-OF-MESSAGE from localhost: 5.7.1 x"),
    ]
    assert asked(around(iso, no)).fate is Fate.NOT_TAKEN


def test_a_short_queue_id_that_is_used_again_is_another_mail() -> None:
    stranger = Wanted("<x@else.example>", "y@else.example", "ben@post.example")
    later = taken(iso, SINCE + timedelta(minutes=1), stranger, SHORT, "dsn=2.0.0, status=sent (250 ok)")
    assert asked(around(iso, [*cut_off(iso, SINCE, SHORT), *later])).fate is Fate.NOT_TAKEN


def test_what_strangers_write_into_the_log_is_not_believed() -> None:
    forged = f"message-id={MAIL.message_id} from=<{MAIL.return_path}> status=sent (queue active)"
    lines = [
        iso(SINCE, "cleanup", f"{LONG}: warning: header Subject: {forged} from localhost; from=<x@y.example>"),
        iso(SINCE, "smtp", f"{SHORT}: to=<x@y.example>, relay=evil, dsn=4.0.0, status=deferred (said: 450 {forged})"),
        iso(SINCE, "smtpd", f"NOQUEUE: reject: RCPT from evil[192.0.2.6]: 554; helo=<{forged}>"),
    ]
    assert asked(around(iso, lines)).fate is Fate.NOT_TAKEN


def test_the_queue_knows_by_return_path_and_recipient() -> None:
    line = json.dumps({
        "queue_name": "deferred", "queue_id": LONG, "arrival_time": 1795304981, "message_size": 305,
        "forced_expire": False, "sender": MAIL.return_path,
        "recipients": [{"address": "ben@post.example", "delay_reason": "Connection refused"}],
    })  # fmt: skip
    reading = LogReading([MAIL, OTHER], now=NOW, zone=UTC)
    reading.read_queue([line, "no json", "{}"])
    assert reading.answer(MAIL, since=SINCE, until=UNTIL) == Answer(Fate.TAKEN, "in_queue")
    assert reading.answer(OTHER, since=SINCE, until=UNTIL).fate is Fate.UNKNOWN
    assert queued('{"queue_id": 1}') is None


@pytest.mark.parametrize("form", FORMS)
def test_a_log_is_ours_if_it_knows_our_other_mails(form: Form) -> None:
    reading = LogReading([MAIL, OTHER], now=NOW, zone=UTC)
    reading.read_piece(around(form, []), continues=False)
    sent_at, elsewhere = SINCE - timedelta(hours=1, minutes=50), UNTIL
    assert reading.is_ours([(OTHER, sent_at)], near=SINCE)
    assert not reading.is_ours([], near=SINCE)
    assert not reading.is_ours([(OTHER, sent_at), (MAIL, elsewhere)], near=SINCE)
    assert not reading.is_ours([(OTHER, sent_at)], near=SINCE + timedelta(days=3))


# --- times ------------------------------------------------------------------------------------------------------------


def test_a_line_without_a_year_is_of_the_last_year_that_fits() -> None:
    new_year = datetime(2027, 1, 1, 0, 10, tzinfo=UTC)
    stamp = stamp_of("Dec 31 23:59:58 host postfix/smtpd[1]: x", now=new_year, zone=UTC)
    assert stamp is not None
    assert stamp.latest == datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC)
    leap = stamp_of("Feb 29 10:00:00 host postfix/smtpd[1]: x", now=NOW, zone=UTC)
    assert leap is not None
    assert leap.latest.year == 2024


def test_an_hour_that_is_repeated_in_autumn_is_read_in_both_ways() -> None:
    stamp = stamp_of("Oct 25 02:30:00 host postfix/smtpd[1]: x", now=NOW, zone=ZoneInfo("Europe/Berlin"))
    assert stamp is not None
    assert (stamp.earliest.hour, stamp.latest.hour) == (0, 1)


@pytest.mark.parametrize(
    "line", ["", "Foo 12 10:00:00 x", "Feb 30 10:00:00 x", "2026-13-01T10:00:00Z x", "{", "[1]", "{}"]
)
def test_a_line_without_a_time_has_none(line: str) -> None:
    assert stamp_of(line, now=NOW, zone=UTC) is None
    assert about(line) is None


# --- files ------------------------------------------------------------------------------------------------------------


def written(path: Path, lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    if path.suffix == ".gz":
        with gzip.open(path, "wt") as file:
            file.write(text)
    else:
        path.write_text(text)


def read_from(path: Path) -> Answer:
    reading = Smarthost(str(path), zone=UTC).read([MAIL, OTHER], since=SINCE, now=NOW)
    return reading.answer(MAIL, since=SINCE, until=UNTIL)


@pytest.mark.parametrize("form", FORMS)
def test_a_log_that_was_rotated_is_read_whole(form: Form, tmp_path: Path) -> None:
    whole, log = around(form, []), tmp_path / "mail.log"
    written(log, whole[6:])
    written(tmp_path / "mail.log.1", whole[4:6])
    written(tmp_path / "mail.log.2.gz", whole[2:4])
    written(tmp_path / "mail.log.3.gz", whole[:2])
    assert [one.path.name for one in pieces(log)] == ["mail.log", "mail.log.1", "mail.log.2.gz", "mail.log.3.gz"]
    assert read_from(log) == Answer(Fate.NOT_TAKEN, "never_seen")
    written(tmp_path / "mail.log.2.gz", taken(form, SINCE))
    assert read_from(log) == Answer(Fate.TAKEN, "queue_active")


def test_a_gap_in_the_rotation_proves_nothing(tmp_path: Path) -> None:
    whole, log = around(iso, []), tmp_path / "mail.log"
    written(log, whole[4:])
    written(tmp_path / "mail.log.2.gz", whole[:4])
    assert read_from(log) == Answer(Fate.UNKNOWN, "not_covered")
    (tmp_path / "mail.log.1").write_bytes(b"")  # as after a full disk
    assert read_from(log).fate is Fate.UNKNOWN
    damaged = gzip.compress("\n".join(whole[:4]).encode())
    (tmp_path / "mail.log.1.gz").write_bytes(damaged[:-12])
    (tmp_path / "mail.log.1").unlink()
    assert read_from(log).fate is Fate.UNKNOWN


def test_dated_files_never_prove_that_nothing_is_missing_between_them(tmp_path: Path) -> None:
    whole, log = around(iso, []), tmp_path / "maillog"
    written(log, whole[4:])
    written(tmp_path / "maillog-20261121.gz", whole[:4])
    assert read_from(log).fate is Fate.UNKNOWN
    written(tmp_path / "maillog-20261121.gz", taken(iso, SINCE))
    assert read_from(log).fate is Fate.TAKEN


def test_a_command_is_asked_too_and_half_a_log_is_none(tmp_path: Path) -> None:
    log = tmp_path / "printed"
    written(log, around(iso, []))

    def answer(command: str) -> Fate:
        reading = Smarthost(log_command=command, zone=UTC).read([MAIL, OTHER], since=SINCE, now=NOW)
        return reading.answer(MAIL, since=SINCE, until=UNTIL).fate

    assert answer(f"cat {log}") is Fate.NOT_TAKEN
    assert answer(f"sh -c 'cat {log}; exit 1'") is Fate.UNKNOWN
    assert answer("no-such-program-here") is Fate.UNKNOWN


def test_nobody_is_asked_where_nothing_is_set_and_a_slow_log_rests() -> None:
    ticks = iter([0.0, 0.0, 2.0, 30.0, 43.0])
    slow = Smarthost(log_command="true", clock=lambda: next(ticks))
    assert not Smarthost().can_be_asked()
    assert slow.can_be_asked()
    slow.read([MAIL], since=SINCE, now=NOW)
    assert not slow.can_be_asked()
    assert slow.can_be_asked()
