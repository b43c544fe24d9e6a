"""Bazel's worker protocol, as Protocol Buffers: worker_protocol.proto of Bazel has the fields."""

import typing

VARINT, TEXT = 0, 2  # wire types


class Response(typing.NamedTuple):
    """A WorkResponse."""

    exit_code: int = 0
    output: str = ""
    number: int = 0
    is_cancelled: bool = False


def varint(number):
    """Returns the bytes of a number."""
    found = bytearray()
    while number > 0x7f:
        found.append(number & 0x7f | 0x80)
        number >>= 7
    return bytes([*found, number])


def field(tag, value):
    """Returns a field: of a number, or of bytes, a text or a message."""
    if isinstance(value, int):
        return varint(tag << 3 | VARINT) + varint(value)
    value = value.encode(errors="surrogateescape") if isinstance(value, str) else value
    return varint(tag << 3 | TEXT) + varint(len(value)) + value


def framed(message):
    """Returns a message with its length before it."""
    return varint(len(message)) + message


def work_request(arguments=(), inputs=(), *, number=0, cancel=False, sandbox="", more=b""):
    """Returns a WorkRequest, framed; `inputs` are (path, digest), and `more` other fields."""
    return framed(b"".join([
        *(field(1, text) for text in arguments),
        *(field(2, field(1, path) + field(2, digest)) for path, digest in inputs),
        *([field(3, number)] if number else []),
        *([field(4, 1)] if cancel else []),
        *([field(6, sandbox)] if sandbox else []),
        more]))


def read_varint(stream, at=0):
    """Returns a number, and the place behind it; raises IndexError if there is no more."""
    number = shift = 0
    while True:
        byte = stream[at]
        at += 1
        number |= (byte & 0x7f) << shift
        shift += 7
        if byte < 0x80:
            return number, at


def parse_response(message):
    """Returns a Response."""
    found = {1: 0, 2: b"", 3: 0, 4: 0}
    at = 0
    while at < len(message):
        key, at = read_varint(message, at)
        value, at = read_varint(message, at)
        if key & 7 == TEXT:
            value, at = message[at:at + value], at + value
        found[key >> 3] = value
    return Response(found[1], found[2].decode(), found[3], bool(found[4]))


def take_response(stream):
    """Returns the response that a stream begins with, or None, and the rest of the stream."""
    try:
        size, at = read_varint(stream)
    except IndexError:
        return None, stream
    if len(stream) < at + size:
        return None, stream
    return parse_response(stream[at:at + size]), stream[at + size:]


def take_responses(stream):
    """Returns all responses of a stream."""
    found = []
    while stream:
        response, stream = take_response(stream)
        if response is None:
            raise ValueError(f"the stream ends within a response: {stream}")
        found.append(response)
    return found
