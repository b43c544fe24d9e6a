#!/usr/bin/env python3
"""Says how a build would scale to more cores than this machine has.

    build/release/cmd/veneer build ... --no-store --jobs=1 --trace trace.json
    bench/cores.py trace.json [--measured CORES=SECONDS]...

Replays the steps of a build that ran on one core. Each frame is read and compressed by any core;
then its tar is hashed, and then its blob is hashed and written, both in the order of the layer's
frames. The replay gives each core the step that layer/write/layer_writer.cc would give it, with as
many frames and layers under way. It takes for granted that a step takes the same time whatever
other cores do: real memory and disks are slower when all cores use them. What comes before and
after the layers is not spread over cores here, though parts of it are.

Prints a table: the time, the speed by that of one core, and what the cores do. --measured compares
the replay with a real time.
"""

import argparse
import dataclasses
import heapq
import json

CORES = (1, 2, 4, 8, 16, 32, 64)
# Of layer/write/layer_writer.cc.
SLOTS_PER_JOB = 2
OPEN_LAYERS_PER_JOB = 4
MOST_PACKED = 2
STEPS = ("read", "compress", "hash", "write")


@dataclasses.dataclass
class Layer:
    """The seconds that each of a layer's frames takes in each step, and what is under way."""
    name: str
    pack: list = dataclasses.field(default_factory=list)
    hash: list = dataclasses.field(default_factory=list)
    write: list = dataclasses.field(default_factory=list)
    taken: int = 0      # frames that were given to a core
    packed: set = dataclasses.field(default_factory=set)
    hashed: int = 0
    written: int = 0
    is_hashing: bool = False
    is_writing: bool = False

    def rank(self):
        """Returns the least for the layer to take a frame from."""
        return len(self.packed) - self.hashed > MOST_PACKED, self.taken - len(self.pack)


def layers_of(trace):
    """Returns the layers of a trace, and the seconds of all that is not about a frame."""
    layers, first, last, inside = {}, None, None, 0.0
    for event in sorted(trace["traceEvents"], key=lambda event: event["ts"]):
        first = event["ts"] if first is None else first
        last = max(last or 0, event["ts"] + event["dur"])
        if event["name"] not in STEPS or "args" not in event:
            continue
        layer = layers.setdefault(event["args"]["layer"], Layer(event["args"]["layer"]))
        seconds = event["dur"] / 1e6
        inside += seconds
        if event["name"] == "read":
            layer.pack.append(seconds)
        elif event["name"] == "compress":
            layer.pack[-1] += seconds
        else:
            getattr(layer, event["name"]).append(seconds)
    return list(layers.values()), (last - first) / 1e6 - inside


class Replay:
    """One build on so many cores."""

    def __init__(self, layers, cores, chains):
        self.layers = [Layer(each.name, each.pack, each.hash, each.write) for each in layers]
        self.cores, self.chains = cores, chains
        self.slots = SLOTS_PER_JOB * cores
        self.busy = dict.fromkeys(("pack", "hash", "write"), 0.0)
        self.now, self.running, self.number = 0.0, [], 0

    def run(self):
        """Returns the seconds that all layers take."""
        idle = self.cores
        while True:
            while idle and self._begin():
                idle -= 1
            if not self.running:
                return self.now
            self.now, _, step, layer, frame = heapq.heappop(self.running)
            self._end(step, layer, frame)
            idle += 1

    def _begin(self):
        unfinished = [each for each in self.layers if each.written < len(each.pack)]
        if self.chains:
            unfinished = unfinished[:OPEN_LAYERS_PER_JOB * self.cores]
        for layer in unfinished if self.chains else unfinished[:1]:
            if not layer.is_writing and layer.written < layer.hashed:
                layer.is_writing = True
                return self._start("write", layer, layer.written)
        for layer in unfinished if self.chains else unfinished[:1]:
            if not layer.is_hashing and layer.hashed in layer.packed:
                layer.is_hashing = True
                return self._start("hash", layer, layer.hashed)
        left = [each for each in unfinished if each.taken < len(each.pack)]
        if not left or not self.slots:
            return False
        layer = min(left, key=Layer.rank) if self.chains else left[0]
        self.slots -= 1
        layer.taken += 1
        return self._start("pack", layer, layer.taken - 1)

    def _start(self, step, layer, frame):
        seconds = getattr(layer, step)[frame]
        self.busy[step] += seconds
        self.number += 1  # so that a heap never compares layers
        heapq.heappush(self.running, (self.now + seconds, self.number, step, layer, frame))
        return True

    def _end(self, step, layer, frame):
        if step == "pack":
            layer.packed.add(frame)
        elif step == "hash":
            layer.is_hashing = False
            layer.hashed += 1
        else:
            layer.is_writing = False
            layer.written += 1
            self.slots += 1


def limits(layers, cores):
    """Returns the shortest times that these alone would allow: all cores, and the largest layer."""
    work = sum(sum(each.pack) + sum(each.hash) + sum(each.write) for each in layers)
    chain, name = max((max(sum(each.hash), sum(each.write)), each.name) for each in layers)
    return work / cores, chain, name


def report(layers, rest, measured, chains):
    """Returns the lines of the table."""
    alone = Replay(layers, 1, chains).run()
    lines = ["| cores | layers s | × one core | of ideal | whole build s | cores busy | what binds |",
             "|--:|--:|--:|--:|--:|--:|---|"]
    for cores in CORES:
        replay = Replay(layers, cores, chains)
        seconds = replay.run()
        ideal, chain, name = limits(layers, cores)
        binds = "the cores" if ideal > 0.9 * seconds else \
            f"one core hashes layer '{name}', {chain:.2f} s" if chain > 0.9 * seconds else \
            "the last frames"
        lines.append(f"| {cores} | {seconds:.3f} | {alone / seconds:.2f} | "
                     f"{alone / seconds / cores:.2f} | {seconds + rest:.3f} | "
                     f"{sum(replay.busy.values()) / seconds / cores:.0%} | {binds} |")
    for text in measured:
        cores, _, seconds = text.partition("=")
        replayed = Replay(layers, int(cores), chains).run() + rest
        lines.append(f"\nMeasured on {cores} cores: {seconds} s; the replay says {replayed:.3f} s, "
                     f"{replayed / float(seconds):.2f} of it.")
    return lines


def main():
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("trace")
    parser.add_argument("--measured", action="append", default=[], metavar="CORES=SECONDS")
    parser.add_argument("--one-chain", action="store_true",
                        help="as into an archive without a store, which takes layer after layer")
    options = parser.parse_args()
    with open(options.trace, encoding="utf-8") as file:
        layers, rest = layers_of(json.load(file))
    print("\n".join(report(layers, rest, options.measured, not options.one_chain)))


if __name__ == "__main__":
    main()
