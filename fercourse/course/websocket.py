"""The way from the page to a kernel and back, without waiting for acknowledgements."""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """Sends each of a kernel's messages at once.

    A kernel answers a message of a widget by three small ones: busy, the answer, idle. TCP holds
    the second back until the first is acknowledged (Nagle, 1984), and browsers' systems acknowledge
    after 40 ms: four fifths of the time between a camera's frame and what is seen in it.
    """

    def connect(self):
        """Handle a new connection."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
