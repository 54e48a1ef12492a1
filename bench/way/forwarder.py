"""What is the least that a relay can cost? A bare one: aiosmtpd takes a mail, aiosmtplib hands it on, nothing is kept.

python -m bench.way.forwarder <port> <port of the sink>
"""

import asyncio
import sys

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session


class Forwarder:
    """Hands each mail on over one kept connection before it answers 250."""

    def __init__(self, sink: int) -> None:
        self.client = aiosmtplib.SMTP(hostname="127.0.0.1", port=sink, start_tls=False)
        self.one_at_a_time = asyncio.Lock()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        async with self.one_at_a_time:
            if not self.client.is_connected:
                await self.client.connect()
            await self.client.sendmail(envelope.mail_from or "", envelope.rcpt_tos, raw)
        return "250 2.0.0 Taken"


async def forward(port: int, sink: int) -> None:
    forwarder = Forwarder(sink)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(forwarder, enable_SMTPUTF8=True), "127.0.0.1", port
    )
    print("open", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(forward(int(sys.argv[1]), int(sys.argv[2])))
