"""The GPUs: what each does, as far as its source can say."""

from bolt_tui.panes.bars import bar
from bolt_tui.panes.braille import graph
from bolt_tui.panes.line import Line, joined, right, spread, wrapped
from bolt_tui.panes.marks import figure_of
from bolt_tui.panes.pane import Canvas, Drawing
from bolt_tui.panes.units import UNKNOWN, percent, share, size
from bolt_tui.panes.unknowns import nothing_yet, reasons, sentences
from bolt_tui.state import ConsoleState
from engine.events import GpuDevice, GpuSample


def draw_gpu(state: ConsoleState, canvas: Canvas) -> Drawing:
    """Draw every device; where there is none, say so and why."""
    gpu = state.gpu
    if gpu is None:
        return Drawing(nothing_yet(state, canvas, "the first sample"))
    if not gpu.devices:
        return _absent(gpu, canvas)
    unknown = {**gpu.unknown}
    lines: list[Line] = []
    for device in gpu.devices:
        lines += _device(device, canvas)
        unknown |= {f"{device.name} {name}": reason for name, reason in device.unknown.items()}
    if gpu.mlx_memory_bytes:
        lines.append(figure_of("MLX here", size(gpu.mlx_memory_bytes), canvas.ink))
    extra = reasons(unknown, canvas)
    rows = canvas.height - len(lines) - len(extra)
    if rows > 0:
        history = graph(state.histories.paired("gpu"), canvas.width, rows, 0, 100)
        lines[1:1] = [[(row, canvas.ink.graph)] for row in history]
    why = [f"source: {device.source}" for device in gpu.devices] + sentences(unknown)
    return Drawing(lines + extra, gpu.devices[0].name, "\n".join(why))


def _absent(gpu: GpuSample, canvas: Canvas) -> Drawing:
    ink = canvas.ink
    reason = gpu.reason or "no source found one"
    rows = wrapped(reason, canvas.width)
    lines: list[Line] = [[("○ absent", ink.quiet)], *([(row, ink.quiet)] for row in rows)]
    return Drawing(lines + reasons(gpu.unknown, canvas), "", reason)


def _device(device: GpuDevice, canvas: Canvas) -> list[Line]:
    ink, width = canvas.ink, canvas.width
    busy = device.busy_pct
    full, empty = bar((busy or 0) / 100, max(4, width - 6 - 2 - len(device.source)))
    if busy is None:
        full, empty = "", "not known"
    head = spread(
        [(right(percent(busy), 5), ink.strong), (" ", ink.text), (full, ink.graph),
         (empty, ink.quiet if busy is None else ink.line)],
        [(device.source, ink.quiet)],
        width,
    )  # fmt: skip
    used, of = share(device.memory_used_bytes, device.memory_total_bytes)
    memory: Line = [*figure_of("memory", used, ink), (of, ink.quiet)]
    values = (
        ("clock", device.freq_mhz, "MHz"),
        ("power", device.power_w, "W"),
        ("temp", device.temperature_c, "°C"),
    )
    pieces = [_value(name, value, unit, canvas) for name, value, unit in values]
    return [head, memory, joined(pieces, "  ")]


def _value(name: str, value: float | None, unit: str, canvas: Canvas) -> Line:
    if value is None:
        return figure_of(name, UNKNOWN, canvas.ink)
    decimals = 1 if unit == "W" and value < 100 else 0
    return [(f"{value:.{decimals}f} {unit}", canvas.ink.text)]
