from __future__ import annotations

import socket

import pytest

from agent.errors import BadSettings
from agent.serving.server import listening


def test_the_listener_names_its_protocol_so_that_answers_do_not_wait_for_acknowledgements() -> None:
    """asyncio sets TCP_NODELAY only on sockets that say they are TCP; without it every whole answer took 40 ms more."""
    with listening("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            assert accepted.proto == socket.IPPROTO_TCP
            accepted.close()


def test_a_port_that_is_taken_is_one_clear_error() -> None:
    with (
        listening("127.0.0.1", 0) as first,
        pytest.raises(BadSettings, match="cannot listen on 127.0.0.1 port"),
    ):
        listening("127.0.0.1", first.getsockname()[1])


def test_a_host_that_is_none_is_one_clear_error() -> None:
    with pytest.raises(BadSettings, match="--host"):
        listening("no.such.host.invalid", 0)
