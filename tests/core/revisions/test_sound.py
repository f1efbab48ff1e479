"""What is left of broken revisions, and that no fault is overlooked."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrateops.errors.revisions import BrokenGraph, GraphFault
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.revision import Revision
from migrateops.revisions.sound import sound_part
from tests.core.revisions.random_graphs import revision_lists

untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=200)


def test_what_no_fault_touches_is_a_graph() -> None:
    sound, faults = sound_part(
        [
            Revision("base1"),
            Revision("next1", "base1"),
            Revision("lost1", "gone", ("lost",)),
            Revision("after1", "lost1"),
            Revision("join1", ("next1", "after1")),
            Revision("bylabel1", None, (), ("lost",)),
            Revision("bystart1", None, (), ("afte",)),
            Revision("byboth1", "bystart1"),
            Revision("own1"),
        ]
    )
    assert set(sound.nodes) == {"base1", "next1", "own1"}
    assert [(type(fault).__name__, fault.about()) for fault in faults] == [("MissingParent", ("lost1",))]
    assert not sound.is_head("next1"), "what follows it is only left out"
    assert sound.is_head("own1")


def test_nothing_is_left_out_of_a_whole_graph() -> None:
    sound, faults = sound_part([Revision("base1"), Revision("next1", "base1")])
    assert (set(sound.nodes), faults) == ({"base1", "next1"}, ())


Damage = tuple[str, int, int]
_KINDS = [
    "parent",
    "dependency",
    "prefix",
    "cycle",
    "self",
    "self needs",
    "twice",
    "label",
    "id as label",
    "name",
]


def refused(revisions: list[Revision]) -> list[dict[str, object]]:
    """Return the faults for which a graph of the revisions is refused."""
    try:
        RevisionGraph(revisions)
    except BrokenGraph as broken:
        return [vars(fault) for fault in broken.faults] or [{"no": "fault"}]
    return []


def damaged(revisions: list[Revision], damage: Damage) -> list[Revision]:
    kind, one, other = damage
    at, to = revisions[one % len(revisions)], revisions[other % len(revisions)].revision
    changed = {
        "parent": at._replace(down_revision=(*at.down_revisions, "gone")),
        "dependency": at._replace(depends_on=(*at.depends_on, "gone")),
        "prefix": at._replace(depends_on=(*at.depends_on, to[:2])),
        "cycle": at._replace(down_revision=to),
        "self": at._replace(down_revision=(*at.down_revisions, at.revision)),
        "self needs": at._replace(depends_on=(*at.depends_on, at.revision)),
        "twice": at,
        "label": at._replace(branch_labels=(*at.branch_labels, "same")),
        "id as label": at._replace(branch_labels=(*at.branch_labels, to)),
        "name": at._replace(branch_labels=(*at.branch_labels, "a@b")),
    }[kind]
    rest = [revision for revision in revisions if revision is not at or kind == "twice"]
    return [*rest, changed]


@untimed
@given(
    revision_lists(30),
    st.lists(st.tuples(st.sampled_from(_KINDS), st.integers(0, 99), st.integers(0, 99)), max_size=4),
)
def test_damage(revisions: list[Revision], damages: list[Damage]) -> None:
    for damage in damages:
        revisions = damaged(revisions, damage)
    sound, faults = sound_part(revisions)
    assert bool(faults) == (len(sound) < len({revision.revision for revision in revisions}))
    assert refused(revisions) == [vars(fault) for fault in faults]
    # What is left out is at fault, or names what is left out; nothing else does.
    names = {revision.revision for revision in revisions}
    labels = {label: revision.revision for revision in revisions for label in revision.branch_labels}
    at_fault = {name for fault in faults for name in fault.about()}
    out = names - set(sound.nodes)
    assert at_fault <= out
    for revision in revisions:
        mentioned = {
            other
            for text in (*revision.down_revisions, *revision.depends_on)
            for other in names
            if other == labels.get(text, text) or (len(other) > 3 and other.startswith(text))
        }
        if revision.revision in sound:
            assert not mentioned & out
        else:
            assert revision.revision in at_fault or mentioned & out


def test_each_kind_of_damage_is_a_fault() -> None:
    line = [Revision("aaaa1"), *(Revision(f"aaaa{i}", f"aaaa{i - 1}") for i in range(2, 6))]
    for kind in _KINDS:
        revisions = damaged([*line, Revision("bbbb1", None, ("same",))], (kind, 1, 4))
        _, faults = sound_part(revisions)
        assert faults, kind
        assert all(isinstance(fault, GraphFault) for fault in faults)
