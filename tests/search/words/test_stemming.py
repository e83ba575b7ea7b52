"""Stems: the examples of Porter's paper, and the families of words that questions need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.search.words.stemming import stem

# The examples of the paper's steps, followed to the end of the algorithm.
PAPER = """
caresses>caress ponies>poni ties>ti cats>cat feed>feed agreed>agre plastered>plaster motoring>motor
sing>sing conflated>conflat troubled>troubl sized>size hopping>hop tanned>tan falling>fall
hissing>hiss fizzed>fizz failing>fail filing>file happy>happi sky>sky relational>relat
conditional>condit rational>ration digitizer>digit conformably>conform radically>radic
differently>differ vilely>vile analogously>analog vietnamization>vietnam predication>predic
operator>oper feudalism>feudal decisiveness>decis hopefulness>hope callousness>callous
formality>formal sensitivity>sensit sensibility>sensibl triplicate>triplic formative>form
formalize>formal electricity>electr electrical>electr hopeful>hope goodness>good revival>reviv
allowance>allow inference>infer airliner>airlin gyroscopic>gyroscop adjustable>adjust
defensible>defens irritant>irrit replacement>replac adjustment>adjust dependent>depend
adoption>adopt communism>commun activate>activ angularity>angular homologous>homolog
effective>effect bowdlerize>bowdler probate>probat rate>rate cease>ceas controlling>control
rolling>roll
"""


@pytest.mark.parametrize("pair", PAPER.split())
def test_examples_of_the_paper(pair: str) -> None:
    """Each word of Porter's paper has the stem that its rules lead to."""
    word, _, expected = pair.partition(">")
    assert stem(word) == expected


@pytest.mark.parametrize(
    "family",
    [
        "compute computes computed computing computation computations",
        "calculate calculates calculated calculating calculation calculator",
        "price prices priced pricing",
        "enforce enforces enforced enforcement",
        "expire expires expired expiration",
        "retry retries retried",
        "assign assigned assignment assignments",
        "validate validates validation validator",
        "position positions",
    ],
)
def test_families_of_words_have_one_stem(family: str) -> None:
    """However a question says it, it is the same term as in the code."""
    assert len({stem(word) for word in family.split()}) == 1


@given(st.text(alphabet="aeiouyblsizgnedtmw", max_size=14))
def test_a_stem_is_no_longer_than_its_word(word: str) -> None:
    """No word is too odd to have a stem, and the stem begins as the word does."""
    found = stem(word)
    assert len(found) <= len(word)
    assert found[:1] == word[:1]
