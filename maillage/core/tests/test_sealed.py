"""What is sealed comes back to the byte; what was changed, cut, moved or sealed by another key does not open."""

import base64
import io

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from maillage.core import sealed
from maillage.core.doctor import Status
from maillage.core.doctor.machine import sealed_files

C = sealed.CHUNK
SIZES = (0, 1, C - 1, C, C + 1, 2 * C, 2 * C + 5)
often = trying(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.DATA_DIR, settings.SEALED_ROOT, settings.SEAL_KEYS = tmp_path, tmp_path / "sealed", []
    return tmp_path


def sealed_from(data):
    name = sealed.new_name()
    assert sealed.seal(io.BytesIO(data), name) == len(data)
    return name, sealed.folder() / name


@pytest.mark.parametrize("size", SIZES)
def test_every_size_around_a_chunk_comes_back(size):
    data = bytes(range(256)) * (size // 256 + 1)
    name, path = sealed_from(data[:size])
    assert sealed.whole(name) == data[:size]
    assert size < 64 or data[: min(size, 64)] not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        sealed.seal(io.BytesIO(b"another"), name)


@often
@given(data=st.binary(max_size=300))
def test_any_bytes_come_back(data):
    assert sealed.whole(sealed_from(data)[0]) == data


@often
@given(data=st.data(), size=st.sampled_from(SIZES))
def test_one_bit_changed_anywhere_is_refused(data, size):
    name, path = sealed_from(b"m" * size)
    body = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(body) * 8 - 1))
    body[place // 8] ^= 1 << place % 8
    path.write_bytes(body)
    with pytest.raises((sealed.SealBroken, sealed.SealKeyMissing)):
        sealed.whole(name)


@often
@given(data=st.data(), size=st.sampled_from(SIZES))
def test_a_file_cut_anywhere_is_refused_and_so_is_one_made_longer(data, size):
    name, path = sealed_from(b"m" * size)
    body = path.read_bytes()
    chunk_ends = [sealed.HEAD_BYTES + n * (C + sealed.TAG_BYTES) for n in range(len(body) // C + 1)]
    cut = data.draw(st.one_of(st.sampled_from(chunk_ends), st.integers(0, len(body) - 1)))
    for changed in (body[: min(cut, len(body) - 1)], body + b"\0", body + body[sealed.HEAD_BYTES :]):
        path.write_bytes(changed)
        with pytest.raises(sealed.SealBroken):
            sealed.whole(name)


def test_chunks_keep_their_order_and_a_file_its_name():
    name, path = sealed_from(b"a" * C + b"b" * C + b"c")
    body, step = path.read_bytes(), C + sealed.TAG_BYTES
    head, first, second, last = (
        body[: sealed.HEAD_BYTES], *(body[sealed.HEAD_BYTES + n * step :][:step] for n in range(3)),
    )  # fmt: skip
    for changed in (head + second + first + last, head + first + last, head + last):
        path.write_bytes(changed)
        with pytest.raises(sealed.SealBroken):
            sealed.whole(name)
    path.write_bytes(body)
    other, taken = sealed_from(b"another")
    taken.write_bytes(body)
    with pytest.raises(sealed.SealBroken):
        sealed.whole(other)
    path.unlink()
    with pytest.raises(sealed.SealBroken):
        sealed.whole(name)


def test_a_key_is_made_once_for_its_owner_alone(home):
    made = sealed.written_keys()
    assert sealed.written_keys() == made
    assert sealed.key_file().stat().st_mode & 0o777 == 0o600
    sealed.write_keys([sealed.new_key()], replace=False)  # who comes second keeps the first one's
    assert sealed.written_keys() == made
    assert [path.name for path in home.iterdir()] == [sealed.KEY_FILE]


def test_keys_are_renewed_and_the_old_ones_still_open(settings):
    old, _path = sealed_from(b"before")
    first = sealed.written_keys()
    settings.SEAL_KEYS = [sealed.new_key(), *first]
    new, _path = sealed_from(b"after")
    assert (sealed.whole(old), sealed.whole(new)) == (b"before", b"after")
    assert sealed.state() == sealed.State(files=2, older=1, closed=0)
    settings.SEAL_KEYS = []
    with pytest.raises(sealed.SealKeyMissing):
        sealed.whole(new)
    assert sealed.state() == sealed.State(files=2, older=0, closed=1)
    assert [found.status for found in sealed_files()] == [Status.OK, Status.ERROR]
    sealed.key_file().chmod(0o644)
    assert next(iter(sealed_files())).status == Status.ERROR


def test_the_command_gives_a_key_or_begins_to_use_one(settings, capsys):
    name, _path = sealed_from(b"before")
    (old,) = sealed.written_keys()
    call_command("sealkey")
    assert len(sealed.read_key(capsys.readouterr().out.strip())) == sealed.KEY_BYTES
    call_command("sealkey", "--use")
    new, kept = sealed.written_keys()
    assert (kept, new != old) == (old, True)
    assert sealed.whole(name) == b"before"
    settings.SEAL_KEYS = [old]
    with pytest.raises(CommandError):
        call_command("sealkey", "--use")
    assert len(sealed.written_keys()) == 2


@pytest.mark.parametrize("text", ["", "court", "é" * 43, base64.b64encode(b"x" * 31).decode(), "=" * 44])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(ValueError, match=r"^not (base64|32 bytes)$"):
        sealed.read_key(text)


def test_a_source_that_breaks_leaves_nothing(home):
    class Broken(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            self.given += 1
            if self.given > 3:
                raise OSError("gone")
            return b"x" * C

    with pytest.raises(OSError, match="gone"):
        sealed.seal(Broken(), sealed.new_name())
    assert [path for path in sealed.folder().rglob("*") if path.is_file()] == []
