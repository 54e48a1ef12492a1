"""What do the letters of the measurement say? Harmless sentences of our own, in a seeded order, at a wanted size."""

from dataclasses import dataclass
from random import Random

SENTENCES = (
    "The plums are ripe and the whole kitchen smells of jam.",
    "Yesterday we walked along the canal until the lamps came on.",
    "My neighbour has planted beans between the roses, and they climb well.",
    "The choir sings again, although nobody remembers the second voice.",
    "I have read the book that you told me about, and I liked the ending.",
    "It rained so long that the cellar door no longer opens.",
    "The cat sleeps on the newspaper before I have read it.",
    "Our baker has a new bread with walnuts, which is gone by nine.",
    "On Sunday the band played in the park, a little too loud.",
    "I am learning to repair clocks, and two of them tick already.",
    "The old bridge gets a new coat of paint, green this time.",
    "Der Garten ist voller Äpfel, und wir backen jeden zweiten Tag Kuchen.",
    "Gestern saß ein Igel vor der Tür und wollte nicht weiter.",
    "Im Chor üben wir ein Lied, das keiner kennt und alle mögen.",
    "Das Fahrrad quietscht, aber es fährt noch bis zum Wald und zurück.",
    "Wir haben die Wand im Flur gelb gestrichen, sie leuchtet jetzt.",
    "Nous avons cueilli des mûres le long du chemin, il en reste assez pour une tarte.",
    "Le vieux tilleul de la place a perdu une branche pendant la tempête.",
    "What do you cook when it is too hot to cook?",
    "Do your trees turn early this year, or is it only ours?",
    "I wonder what your street sounds like in the morning.",
    "In 1987 I came here for 3 months, and I am still here.",
    "We leave on 14 August at 7:30 and bring 2 kg of cherries.",
    "The market had pumpkins as large as chairs.",
    "A student from the music school practises the same four bars at five o’clock.",
    "We tried to count the swallows and gave up at forty.",
)
TAIL = (
    "\r\n\r\nOn Sun, 2 Aug 2026 at 10:12, Ben via penfriends <{alias}> wrote:\r\n"
    "> Dear Anna,\r\n>\r\n> the swallows are back, and the canal is full of boats again.\r\n"
    "> I have painted the fence and half of the dog.\r\n>\r\n> Yours, Ben\r\n"
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Whose mail it is: the sender, the alias it goes to, and the id of the letter that it answers."""

    sender: str
    alias: str
    answers: str


def text(random: Random, size: int) -> str:
    """Paragraphs of about `size` characters."""
    paragraphs: list[str] = ["Dear Ben,"]
    while sum(map(len, paragraphs)) < size:
        paragraphs.append(" ".join(random.choices(SENTENCES, k=4)))
    return "\n\n".join([*paragraphs, "Yours, Anna"])


def mail(random: Random, number: int, stamp: Stamp, *, size: int, authserv_id: str) -> bytes:
    """A reply of about `size` bytes as a mail program writes it, vouched for by our own border."""
    domain = stamp.sender.rpartition("@")[2]
    tail = TAIL.format(alias=stamp.alias)
    head = (
        f"Authentication-Results: {authserv_id}; dmarc=pass header.from={domain}\r\n"
        f"From: Anna Musterfrau <{stamp.sender}>\r\nTo: Ben via penfriends <{stamp.alias}>\r\n"
        f"Subject: Re: Letter from Ben\r\nDate: Mon, 3 Aug 2026 09:00:00 +0000\r\n"
        f"Message-ID: <{number}.{random.getrandbits(64):x}@{domain}>\r\nIn-Reply-To: {stamp.answers}\r\n"
        f"References: {stamp.answers}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\nUser-Agent: Mozilla Thunderbird\r\n\r\n"
    )
    body = text(random, size - len(head) - len(tail) - 150).replace("\n", "\r\n")
    return (head + body + tail).encode()
