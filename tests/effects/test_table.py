"""A table's rows come in the order of their keys, and each key comes once."""

from __future__ import annotations

from updater.effects.table import SortedTable


def test_rows_come_in_the_order_of_their_keys() -> None:
    with SortedTable.opened("size", "text") as table:
        added = [table.add(key, (at, key * 2)) for at, key in enumerate([b"b", b"a\0c", b"a", b""])]
        assert added == [True] * 4
        assert list(table.rows()) == [
            (b"", 3, b""),
            (b"a", 2, b"aa"),
            (b"a\0c", 1, b"a\0ca\0c"),
            (b"b", 0, b"bb"),
        ]


def test_the_first_row_of_a_key_stays() -> None:
    with SortedTable.opened("size") as table:
        assert [table.add(b"a", (1,)), table.add(b"a", (2,))] == [True, False]
        assert (table.find(b"a"), table.find(b"b")) == ((1,), None)
