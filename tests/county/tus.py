"""What the tests of photos share: pictures, laptops on a real server, raw requests."""

import base64
import random
import socket
import threading
from contextlib import suppress
from io import BytesIO

import httpx
from PIL import Image

from gridapp.county import access, upkeep
from gridapp.models import Attachment, Resident
from gridapp.store import records, state
from gridapp.sync.client import HttpTransport, SyncClient
from gridapp.sync.line import TOKEN
from gridapp.sync.photos import PhotoSync


def jpeg(size=(320, 240), seed=1, quality=85):
    """A picture that JPEG cannot make much smaller: about a byte for two pixels."""
    noise = random.Random(seed).randbytes(size[0] * size[1] * 3)
    out = BytesIO()
    Image.frombytes("RGB", size, noise).save(out, "JPEG", quality=quality)
    return out.getvalue()


def enrolment(folder, name, *grids):
    """A code of the county whose data lies in `folder`."""
    with upkeep.opened(folder) as county:
        return access.create_enrolment(county, list(grids), name)


class Laptop:
    """A vault that is at home at a real server."""

    def __init__(self, store, url, code):
        self.store = store
        self.url = url
        self.client = SyncClient(store, HttpTransport(url))
        self.client.enrol(code)
        self.client.sync()

    @property
    def token(self):
        with self.store.reading() as db:
            return state.value(db, TOKEN)

    def person(self):
        with self.store.writing() as tx:
            return records.save(tx, Resident, {"name": "王小明"})

    def photograph(self, plain, owner=None, **more):
        """Attach a photo to a person; its hash."""
        photo = self.store.photos.take(plain)
        values = photo.values() | {"owner_type": "resident", "kind": "photo"}
        values["owner_id"] = owner or self.person()
        with self.store.writing() as tx:
            records.save(tx, Attachment, values | more)
        return photo.hash

    def syncer(self, url=None):
        """The photos' side of a sync that never waits."""
        transport = HttpTransport(url or self.url)
        return PhotoSync(self.store, transport, pause=lambda _: None)

    def photos(self, url=None, **more):
        return self.syncer(url).run(**more)

    def sync(self):
        self.client.sync()
        return self.photos()


def said(name, part="whole"):
    """Upload-Metadata of a photo."""
    pairs = (("hash", name), ("part", part))
    coded = [f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs]
    return ",".join(coded)


class Raw:
    """Requests as any program may send them."""

    def __init__(self, url, token):
        self.url = url
        self.headers = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}

    def __call__(self, method, path, body=b"", **headers):
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        sent = {k: v for k, v in (self.headers | named).items() if v is not None}
        url = path if path.startswith("http") else self.url + path
        return httpx.request(method, url, content=body, headers=sent, timeout=20)

    def create(self, name, size, body=b"", part="whole", **more):
        more |= {"Upload_Length": str(size), "Upload_Metadata": said(name, part)}
        return self("POST", "/v1/files", body, **more)

    def begin(self, name, size, part="whole"):
        """The path of a new upload."""
        answer = self.create(name, size, part=part)
        assert answer.status_code == 201, answer.content
        return "/v1/" + answer.headers["location"]

    def patch(self, path, offset, body, **more):
        more = {"Content_Type": "application/offset+octet-stream"} | more
        return self("PATCH", path, body, Upload_Offset=str(offset), **more)

    def offset(self, path):
        return int(self("HEAD", path).headers["upload-offset"])


class Cutter:
    """A line to a server that breaks after so many bytes up, or down, each time."""

    def __init__(self, target):
        self.target = target
        self.up = self.down = None  # bytes a connection may carry; None: any
        self.cuts = 0
        self.carried = 0  # bytes up, of all connections
        self.watch = lambda carried: None  # told as they pass
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                host, _, port = self.target.removeprefix("http://").rpartition(":")
                try:
                    server = socket.create_connection((host, int(port)))
                except OSError:
                    client.close()
                    continue
                for way in (
                    (client, server, self.up, True),
                    (server, client, self.down, False),
                ):
                    threading.Thread(target=self._carry, args=way, daemon=True).start()

    def _carry(self, here, there, most, up):
        left = most
        with suppress(OSError):
            while piece := here.recv(1 << 14):
                if up:
                    self.carried += min(len(piece), left or len(piece))
                    self.watch(self.carried)
                if left is not None and len(piece) >= left:
                    there.sendall(piece[:left])
                    self.cuts += 1
                    break
                there.sendall(piece)
                left = None if left is None else left - len(piece)
        for one in (here, there):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
