"""The acoustic network: 8 kHz samples to log-probabilities of letters and sounds each 30 ms, with bounded look-ahead.

Log-mel energies at 10 ms are stacked by three and pass through layers of a time-delay network whose weight matrices
are split in two (Povey et al., "Semi-Orthogonal Low-Rank Matrix Factorization for Deep Neural Networks", Interspeech
2018, here without the orthogonality): a projection to few values, which are spliced over time, and a projection back,
added to what came in. It is nearly all matrix products, which is what one core does best.

`forward` takes and returns what each layer must remember, so that one utterance in pieces and many in one batch are
the same computation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from agent.audio.stt.ear.acoustic import FRAME_SAMPLES
from agent.audio.stt.ear.sounds import SOUNDS
from agent.audio.stt.ear.word_tree import LETTERS
from agent.media import RATE_HZ

HOP = 80  # 10 ms
WINDOW = 240  # 30 ms, ending with the hop: features look ahead nowhere
STACK = FRAME_SAMPLES // HOP
MELS = 40
# Symbols of the two outputs, after 0, which is CTC's blank.
LETTER_SYMBOLS = LETTERS + " "
SOUND_SYMBOLS = SOUNDS + " "
_FFT = 256
_BAND_HZ = (120.0, 3900.0)
# Added to each band's energy: about that of a line's idle noise, so that silence is one value and not many.
FLOOR = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkShape:
    """Sizes of the network.

    Attributes:
        width: values between layers.
        narrow: values that are spliced.
        taps: how many of them, a layer.
        ahead: frames a layer looks ahead, for each layer.
        dilation: frames between taps, for each layer.
    """

    width: int = 512
    narrow: int = 128
    taps: int = 4
    ahead: tuple[int, ...] = (1, 1, 1, 1, 1, 1, 1, 0, 0, 0)
    dilation: tuple[int, ...] = (1, 1, 1, 1, 1, 1, 1, 2, 2, 2)

    @property
    def look_ahead_ms(self) -> int:
        """How much audio after a frame's end its output depends on."""
        return 30 * sum(self.ahead)

    def remembered(self, layer: int) -> int:
        """Frames a layer must keep."""
        return (self.taps - 1) * self.dilation[layer]


class Features(nn.Module):
    """Log-mel energies of stacked hops: samples (B, 240 T) and the 160 before to (B, T, 120)."""

    waves: Tensor
    mel: Tensor
    mean: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        window = np.hanning(WINDOW + 1)[:WINDOW]
        bins = np.arange(_FFT // 2 + 1)
        inside = (bins * RATE_HZ / _FFT >= _BAND_HZ[0] - 40) & (bins * RATE_HZ / _FFT <= _BAND_HZ[1] + 40)
        angle = 2 * np.pi * np.outer(np.arange(WINDOW), bins[inside]) / _FFT
        waves = np.concatenate((np.cos(angle), np.sin(angle)), axis=1) * window[:, None]
        self.register_buffer("waves", torch.tensor(waves, dtype=torch.float32))
        self.register_buffer("mel", torch.tensor(_mel_bands()[:, inside].T.copy(), dtype=torch.float32))
        self.register_buffer("mean", torch.zeros(MELS))
        self.register_buffer("scale", torch.ones(MELS))

    def forward(self, samples: Tensor, before: Tensor) -> Tensor:
        """Features of whole frames."""
        return (self.logs(samples, before) - self.mean) * self.scale

    def logs(self, samples: Tensor, before: Tensor) -> Tensor:
        """The energies' natural logs, (B, 3 T, 40), before they are set to mean 0 and variance 1."""
        sound = torch.cat((before, samples), dim=1)
        batch = sound.shape[0]
        hops = sound.reshape(batch, -1, HOP)
        framed = torch.cat((hops[:, :-2], hops[:, 1:-1], hops[:, 2:]), dim=2)
        spectrum = framed @ self.waves
        power = spectrum * spectrum
        half = self.waves.shape[1] // 2
        energy = (power[..., :half] + power[..., half:]) @ self.mel
        return torch.log(energy + FLOOR)


class Layer(nn.Module):
    """Narrow, splice over time, widen, add."""

    def __init__(self, shape: NetworkShape, index: int) -> None:
        super().__init__()
        self.taps, self.dilation = shape.taps, shape.dilation[index]
        self.ahead = shape.ahead[index] * self.dilation
        self.norm = nn.LayerNorm(shape.width)
        self.narrow = nn.Linear(shape.width, shape.narrow, bias=False)
        self.widen = nn.Linear(shape.narrow * shape.taps, shape.width)

    def forward(self, x: Tensor, kept: Tensor, late: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, T, width), the narrow values kept (B, (taps-1) * dilation, narrow) and inputs kept (B, ahead, width);
        the output is `ahead` frames late."""
        values = torch.cat((kept, self.narrow(self.norm(x))), dim=1)
        count = x.shape[1]
        spliced = torch.cat(
            [values[:, tap * self.dilation : tap * self.dilation + count] for tap in range(self.taps)], dim=2
        )
        carried = x
        if self.ahead:
            carried = torch.cat((late, x), dim=1)
            late = carried[:, count:]
            carried = carried[:, :count]
        return carried + functional.relu(self.widen(spliced)), values[:, count:], late


class EarNetwork(nn.Module):
    """The whole network."""

    def __init__(self, shape: NetworkShape | None = None) -> None:
        super().__init__()
        self.shape = shape or NetworkShape()
        self.features = Features()
        self.enter = nn.Linear(MELS * STACK, self.shape.width)
        self.layers = nn.ModuleList([Layer(self.shape, at) for at in range(len(self.shape.ahead))])
        self.norm = nn.LayerNorm(self.shape.width)
        self.leave = nn.Linear(self.shape.width, 1 + len(LETTER_SYMBOLS))
        self.sound = nn.Linear(self.shape.width, 1 + len(SOUND_SYMBOLS))

    def forward(self, features: Tensor, memory: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Stacked features (B, T, 120) to log-probabilities of letters, then of sounds, (B, T, 29 + 45),
        `sum(ahead)` frames late, and the memory."""
        x = functional.relu(self.enter(features))
        after: list[Tensor] = []
        for at, layer in enumerate(self.layers):
            x, kept, late = layer(x, memory[2 * at], memory[2 * at + 1])
            after += [kept, late]
        return self.outputs(x), after

    def outputs(self, x: Tensor) -> Tensor:
        """Log-probabilities of letters, then of sounds, from what the last layer gives."""
        x = self.norm(x)
        letters = functional.log_softmax(self.leave(x), dim=-1)
        sounds = functional.log_softmax(self.sound(x), dim=-1)
        return torch.cat((letters, sounds), dim=-1)

    def start(self, batch: int) -> list[Tensor]:
        """The memory before anything was heard."""
        memory = []
        where = self.leave.weight.device
        for at in range(len(self.layers)):
            ahead = self.shape.ahead[at] * self.shape.dilation[at]
            memory.append(torch.zeros(batch, self.shape.remembered(at), self.shape.narrow, device=where))
            memory.append(torch.zeros(batch, ahead, self.shape.width, device=where))
        return memory

    def stacked(self, samples: Tensor) -> Tensor:
        """Features of samples (B, 240 T) from the start of an utterance, shape (B, T, 120)."""
        mels: Tensor = self.features(
            samples, torch.zeros(samples.shape[0], WINDOW - HOP, device=samples.device)
        )
        return mels.reshape(samples.shape[0], -1, MELS * STACK)

    @property
    def late(self) -> int:
        """By how many frames outputs are late."""
        return sum(a * d for a, d in zip(self.shape.ahead, self.shape.dilation, strict=True))


def _mel_bands() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Triangles on the mel scale, shape (40, 129)."""

    def mel(hz: float) -> float:
        return float(2595 * np.log10(1 + hz / 700))

    edges_mel = np.linspace(mel(_BAND_HZ[0]), mel(_BAND_HZ[1]), MELS + 2)
    edges = 700 * (10 ** (edges_mel / 2595) - 1)
    hz = np.arange(_FFT // 2 + 1) * RATE_HZ / _FFT
    bands = np.zeros((MELS, hz.size))
    for band in range(MELS):
        low, middle, high = edges[band : band + 3]
        bands[band] = np.clip(np.minimum((hz - low) / (middle - low), (high - hz) / (high - middle)), 0, None)
        if not bands[band].any():  # narrower than a bin, at the low end
            bands[band, int(np.argmin(np.abs(hz - middle)))] = 1.0
    return bands
