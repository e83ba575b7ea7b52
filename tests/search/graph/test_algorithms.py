"""Components, ways, layers and weights of random graphs, as networkx finds them."""

import itertools

import networkx as nx  # type: ignore[import-untyped]
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.search.graph.centrality import central, count_dependents, page_rank
from engine.search.graph.edges import Edge
from engine.search.graph.graph import Adjacency
from engine.search.graph.layers import layers, levels
from engine.search.graph.paths import reachable, shortest_cycle, shortest_path
from engine.search.graph.strong import components, knots
from tests.search.graph.small import silent

NODES = [f"n{at}.py" for at in range(9)]
PAIRS = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=30)
GRAPHS = PAIRS.map(lambda pairs: adjacency([(a, b) for a, b in pairs if a != b]))


def adjacency(pairs: list[tuple[str, str]]) -> Adjacency:
    found: Adjacency = {node: {} for node in NODES}
    for start, end in pairs:
        found[start][end] = Edge(start, 1, end, "runtime")
    return found


def oracle(graph: Adjacency) -> "nx.DiGraph[str]":
    directed: nx.DiGraph[str] = nx.DiGraph()
    directed.add_nodes_from(graph)
    directed.add_edges_from((start, end) for start, ends in graph.items() for end in ends)
    return directed


@given(GRAPHS)
@settings(deadline=None)
def test_components_are_those_of_networkx(graph: Adjacency) -> None:
    """The same sets, each before those that reach it; knots are those of more than one file."""
    found = components(graph)
    expected = {frozenset(one) for one in nx.strongly_connected_components(oracle(graph))}
    assert {frozenset(one) for one in found} == expected
    place = {node: at for at, members in enumerate(found) for node in members}
    assert all(place[end] <= place[start] for start, ends in graph.items() for end in ends)
    assert {frozenset(one) for one in knots(graph)} == {one for one in expected if len(one) > 1}


@given(GRAPHS, st.sampled_from(NODES), st.sampled_from(NODES))
@settings(deadline=None)
def test_ways_are_as_short_as_those_of_networkx(graph: Adjacency, start: str, end: str) -> None:
    """A way is found exactly if there is one; it hangs together, and none is shorter."""
    way = shortest_path(graph, start, end)
    directed = oracle(graph)
    if start != end:
        exists = nx.has_path(directed, start, end)
        length = nx.shortest_path_length(directed, start, end) if exists else None
        assert (None if way is None else len(way)) == length
    if way is not None:
        assert (way[0].importer, way[-1].imported) == (start, end)
        assert all(a.imported == b.importer for a, b in itertools.pairwise(way))
    distances = nx.single_source_shortest_path_length(directed, start)
    found = {one.path: one.distance for one in reachable(graph, [start])}
    assert found == {node: far for node, far in dict(distances).items() if node != start}


@given(GRAPHS)
@settings(deadline=None)
def test_the_shortest_cycle_is_as_short_as_the_girth(graph: Adjacency) -> None:
    """In each knot a cycle is found, and no shorter one exists."""
    for members in knots(graph):
        cycle = shortest_cycle(graph, members, silent)
        inside = oracle(graph).subgraph(members)
        assert len(cycle) == min(map(len, nx.simple_cycles(inside)))
        assert cycle[-1].imported == cycle[0].importer


@given(GRAPHS)
@settings(deadline=None)
def test_dependents_are_counted_as_networkx_counts_ancestors(graph: Adjacency) -> None:
    """The bit sets of the components give the size of the transitive closure."""
    directed = oracle(graph)
    expected = {node: len(nx.ancestors(directed, node)) for node in graph}
    assert count_dependents(graph) == expected
    assert {one.path: one.dependents for one in central(graph, silent)} == expected


@given(GRAPHS)
@settings(deadline=None)
def test_layers_are_the_longest_ways_down(graph: Adjacency) -> None:
    """A file's level is the longest way to the bottom of the graph of components."""
    condensed = nx.condensation(oracle(graph))
    height: dict[int, int] = {}
    for node in reversed(list(nx.topological_sort(condensed))):
        height[node] = max((height[below] + 1 for below in condensed.successors(node)), default=0)
    member_of = condensed.graph["mapping"]
    assert levels(graph) == {node: height[member_of[node]] for node in graph}
    assert sum(len(layer.files) for layer in layers(graph)) == len(graph)


def test_page_rank_is_that_of_networkx() -> None:
    """On a graph with a dead end and a cycle: the steady state of its Google matrix."""
    pairs = [("n0.py", "n1.py"), ("n1.py", "n2.py"), ("n2.py", "n0.py"), ("n3.py", "n2.py")]
    graph = adjacency([*pairs, ("n4.py", "n5.py")])
    steps = nx.google_matrix(oracle(graph), alpha=0.85)
    settled = np.linalg.matrix_power(steps, 400)[0]
    assert page_rank(graph, silent) == pytest.approx(
        dict(zip(graph, settled, strict=True)), abs=2e-4
    )


def test_a_long_chain_needs_no_recursion() -> None:
    """Ten thousand files in a row are walked."""
    row = {
        f"m{at}": {f"m{at + 1}": Edge(f"m{at}", 1, f"m{at + 1}", "runtime")} for at in range(9999)
    }
    assert len(components(row)) == 10_000
    assert levels(row)["m0"] == 9999
