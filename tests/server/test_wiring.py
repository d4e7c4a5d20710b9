"""Sentences about wires that come from the wrong source name the nodes as their user sees them."""

import pytest


@pytest.fixture(scope="module")
def told(run_in_comfy):
    return run_in_comfy("wiring")


def test_the_nodes_are_named_however_they_are_wired(told):
    named = 'They differ: connect the same source to "Faces" (node 5) and to "Apply Lip-Sync" (node 7).'
    assert told["direct"] == told["through a switch"] == named
    unnamed = named.replace('"Faces" (node 5)', '"Track Faces (LipSync)"')
    assert told["from elsewhere"] == unnamed
    assert told["unknown"] == unnamed.replace(" (node 7)", "")


def test_where_one_wire_leads_to_both_the_source_was_made_anew(told):
    """As a generator's is that ComfyUI has run again, while it kept the track of what there was before."""
    assert told["one wire"] == (
        'They differ: its source was made anew since "Faces" (node 5) ran, so change a setting there to have '
        "it run again."
    )
