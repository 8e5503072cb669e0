"""Sheets: Chinese and English, .xls and .xlsx, unknown layouts, and files that are not sheets."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from acctgate.sources.compliance.sheet import SheetError, read_sheets
from tests.support import HERE

SHEETS = HERE / "examples" / "sheets"


def test_a_chinese_xls() -> None:
    (sheet,) = read_sheets(SHEETS / "chinese.xls")
    assert sheet.name == "合规报告"
    assert sheet.records[0] == {
        "规则名称": "RAM用户开启MFA",
        "规则ID": "cr-1",
        "风险等级": "高风险",
        "资源ID": "alice",
        "资源类型": "ACS::RAM::User",
        "合规结果": "不合规",
    }
    assert len(sheet.records) == 2


def test_an_english_xlsx_with_a_title_above_its_header() -> None:
    (sheet,) = read_sheets(SHEETS / "english.xlsx")
    assert sheet.columns == ("Rule", "Risk level", "Resources", "Checked")
    assert sheet.records == [
        {"Rule": "ram-user-mfa", "Risk level": "High", "Resources": 3, "Checked": "2026-11-01T10:00:00"},
        {"Rule": "oss-encryption", "Risk level": "Medium", "Resources": 0.5, "Checked": ""},
    ]


def test_columns_whose_names_differ_by_blanks_only_stay_apart(tmp_path: Path) -> None:
    file = tmp_path / "blanks.xlsx"
    with ZipFile(SHEETS / "english.xlsx") as before, ZipFile(file, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(b">Risk level<", b' xml:space="preserve">Rule <'))
    (sheet,) = read_sheets(file)
    assert sheet.columns == ("Rule", "Rule (2)", "Resources", "Checked")
    assert (sheet.records[0]["Rule"], sheet.records[0]["Rule (2)"]) == ("ram-user-mfa", "High")


def test_an_unknown_layout_is_kept_as_it_is() -> None:
    (sheet,) = read_sheets(SHEETS / "no-header.xlsx")
    assert (sheet.columns, sheet.rows, sheet.records) == ((), ((1, 2), (3, "x")), [])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"<html>AccessDenied</html>", "not a valid"),
        (b"PK\x03\x04 no archive", "not a valid"),
        ((SHEETS / "english.xlsx").read_bytes()[:2000], "not a valid"),
        ((SHEETS / "chinese.xls").read_bytes()[:1500], "not a valid"),
        ((SHEETS / "empty.xlsx").read_bytes(), "has no rows"),
    ],
    ids=["empty", "html", "no archive", "truncated xlsx", "truncated xls", "no rows"],
)
@pytest.mark.parametrize("suffix", ["xls", "xlsx"])
def test_what_is_no_sheet_is_one_line(tmp_path: Path, content: bytes, message: str, suffix: str) -> None:
    (file := tmp_path / f"report.{suffix}").write_bytes(content)
    with pytest.raises(SheetError, match=message) as caught:
        read_sheets(file)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="no such file"):
        read_sheets(tmp_path / "nothing.xlsx")


def test_a_small_file_cannot_take_all_memory() -> None:
    """It claims billions of cells: see `workbook.py`."""
    with pytest.raises(SheetError, match="not a valid"):
        read_sheets(HERE / "fuzz" / "crashes" / "sheet-xls-memory.xls")
