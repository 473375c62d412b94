"""How much of the agent's audio the carrier still holds: what shows at a moment of silence that words were to follow.

Agents send a reply faster than it is heard, and the carrier plays it frame by frame. The queue is worked out from what
crossed the wire: a burst begins to play when it arrives or when the one before it ends, and a `clear` empties it.
"""

from __future__ import annotations

from agent.media import FRAME_NS
from agent.units import NS_PER_MS
from evals.record import CallRecord


def unplayed_ns(record: CallRecord, at_ns: int) -> int:
    """How much audio was at the carrier and yet to play at this moment of the caller's clock.

    A line whose delay is not known is taken for one without.
    """
    one_way = record.line.get("delay_ms")
    delay_ns = round(one_way * NS_PER_MS) if isinstance(one_way, int | float) else 0
    played_until_ns = 0
    for message in record.wire:
        arrival_ns = message.t_ns + delay_ns
        if arrival_ns > at_ns:
            break
        if message.kind == "audio_out":
            played_until_ns = max(played_until_ns, arrival_ns) + message.frames * FRAME_NS
        elif message.kind == "clear":
            played_until_ns = min(played_until_ns, arrival_ns)
    return max(0, played_until_ns - at_ns)
