"""A page that was compressed once is given out with other ids each time, and is whole."""

import gzip
from uuid import uuid4

from sessionday.web.compression import Parts, joined

FORM = "<form action='/entries'><input name='id' value='"


def test_a_page_unpacks_to_itself_whatever_ids_it_is_given() -> None:
    page = Parts([f"<h1>Day</h1>{FORM}", f"'></form>{FORM}", f"'></form>{FORM}", "'></form>"])
    for ids in ([str(uuid4()).encode() for _ in range(3)], [b"<form action='/entries'><input name='id"[:36]] * 3):
        plain = joined([page], ids, zipped=False)
        assert gzip.decompress(joined([page], ids, zipped=True)) == plain
        assert plain.count(FORM.encode()) == 3


def test_what_a_page_says_again_costs_little_behind_an_id_too() -> None:
    said = " ".join(str(uuid4()) for _ in range(20))
    once, twice = Parts([said, ""]), Parts([said, said])
    size = len(joined([once], [str(uuid4()).encode()], zipped=True))
    assert len(joined([twice], [str(uuid4()).encode()], zipped=True)) < size * 1.1
