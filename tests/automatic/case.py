"""How is one invented mail written down?"""

from dataclasses import dataclass

from penfriends.mail.inbound import MailClass


@dataclass(frozen=True, slots=True)
class Case:
    """A mail: what is odd about it, the class that it ought to have, its own header fields, and its body."""

    oddity: str
    expected: MailClass
    head: str
    body: str

    def raw(self) -> bytes:
        """The mail as it would arrive; From, To and Subject are added where the case has none of its own."""
        named = {line.partition(":")[0].lower() for line in self.head.splitlines()}
        usual = {
            "from": "From: Anna Berger <anna@mail.example>",
            "to": "To: aaaaaaaaaaaaaaaaaaaa@post.example",
            "subject": "Subject: Re: Letter from Tom in Thetford",
            "message-id": "Message-ID: <case@mail.example>",
        }
        lines = [line for name, line in usual.items() if name not in named]
        if "content-type" not in named:
            lines.append("Content-Type: text/plain; charset=utf-8")
        return ("\n".join([*self.head.splitlines(), *lines]) + f"\n\n{self.body}\n").encode()
