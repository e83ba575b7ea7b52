"""Which panes there are, what each reads, and by which number it is reached."""

from bolt_tui.actions import PANES
from bolt_tui.panes.agents import draw_agents
from bolt_tui.panes.alerts import draw_alerts
from bolt_tui.panes.answer import draw_answer
from bolt_tui.panes.circuits import draw_circuits
from bolt_tui.panes.cpu import draw_cpu
from bolt_tui.panes.gpu import draw_gpu
from bolt_tui.panes.header import draw_header
from bolt_tui.panes.memory import draw_memory
from bolt_tui.panes.pane import Pane
from bolt_tui.panes.processes import draw_processes
from bolt_tui.panes.timebar import TimeBar
from engine.events import ProcessSample


def make_panes() -> dict[str, Pane]:
    """Return every pane by its id."""
    panes = (
        Pane(
            draw_header, name="header", can_be_marked=False,
            reads={"session", "level", "clock", "host", "gpu", "indexes", "circuits"},
        ),
        Pane(draw_cpu, name="cpu", title="CPU", reads={"host"}, can_be_marked=False),
        Pane(draw_gpu, name="gpu", title="GPU", reads={"gpu"}, can_be_marked=False),
        Pane(
            draw_memory, name="memory", title="Memory", reads={"host", "memory"},
            can_be_marked=False,
        ),
        Pane(
            draw_agents, name="agents", title="Agents",
            reads={"agents", "engine", "clock", "peers"},
        ),
        Pane(
            draw_circuits, name="circuits", title="Circuits",
            reads={"circuits", "indexes", "clock", "level"},
        ),
        Pane(draw_answer, name="answer", title="Answer", reads={"queries", "agents", "elapsed"}),
        Pane(
            draw_processes, name="processes", title="Processes", reads={"processes"},
            costly=ProcessSample,
        ),
        TimeBar(),
        Pane(draw_alerts, name="alerts", reads={"notices", "session", "engine", "alerts"}),
    )  # fmt: skip
    for pane in panes:
        pane.number = PANES.index(pane.id) + 1 if pane.id in PANES else None
        pane.can_focus = pane.number is not None
    return {str(pane.id): pane for pane in panes}
