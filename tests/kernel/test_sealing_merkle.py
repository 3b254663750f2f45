"""The tree, its proofs and the signed notes, against known values and a twin written as the RFC puts it."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setsquare.kernel.sealing.merkle import (
    EMPTY,
    Growing,
    consistency_proof,
    continues,
    fold,
    includes,
    inclusion_proof,
    leaf_hash,
    root_of,
)
from setsquare.kernel.sealing.notes import NotANote, Note, Signer, Statement, Verifier

pytestmark = pytest.mark.once

KNOWN_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MOST = 300
CONTENTS = [str(number).encode() for number in range(MOST)]
HASHES = [leaf_hash(content) for content in CONTENTS]
SIZES = st.integers(1, MOST)

PETER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SAYS = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
PETER_SIGNED = "\n\u2014 PeterNeumann " + (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def twin(contents: list[bytes]) -> bytes:
    """The root as section 2.1.1 defines it."""
    if not contents:
        return hashlib.sha256().digest()
    if len(contents) == 1:
        return hashlib.sha256(b"\0" + contents[0]).digest()
    middle = 1
    while middle * 2 < len(contents):
        middle *= 2
    return hashlib.sha256(b"\1" + twin(contents[:middle]) + twin(contents[middle:])).digest()


def hashes(level: int, index: int) -> bytes:
    return fold(HASHES[index << level : (index + 1) << level])


def test_the_known_roots():
    tree = Growing()
    assert tree.root == EMPTY == twin([])
    for content, root in zip(KNOWN_LEAVES, KNOWN_ROOTS, strict=True):
        list(tree.add(leaf_hash(content)))
        assert tree.root.hex() == root == twin(KNOWN_LEAVES[: tree.size]).hex()


@given(SIZES)
def test_both_ways_to_the_root_agree_with_the_twin(size):
    tree, completed = Growing(), {}
    for leaf in HASHES[:size]:
        completed.update({(level, index): found for level, index, found in tree.add(leaf)})
    assert tree.root == root_of(size, hashes) == twin(CONTENTS[:size])
    assert all(found == hashes(*place) for place, found in completed.items())


@given(SIZES, st.data())
def test_inclusion_is_proven_and_nothing_else_is(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(index, size, hashes), root_of(size, hashes)
    assert includes(root, size, index, HASHES[index], proof)
    assert not includes(root, size, index, leaf_hash(b"another"), proof)
    assert not includes(root, size, index, HASHES[index], [*proof, EMPTY])
    assert not includes(root, size, size, HASHES[index], proof)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        assert not includes(root, size, index, HASHES[index], [*proof[:place], EMPTY, *proof[place + 1 :]])
        assert not includes(root, size, index, HASHES[index], proof[:-1])


@given(SIZES, st.data())
def test_consistency_is_proven_and_nothing_else_is(later, data):
    earlier = data.draw(st.integers(1, later))
    proof = consistency_proof(earlier, later, hashes)
    old, new = root_of(earlier, hashes), root_of(later, hashes)
    assert continues(earlier, old, later, new, proof)
    assert not continues(earlier, EMPTY, later, new, proof)
    assert not continues(earlier, old, later, EMPTY, proof)
    assert not continues(earlier, old, later, new, [*proof, EMPTY])
    assert not continues(later + 1, old, later, new, proof)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        assert not continues(earlier, old, later, new, [*proof[:place], EMPTY, *proof[place + 1 :]])
        assert not continues(earlier, old, later, new, proof[:-1])


def test_there_is_no_proof_of_what_cannot_be():
    with pytest.raises(ValueError, match="leaf 3 is not in a tree of 3"):
        inclusion_proof(3, 3, hashes)
    with pytest.raises(ValueError, match="no proof from 4 to 3 leaves"):
        consistency_proof(4, 3, hashes)


def test_keys_and_signatures_are_those_of_other_programs():
    signer = Signer.read(PETER)
    assert str(signer.verifier) == PETER_VERIFIER
    assert Verifier.read(PETER_VERIFIER) == signer.verifier
    assert signer.sign(PETER_SAYS) == PETER_SAYS + PETER_SIGNED
    assert signer.written() == PETER


def test_a_checkpoint_is_read_as_it_was_signed():
    signer = Signer.new("qms.example.org")
    said = Statement("qms.example.org", 7, EMPTY)
    note = Note.read(signer.sign(said.written()))
    assert note.statement == said
    assert note.signed_by(signer.verifier)
    assert not note.signed_by(Signer.new("qms.example.org").verifier)
    forged = Note.read(signer.sign(said.written()).replace("\n7\n", "\n8\n"))
    assert not forged.signed_by(signer.verifier)
    assert Signer.read(signer.written()) == signer


@pytest.mark.parametrize(
    "text", ["", "a\n", "a\n07\n\n\u2014 a b\n", PETER_SAYS + PETER_SIGNED, "o\n1\nAAAA\n\nx\n"]
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(NotANote, match="not a checkpoint"):
        Note.read(text)


@pytest.mark.parametrize("text", ["", "a+b+c", PETER_VERIFIER.replace("c74f20a3", "c74f20a4"), PETER])
def test_what_is_no_verifier_key_is_refused(text):
    with pytest.raises(NotANote, match="not an Ed25519 verifier key"):
        Verifier.read(text)


def test_a_damaged_signer_key_is_refused_without_being_repeated():
    with pytest.raises(NotANote) as refused:
        Signer.read(PETER.replace("c74f20a3", "c74f20a4"))
    assert "AYEKFALVFGy" not in str(refused.value)
