"""A device that speaks the protocol by hand, and says whatever a test wants."""

import secrets

import httpx

from gridapp.county import access, service
from gridapp.models.place import grid_id
from gridapp.sync import protocol
from gridapp.sync.protocol import (
    Change,
    EnrolReply,
    EnrolRequest,
    Pull,
    Push,
    Refusal,
    SyncReply,
    SyncRequest,
    pack,
)
from tests.county.conftest import GRID


def direct(county, **options):
    """Asks a county in this process."""

    def send(path, token, body):
        answer = service.answer(county, path, token, body, **options)
        return answer.status, answer.body

    return send


def over_http(url):
    """Asks a server."""

    def send(path, token, body):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = httpx.post(url + path, content=body, headers=headers, timeout=30)
        return answer.status_code, answer.content

    return send


class Caller:
    """An enrolled device. `send(path, token, body)` gives a status and a body."""

    def __init__(self, send, code, device=None, name="测试机"):
        self.send, self.code, self.name = send, code, name
        self.device = device or secrets.token_bytes(16)
        self.grid = grid_id(GRID).bytes
        status, body = self.ask(
            "/v1/enrol", EnrolRequest(1, code, self.device, name, "0"), ""
        )
        assert status == 200, protocol.unpack(body, Refusal)
        reply = protocol.unpack(body, EnrolReply)
        self.token, self.epoch, self.worker = reply.token, reply.epoch, reply.worker
        self.seq = 0

    @classmethod
    def of(cls, county, *grids, **options):
        """One that is let into these grids of a county in this process."""
        code = access.create_enrolment(county, grids or [GRID], "测试员")
        return cls(direct(county, **options), code)

    def ask(self, path, message, token=None):
        """A status and a body."""
        body = message if isinstance(message, bytes) else pack(message)
        return self.send(path, self.token if token is None else token, body)

    def new(self, record=None, seq=None, **values):
        """A change that brings a new resident."""
        if seq is None:
            self.seq = seq = self.seq + 1
        return Change(
            seq,
            "resident",
            record or secrets.token_bytes(16),
            self.grid,
            "insert",
            0,
            self.worker,
            None,
            ",".join(values),
            list(values.values()),
        )

    def request(self, *changes, cursors=(), version=1):
        """What a laptop sends: these changes, and a question for what is new."""
        push = Push(max(one.seq for one in changes), list(changes)) if changes else None
        return SyncRequest(version, self.epoch, self.device, push, Pull(list(cursors)))

    def push(self, *changes):
        """The status of sending these changes, and the reply or refusal."""
        status, body = self.ask("/v1/sync", self.request(*changes))
        return status, protocol.unpack(body, SyncReply if status == 200 else Refusal)
