"""How do people press the buttons of the site? Writers and moderators, with one browser for all of them."""

import asyncio

import httpx


class NotNow(Exception):
    """Not taken this time."""


class Never(Exception):
    """Refused for good, or not understood."""


class Browser:
    """Forms are posted as whoever owns the `cookie`. The page that gives the form's key is asked for once."""

    def __init__(self, port: int) -> None:
        self._http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10)
        self._key = ""
        self._asking = asyncio.Lock()

    async def close(self) -> None:
        await self._http.aclose()

    async def press(self, path: str, cookie: str, **form: str) -> httpx.Response:
        """Raises NotNow, httpx.HTTPError."""
        async with self._asking:  # whoever has a key gets no new one
            if not self._key:
                await self._http.get("/safety")
                self._key = self._http.cookies.get("csrf") or ""
        answer = await self._http.post(
            path, data={"_csrf_token": self._key, **form}, headers={"cookie": f"csrf={self._key}; session={cookie}"}
        )
        if answer.status_code >= 500 or answer.status_code == 429:
            raise NotNow(f"{answer.status_code}")
        return answer

    async def go(self, path: str, cookie: str, **form: str) -> str:
        """Press, and where it leads. Raises Never too."""
        answer = await self.press(path, cookie, **form)
        if answer.status_code != 303:
            raise Never(f"{path}: {answer.status_code} {answer.text[:2000]}")
        return answer.headers["location"]
