import asyncio
import socket

import pytest
import traitlets
from jupyter_client.session import Session
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler, websocket_connect

from fercourse.course.websocket import PromptConnection


async def sends_at_once(kind) -> bool:
    """Open a page's websocket through a kind of connection, and look at its socket."""

    class Connection(kind):
        websocket_handler = traitlets.Any()

    class Page(WebSocketHandler):
        def open(self):
            Connection(websocket_handler=self, session=Session()).connect()
            options = self.ws_connection.stream.socket
            at_once = options.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
            self.write_message(str(at_once))

    waiting, port = bind_unused_port()
    server = HTTPServer(Application([("/", Page)]))
    server.add_socket(waiting)
    page = await websocket_connect(f"ws://127.0.0.1:{port}/")
    said = await page.read_message()
    page.close()
    server.stop()
    return said == "True"


@pytest.mark.parametrize(
    ("kind", "expected"), [(PromptConnection, True), (ZMQChannelsWebsocketConnection, False)]
)
def test_a_kernels_messages_are_not_held_back_until_earlier_ones_are_acknowledged(
    kind, expected, monkeypatch
):
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda self: None)
    assert asyncio.run(sends_at_once(kind)) is expected
