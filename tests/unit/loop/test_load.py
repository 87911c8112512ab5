"""Loading from files into a lake: what is kept, mended, set aside, and that nothing is seen by half."""

from pathlib import Path

import pyarrow as pa
import pytest

from crossaisle.data.cleaning import Cleaning
from crossaisle.data.cleaning.duplicates import ExactDuplicates
from crossaisle.data.cleaning.goods import NonGoods
from crossaisle.data.mapping import Map, Taken, Value
from crossaisle.data.sources.files import Files
from crossaisle.data.sources.frames import Frames
from crossaisle.errors import InputError

from .shop import lake_of, loaded, quarantined, rows_of

HEADER = "user_id,item_id,timestamp,event_type,quantity,price\n"


def csv(folder: Path, body: str, header: str = HEADER, name: str = "events.csv") -> Files:
    path = folder / name
    path.write_text(header + body, encoding="utf-8")
    return Files(events=(str(path),))


def test_each_bad_row_goes_to_quarantine_with_its_line_rule_and_reason(tmp_path: Path) -> None:
    """Lines 2 and 10 are good; each of the others breaks the one rule named."""
    body = (
        "u1,i1,2025-05-01T10:00:00,purchase,1,2.50\n"
        ",i1,2025-05-01,purchase,1,2.50\n"
        "u1,,2025-05-01,purchase,1,2.50\n"
        "u1,i1,yesterday,purchase,1,2.50\n"
        "u1,i1,2025-05-01,purchase,1,abc\n"
        "u1,i1,2025-05-01,purchase,1,-2\n"
        "u1,i1,2027-05-01,purchase,1,2\n"
        "u1,i1,2025-05-01,wink,1,2\n"
        "u2,i2,2025-05-02,view,,\n"
        "u1,i1,2025-05-01,purchase,0,2\n"
    )
    report = loaded(tmp_path, csv(tmp_path, body), Map(cleaning=Cleaning(max_bad_share=0.9)))
    assert [(row["line"], row["rule"]) for row in quarantined(report)] == [
        (3, "missing_ids"),
        (4, "missing_ids"),
        (5, "unparsable_time"),
        (6, "unparsable_number"),
        (7, "impossible_values"),
        (8, "impossible_values"),
        (9, "unknown_event_type"),
        (11, "impossible_values"),
    ]
    number = quarantined(report)[3]
    assert number["reason"] == 'price "abc" is not a number'
    assert number["source"] == "events.csv"
    assert '"price":"abc"' in number["row"]
    events = report.table("events")
    assert (events.read, events.kept, events.faults) == (10, 2, 8)
    assert [row["user_id"] for row in rows_of(tmp_path)] == ["u1", "u2"]


def test_times_keep_their_fractions_of_a_second(tmp_path: Path) -> None:
    """Also the first and the last of a month, by which files and the events that are there already are found."""
    written = ("2025-05-01T10:00:00.000001", "2025-05-31T23:59:59.999999", "2025-06-01T00:00:00.500000")
    file = csv(tmp_path, "".join(f"u1,i1,{time},purchase,1,2\n" for time in written))
    loaded(tmp_path, file)
    assert loaded(tmp_path, file).table("events").already_there == 3
    assert [row["timestamp"].isoformat() for row in rows_of(tmp_path)] == [f"{time}+00:00" for time in written]


def test_loading_the_same_file_twice_changes_nothing_and_more_is_appended(tmp_path: Path) -> None:
    first = csv(tmp_path, "u1,i1,2025-05-01,purchase,1,2\nu1,i2,2025-06-01,purchase,1,2\n")
    assert loaded(tmp_path, first).table("events").kept == 2
    fingerprint, counts = lake_of(tmp_path).fingerprint(), lake_of(tmp_path).counts()
    again = loaded(tmp_path, first).table("events")
    assert (again.kept, again.already_there) == (0, 2)
    assert (lake_of(tmp_path).fingerprint(), lake_of(tmp_path).counts()) == (fingerprint, counts)
    more = csv(tmp_path, "u1,i2,2025-06-01,purchase,1,2\nu9,i9,2025-06-02,view,,\n", name="more.csv")
    report = loaded(tmp_path, more).table("events")
    assert (report.kept, report.already_there) == (1, 1)
    assert lake_of(tmp_path).counts()["events"] == 3


def test_fingerprint_is_the_same_in_whatever_portions_the_rows_came(tmp_path: Path) -> None:
    rows = ["u1,i1,2025-05-01,purchase,1,2\n", "u1,i2,2025-05-02,purchase,1,2\n", "u2,i2,2025-06-02,view,,\n"]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    loaded(tmp_path / "a", csv(tmp_path / "a", "".join(rows)))
    for number, row in enumerate(reversed(rows)):
        loaded(tmp_path / "b", csv(tmp_path / "b", row, name=f"{number}.csv"))
    assert lake_of(tmp_path / "a").fingerprint() == lake_of(tmp_path / "b").fingerprint()


def test_later_ones_of_equal_rows_are_set_aside_unless_the_rule_is_off(tmp_path: Path) -> None:
    body = "u1,i1,2025-05-01,view,,\n" * 3 + "u1,i2,2025-05-01,view,,\n"
    for name, on, kept in (("on", True, 2), ("off", False, 4)):
        folder = tmp_path / name
        folder.mkdir()
        shop = Map(cleaning=Cleaning(exact_duplicates=ExactDuplicates(on=on)))
        report = loaded(folder, csv(folder, body), shop).table("events")
        assert report.kept == kept
        assert report.set_aside == ({"exact_duplicates": 2} if on else {})
        assert len({row["event_id"] for row in rows_of(folder)}) == kept
        assert loaded(folder, csv(folder, body), shop).table("events").kept == 0


def test_sixty_four_bit_ids_and_strange_ids_stay_byte_for_byte(tmp_path: Path) -> None:
    strange = [
        " two  spaces ",
        "it's",
        "🍞",
        "İstanbul",
        "9223372036854775807",
        "18446744073709551615",
        "007",
    ]
    body = "".join(f'"{one}",i,2025-05-01,view,,\n' for one in strange) + '"a ""quoted"" id",i,2025-05-01,view,,\n'
    loaded(tmp_path, csv(tmp_path, body))
    assert sorted(row["user_id"] for row in rows_of(tmp_path)) == sorted([*strange, 'a "quoted" id'])


def test_lines_are_true_below_rows_of_several_lines_blank_lines_and_broken_lines(tmp_path: Path) -> None:
    """The file, by line: 1 header, 2–3 one row of two lines, 4 blank, 5 three fields, 6 a good row, 7 a bad
    time.
    """
    body = 'u1,"a\nb",2025-05-01,view,,\n\nu2,i2,2025-05-01\nu3,i3,2025-05-01,view,,\nu4,i4,never,view,,\n'
    report = loaded(tmp_path, csv(tmp_path, body), Map(cleaning=Cleaning(max_bad_share=0.9)))
    assert [(row["line"], row["rule"]) for row in quarantined(report)] == [
        (5, "unreadable_lines"),
        (7, "unparsable_time"),
    ]
    assert report.table("events").kept == 2


def test_too_many_bad_rows_stop_the_load_and_say_which_rules_took_them(tmp_path: Path) -> None:
    good = csv(tmp_path, "u1,i1,2025-05-01,view,,\n")
    loaded(tmp_path, good)
    before = lake_of(tmp_path).fingerprint()
    bad = csv(tmp_path, "u2,i1,2025-05-01,view,,\nu1,i1,x,view,,\nu1,i1,2025-05-01,view,,abc\n", name="bad.csv")
    with pytest.raises(InputError, match=r"2 of 3 rows are bad, more than 30%.*unparsable_number 1"):
        loaded(tmp_path, bad)
    assert lake_of(tmp_path).fingerprint() == before
    assert len(list((tmp_path / "quarantine").iterdir())) == 1


def test_negative_quantity_becomes_a_return_and_is_netted_when_the_lake_is_read(tmp_path: Path) -> None:
    """5 bought in May, 2 brought back in June: 5 are left at the end of May and 3 at the end of June."""
    body = "u1,i1,2025-05-10,purchase,5,2\nu1,i1,2025-06-10,purchase,-2,2\n"
    report = loaded(tmp_path, csv(tmp_path, body)).table("events")
    assert report.mended == {"negative_quantity": 1}
    assert (report.returns, report.matched_returns) == (1, 1)
    lake = lake_of(tmp_path)
    before = lake.events(until="2025-06-01").to_pyarrow().to_pylist()
    assert [(row["event_type"], row["quantity"]) for row in before] == [("purchase", 5.0)]
    assert sorted((row["event_type"], row["quantity"]) for row in rows_of(tmp_path)) == [
        ("purchase", 3.0),
        ("return", 2.0),
    ]


def test_catalogue_is_upserted_and_its_own_columns_and_older_values_stay(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("item_id,title,category,colour\ni1, Red  Tea ,TEA,red\ni2,Mug,Mugs,\n")
    (tmp_path / "two.csv").write_text("item_id,title\ni1,Green Tea\ni3,Pot\n")
    loaded(tmp_path, Files(catalog=(str(tmp_path / "one.csv"),)))
    loaded(tmp_path, Files(catalog=(str(tmp_path / "two.csv"),)))
    catalog = lake_of(tmp_path).table("catalog")
    assert catalog is not None
    rows = {row["item_id"]: (row["title"], row["category"], row["colour"]) for row in catalog.to_pyarrow().to_pylist()}
    assert rows == {"i1": ("Green Tea", "TEA", "red"), "i2": ("Mug", "Mugs", None), "i3": ("Pot", None, None)}


def test_non_goods_by_category_are_set_aside_even_if_the_catalogue_was_loaded_before(tmp_path: Path) -> None:
    (tmp_path / "catalog.csv").write_text("item_id,title,category\ni1,Tea,TEA\npost,Postage,FEES\n")
    shop = Map(cleaning=Cleaning(non_goods=NonGoods(categories=("FEES",))))
    loaded(tmp_path, Files(catalog=(str(tmp_path / "catalog.csv"),)), shop)
    body = "u1,i1,2025-05-01,purchase,1,2\nu1,post,2025-05-01,purchase,1,2\nu1,new,2025-05-01,purchase,1,2\n"
    report = loaded(tmp_path, csv(tmp_path, body), shop)
    events = report.table("events")
    assert (events.set_aside, events.faults, events.off_catalog) == ({"non_goods": 1}, 0, 1)
    assert [row["line"] for row in quarantined(report)] == [3]
    assert [row["item_id"] for row in rows_of(tmp_path)] == ["i1", "new"]


def test_catalogue_from_events_takes_the_most_frequent_title_and_of_equals_the_first_by_bytes(
    tmp_path: Path,
) -> None:
    shop = Map(
        columns={
            "events": {
                "user_id": "who",
                "item_id": "what",
                "timestamp": "at",
                "event_type": Value(value="purchase"),
            },
            "catalog": {"from": "events", "item_id": "what", "title": "text"},
        }
    )
    body = "u1,i1,2025-01-01,Tea\nu2,i1,2025-01-02,Tea\nu3,i1,2025-01-03,tea?\n"
    body += "u1,i2,2025-01-01,Zoo\nu2,i2,2025-01-01,Ape\n"
    loaded(tmp_path, csv(tmp_path, body, "who,what,at,text\n"), shop)
    catalog = lake_of(tmp_path).table("catalog")
    assert catalog is not None
    assert {row["item_id"]: row["title"] for row in catalog.to_pyarrow().to_pylist()} == {
        "i1": "Tea",
        "i2": "Ape",
    }


def test_times_without_a_zone_are_in_the_shop_zone_also_where_clocks_change(tmp_path: Path) -> None:
    """London: noon in July is 11:00 UTC; 01:30 on 30 March 2025 does not exist; an offset of its own wins."""
    body = "u1,a,2025-07-01 12:00,view,,\nu1,b,2025-03-30 01:30,view,,\nu1,c,2025-07-01T12:00:00+02:00,view,,\n"
    body += "u1,d,1751371200,view,,\nu1,e,1751371200000000,view,,\n"
    loaded(tmp_path, csv(tmp_path, body), Map(timezone="Europe/London"))
    times = {row["item_id"]: row["timestamp"].isoformat() for row in rows_of(tmp_path)}
    assert times["a"] == "2025-07-01T11:00:00+00:00"
    assert times["b"] in ("2025-03-30T01:30:00+00:00", "2025-03-30T00:30:00+00:00")
    assert times["c"] == "2025-07-01T10:00:00+00:00"
    assert times["d"] == times["e"] == "2025-07-01T12:00:00+00:00"


def test_a_time_format_and_a_decimal_comma_are_read_as_the_map_says(tmp_path: Path) -> None:
    shop = Map(
        columns={
            "events": {
                "timestamp": Taken(column="timestamp", format="%d/%m/%Y %H:%M"),
                "price": Taken(column="price", decimal=","),
                "event_type": Taken(column="event_type", values={"kauf": "purchase"}),
            }
        },
        delimiter=";",
    )
    loaded(tmp_path, csv(tmp_path, "u1;i1;2/1/2025 9:05;kauf;1;1.234,50\n", HEADER.replace(",", ";")), shop)
    (row,) = rows_of(tmp_path)
    assert (row["timestamp"].isoformat(), row["price"]) == ("2025-01-02T09:05:00+00:00", 1234.5)


def test_frames_of_pandas_polars_and_arrow_load_alike(tmp_path: Path) -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")

    columns = {
        "user_id": [2**63 - 1, 7],
        "item_id": ["a", "b"],
        "timestamp": ["2025-01-01", "2025-01-02"],
        "event_type": ["view", "purchase"],
    }
    prints = set()
    for name, frame in (
        ("p", pandas.DataFrame(columns)),
        ("q", polars.DataFrame(columns)),
        ("r", pa.table(columns)),
    ):
        loaded(tmp_path / name, Frames(events=frame))
        assert [row["user_id"] for row in rows_of(tmp_path / name)] == ["7", str(2**63 - 1)]
        prints.add(lake_of(tmp_path / name).fingerprint())
    assert len(prints) == 1
