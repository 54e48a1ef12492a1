"""Of what is the web application made? Routes, templates, errors, start and stop."""

from pathlib import Path

import structlog
from litestar import Litestar
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig
from litestar.types import ASGIApp

from penfriends.db import Database
from penfriends.opening import opened
from penfriends.settings import Settings, settings
from penfriends.web import errors, permissions, respond, state
from penfriends.web.routes import handlers
from penfriends.web.visitor import KnowVisitors

STATIC = Path(__file__).parent / "web" / "static"
IMMUTABLE = "public, max-age=31536000, immutable"


def build(chosen: Settings, database: Database) -> ASGIApp:
    """The application for these settings on this database, ready for a server."""
    csrf = CSRFConfig(
        secret=chosen.secret_key,
        cookie_name="__Host-csrf" if chosen.secure_cookies else "csrf",
        cookie_secure=chosen.secure_cookies,
        cookie_httponly=True,
        exclude_from_csrf_key="one_click",
    )
    inner = Litestar(
        route_handlers=[
            *handlers(chosen),
            create_static_files_router("/static", [STATIC], after_request=_keep_for_ever),
        ],
        dependencies=state.DEPENDENCIES,
        guards=[permissions.guard],
        exception_handlers=errors.HANDLERS,
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(respond.environment())),
        csrf_config=csrf,
        state=State({"database": database, "settings": chosen}),
        openapi_config=None,
        request_max_body_size=chosen.mail_size_limit,
        debug=False,
    )
    return KnowVisitors(inner, chosen, database)


def _keep_for_ever(response: ASGIApp) -> ASGIApp:
    """Static files carry their hash in the address, so a browser asks once."""
    response.headers["cache-control"] = IMMUTABLE  # type: ignore[attr-defined]
    return response


async def serve() -> None:
    """Run the web server until it is told to stop."""
    import uvicorn

    chosen = settings()
    async with opened(chosen) as database:
        server = uvicorn.Server(
            uvicorn.Config(
                build(chosen, database),
                host=chosen.web_host,
                port=chosen.web_port,
                log_config=None,  # our own, in which no address is written
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=True,
                lifespan="on",
            )
        )
        structlog.get_logger().info("web_serving", address=f"{chosen.web_host}:{chosen.web_port}")
        await server.serve()
