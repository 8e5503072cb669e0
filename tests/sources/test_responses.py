"""Raw API answers: the documents' own examples, and everything around them that a file can hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from acctgate.model.snapshot import Path as Keys
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.sources import SourceError
from acctgate.sources.responses import read_responses
from tests.support import HERE, name_of, seed

ANSWERS = sorted((HERE / "examples" / "responses").iterdir())
PREFERENCE = '{"SecurityPreference": {"MFAPreference": {"AllowUserToManageMFADevices": true}}}'


def _read(*paths: Path) -> Snapshot:
    return read_responses(map(str, paths))


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _leaves(value: Any, keys: Keys = ()) -> Iterator[Keys]:
    """Where the single values of a document stand."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield keys
    for key, item in items or ():
        yield from _leaves(item, (*keys, key))


@pytest.mark.parametrize("path", ANSWERS, ids=name_of)
def test_an_example_of_the_documents(path: Path) -> None:
    expected = json.loads((HERE / "examples" / "expected" / f"{path.stem}.json").read_text(encoding="utf-8"))
    snapshot = _read(path)
    assert _json(snapshot.document) == _json(expected)
    assert not snapshot.problems
    for keys in _leaves(expected):
        assert not isinstance(snapshot.read(keys), Unknown), keys


@pytest.mark.parametrize("stem", ["001-security-practice", "002-security-preference", "003-security-preference"])
def test_json_and_xml_of_a_document_agree(stem: str) -> None:
    assert _json(_read(seed(f"{stem}.json")).document) == _json(_read(seed(f"{stem}.xml")).document)


def test_all_examples_are_there() -> None:
    """8 success answers stand in the five documents; two of them in an HTTP answer."""
    assert len(ANSWERS) == 8
    assert sum(path.read_text(encoding="utf-8").startswith("HTTP/1.1 200 OK\n") for path in ANSWERS) == 2


def test_several_answers_make_up_one_account() -> None:
    snapshot = _read(
        *(seed(f"{n}.json") for n in ("000-security-practice", "002-security-preference", "004-compliance-pack-report"))
    )
    assert set(snapshot.document) == {
        "version",
        "SecurityPreference",
        "AccountSecurityPracticeInfo",
        "CompliancePackReports",
    }


def test_one_file_may_hold_several_answers(tmp_path: Path) -> None:
    together: dict[str, Any] = {}
    for name in ("000-security-practice.json", "003-security-preference.json", "004-compliance-pack-report.json"):
        together |= json.loads(seed(name).read_text(encoding="utf-8"))
    (file := tmp_path / "all.json").write_text(json.dumps(together))
    snapshot = _read(file)
    assert snapshot.read(("AccountSecurityPracticeInfo", "Score")) == 63
    assert snapshot.read(("CompliancePackReports", 0, "ReportStatus")) == "COMPLETE"
    assert snapshot.read(("SecurityPreference", "LoginProfilePreference", "LoginNetworkMasks")) == ""


def test_several_packs_are_kept_in_order(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).write_text(f'{{"CompliancePackReport": {{"CompliancePackId": "cp-{name}"}}}}')
    reports = _read(tmp_path / "b", tmp_path / "a").document["CompliancePackReports"]
    assert [report["CompliancePackId"] for report in reports] == ["cp-b", "cp-a"]


@pytest.mark.parametrize(
    "head",
    [
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-acs-request-id: A-B\r\n\r\n",
        "HTTP/2 200\ncontent-type:application/json\n",
        "\n\nHTTP/1.1 200 OK\n\n",
        pytest.param("HTTP/1.1 100 Continue\r\n\r\n" * 2_000 + "HTTP/1.1 200 OK\n\n", id="many"),
        "\ufeff",
        "\n \t\n",
    ],
)
def test_what_may_stand_before_the_body(tmp_path: Path, head: str) -> None:
    (file := tmp_path / "answer").write_bytes((head + PREFERENCE).encode())
    assert _read(file).read(("SecurityPreference", "MFAPreference", "AllowUserToManageMFADevices")) is True


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85"])
def test_a_body_is_not_split_at_what_json_may_contain(tmp_path: Path, character: str) -> None:
    body = json.dumps({**json.loads(PREFERENCE), "Note": f"a{character}b"}, ensure_ascii=False)
    (file := tmp_path / "answer").write_bytes(f"HTTP/1.1 200 OK\r\n\r\n{body}".encode())
    assert _read(file).read(("SecurityPreference", "MFAPreference", "AllowUserToManageMFADevices")) is True


def test_a_preamble_does_not_shift_the_lines_of_errors(tmp_path: Path) -> None:
    (file := tmp_path / "answer").write_text('HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\n "a": ?\n}')
    with pytest.raises(SourceError, match=r"answer:5: invalid JSON"):
        _read(file)


def test_secrets_are_dropped_on_reading() -> None:
    text = json.dumps(_read(seed("004-compliance-pack-report.json")).document)
    assert "ReportUrl" not in text and "Signature" not in text and "OSSAccessKeyId" not in text


def test_other_urls_lose_their_query(tmp_path: Path) -> None:
    (file := tmp_path / "a").write_text(
        '{"CompliancePackReport": {"CompliancePackId": "x", "Other": "see https://u:p@h.example/x?Signature=abc#y."}}'
    )
    (report,) = _read(file).document["CompliancePackReports"]
    assert report["Other"] == "see https://h.example/x"


@pytest.mark.parametrize(
    ("first", "second", "account"),
    [
        ("0", "0", None),
        ("0", "1234567890123456", "1234567890123456"),
        ('"120886317861****"', "1234567890123456", "1234567890123456"),
        ('"1234567890123456"', "1234567890123456", "1234567890123456"),
        ("true", "null", None),
    ],
)
def test_the_account_that_answers_name(tmp_path: Path, first: str, second: str, account: str | None) -> None:
    for name, number in (("1", first), ("2", second)):
        (tmp_path / name).write_text(f'{{"CompliancePackReport": {{"AccountId": {number}}}}}')
    assert _read(tmp_path / "1", tmp_path / "2").account_id == account


def test_answers_of_two_accounts_are_refused(tmp_path: Path) -> None:
    for name in ("1", "2"):
        (tmp_path / name).write_text(f'{{"CompliancePackReport": {{"AccountId": {name * 16}}}}}')
    with pytest.raises(SourceError, match=r"names account 2222222222222222, but .*1 names 1111111111111111"):
        _read(tmp_path / "1", tmp_path / "2")


def test_any_answer_may_name_its_account(tmp_path: Path) -> None:
    (one := tmp_path / "1").write_text(PREFERENCE[:-1] + ', "AccountId": "1111111111111111"}')
    assert _read(one).account_id == "1111111111111111"
    (two := tmp_path / "2").write_text(_json({"PasswordPolicy": {}, "AccountId": 2222222222222222}))
    with pytest.raises(SourceError, match=r"names account 2222222222222222, but .*1 names 1111111111111111"):
        _read(one, two)


def test_the_callers_identity_names_the_account(tmp_path: Path) -> None:
    (file := tmp_path / "i").write_text('{"AccountId": "1234567890123456", "IdentityType": "RAMUser", "Arn": "a"}')
    assert _read(file, seed("003-security-preference.json")).account_id == "1234567890123456"


def test_the_same_section_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"SecurityPreference is also in .*002"):
        _read(seed("002-security-preference.json"), seed("003-security-preference.json"))


@pytest.mark.parametrize(
    ("answer", "section"),
    [
        ('{"AccessDeniedDetail": {"AuthAction": "ram:GetSecurityPreference"}, %s}', "SecurityPreference"),
        (
            '{"AccessDeniedDetail": {"AuthAction": "ram:GetAccountSecurityPracticeReport"}, %s}',
            "AccountSecurityPracticeInfo",
        ),
        ('{"AccessDeniedDetail": {"AuthAction": "config:GetCompliancePackReport"}, %s}', "CompliancePackReports"),
        ('{"AccessDeniedDetail": {"AuthAction": "config:ListCompliancePacks"}, %s}', "CompliancePackReports"),
    ],
)
def test_an_error_answer_is_an_error_in_its_section(tmp_path: Path, answer: str, section: str) -> None:
    (file := tmp_path / "e").write_text(answer % '"Code": "NoPermission", "Message": "No.", "RequestId": "R-1"')
    snapshot = _read(file)
    assert snapshot.errors == {section: {"code": "NoPermission", "message": "No.", "request_id": "R-1"}}
    found = snapshot.read((section,))
    assert isinstance(found, Unknown) and "NoPermission: No. (request id R-1)" in found.reason


def test_an_xml_error_is_recognized_by_its_detail(tmp_path: Path) -> None:
    (file := tmp_path / "e").write_text(
        "<Error><Code>NoPermission</Code><Message>No.</Message>"
        "<AccessDeniedDetail><AuthAction>ram:GetSecurityPreference</AuthAction></AccessDeniedDetail></Error>"
    )
    assert set(_read(file).errors) == {"SecurityPreference"}


def test_an_error_of_who_knows_what_is_refused(tmp_path: Path) -> None:
    (file := tmp_path / "e").write_text('{"Code": "Throttling.User", "Message": "Slow down."}')
    with pytest.raises(SourceError, match=r"Throttling\.User: Slow down\..*does not name its operation"):
        _read(file)


XML_ANSWER = "<R><SecurityPreference><MFAPreference/></SecurityPreference>%s</R>"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PREFERENCE[:-1] + ', "Code": "NoPermission", "Message": "No."}', "NoPermission: No."),
        (PREFERENCE[:-1] + ', "Code": 403}', "failed with 403: no message"),
        (PREFERENCE[:-1] + ', "Code": ""}', "SecurityPreference contradicts its error"),
        (PREFERENCE[:-1] + ', "errorCode": "NoPermission", "errorMessage": "No."}', "NoPermission: No."),
        (PREFERENCE[:-1] + ', "code": "NoPermission", "message": "No."}', "NoPermission: No."),
        (PREFERENCE[:-1] + ', "Success": false}', "success: false: no message"),
        (PREFERENCE[:-1] + ', "Code": "NoPermission", "Message": "No.", "code": null}', "NoPermission: No."),
        (PREFERENCE[:-1] + ', "Success": false, "success": true}', "success: false: no message"),
        (XML_ANSWER % "<Code>Throttling</Code><Message>Slow.</Message>", "Throttling: Slow."),
        (XML_ANSWER % "<Success>false</Success>", "success: false: no message"),
        (f"HTTP/1.1 error\n\n{PREFERENCE}", "the HTTP status of the answer cannot be read"),
        (f"HTTP/1.1 403 Forbidden\r\nX: y\r\n\r\n{PREFERENCE}", "HTTP403: the HTTP status of the answer is 403"),
        (f"HTTP/2 500\n\n{PREFERENCE}", "HTTP500"),
        (f"HTTP/1.1 302 Found\n\n{PREFERENCE}", "HTTP302"),
        (f"HTTP/1.1 200 OK\n\nHTTP/1.1 403 Forbidden\n\n{PREFERENCE}", "HTTP403"),
    ],
)
def test_an_answer_that_contradicts_itself_is_unknown(tmp_path: Path, text: str, reason: str) -> None:
    (file := tmp_path / "answer").write_text(text)
    found = _read(file).read(("SecurityPreference", "MFAPreference"))
    assert isinstance(found, Unknown) and "SecurityPreference contradicts its error" in found.reason
    assert reason in found.reason


def test_an_error_inside_a_section_is_unknown(tmp_path: Path) -> None:
    section = {**json.loads(PREFERENCE)["SecurityPreference"], "Code": "Throttling", "Message": "Slow."}
    (file := tmp_path / "answer").write_text(_json({"SecurityPreference": section}))
    found = _read(file).read(("SecurityPreference", "MFAPreference"))
    assert isinstance(found, Unknown)
    assert found.reason == "SecurityPreference contains an error: GetSecurityPreference failed with Throttling: Slow."


def test_a_success_is_no_error(tmp_path: Path) -> None:
    (file := tmp_path / "answer").write_text(PREFERENCE[:-1] + ', "Success": true, "Code": null}')
    assert not isinstance(_read(file).read(("SecurityPreference", "MFAPreference")), Unknown)


def test_an_error_beside_a_pack_report_is_unknown(tmp_path: Path) -> None:
    report = {"CompliancePackId": "cp-1", "ReportStatus": "COMPLETE"}
    (file := tmp_path / "answer").write_text(_json({"CompliancePackReport": report, "Code": "Busy", "Message": "No."}))
    found = _read(file).read(("CompliancePackReports", 0, "ReportStatus"))
    assert isinstance(found, Unknown) and "Busy: No." in found.reason


def test_an_error_beside_its_section_is_refused(tmp_path: Path) -> None:
    (file := tmp_path / "e").write_text(
        '{"Code": "NoPermission", "AccessDeniedDetail": {"AuthAction": "ram:GetSecurityPreference"}}'
    )
    for paths in ((file, seed("002-security-preference.json")), (seed("002-security-preference.json"), file)):
        with pytest.raises(SourceError, match="SecurityPreference"):
            _read(*paths)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("HTTP/1.1 200 OK\n\n", "HTTP preamble but no body"),
        ("{}", "not an answer of these APIs"),
        ("[]", "JSON object or an XML element"),
        ("null", "JSON object or an XML element"),
        ('{"SecurityPreference": {}', "answer:1: invalid JSON"),
        ('{"SecurityPreference": {}} x', "answer:1: invalid JSON"),
        ('{"a": 1,\n"a": 2}', "duplicate key a"),
        ('{"SecurityPreference": {"x": NaN}}', "NaN is not a JSON number"),
        ('{"SecurityPreference": {"x": -Infinity}}', "Infinity is not a JSON number"),
        ("[" * 100_000, "nested too deeply"),
        ('{"SecurityPreference": {"x": ' + "[" * 700 + "]" * 700 + "}}", "nested too deeply"),
        ("<a>" * 100_000, "invalid XML"),
        ("<a>" * 250 + "</a>" * 250, "invalid XML: nested too deeply"),
        ("<SecurityPreference>", "invalid XML"),
        ("<a/>\n<b/>", "answer:2: invalid XML"),
        ("<html><body>Bad gateway</body></html>", "not an answer of these APIs"),
        ("SecurityPreference: {}", "answer:1: invalid JSON"),
        ("1" * 5000, "no JSON could be read"),
    ],
)
def test_what_is_no_answer(tmp_path: Path, text: str, message: str) -> None:
    (file := tmp_path / "answer").write_text(text)
    with pytest.raises(SourceError) as caught:
        _read(file)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(file)) and str(caught.value).isprintable()


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd">',
        '<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>',
    ],
)
def test_xml_with_entities_is_refused(tmp_path: Path, prolog: str) -> None:
    (file := tmp_path / "a.xml").write_text(
        f"{prolog}<GetSecurityPreferenceResponse>&b;</GetSecurityPreferenceResponse>"
    )
    with pytest.raises(SourceError, match="document type or entities"):
        _read(file)


@pytest.mark.parametrize(
    ("inner", "keys", "reason"),
    [
        ("<LoginSessionDuration>six</LoginSessionDuration>", "LoginSessionDuration", "integer"),
        ("<LoginSessionDuration>6.5</LoginSessionDuration>", "LoginSessionDuration", "integer"),
        ("<LoginSessionDuration>６</LoginSessionDuration>", "LoginSessionDuration", "integer"),
        ("<LoginSessionDuration/>", "LoginSessionDuration", "integer"),
        ("<LoginSessionDuration>25</LoginSessionDuration>", "LoginSessionDuration", "24"),
        ("<EnableSaveMFATicket>TRUE</EnableSaveMFATicket>", "EnableSaveMFATicket", "boolean"),
        ("<EnableSaveMFATicket>1</EnableSaveMFATicket>", "EnableSaveMFATicket", "boolean"),
        (
            "<EnableSaveMFATicket>false</EnableSaveMFATicket><EnableSaveMFATicket>true</EnableSaveMFATicket>",
            "EnableSaveMFATicket",
            "boolean",
        ),
    ],
)
def test_xml_that_its_type_cannot_read_is_unknown(tmp_path: Path, inner: str, keys: str, reason: str) -> None:
    (file := tmp_path / "a.xml").write_text(
        "<GetSecurityPreferenceResponse><SecurityPreference><LoginProfilePreference>"
        f"{inner}</LoginProfilePreference></SecurityPreference></GetSecurityPreferenceResponse>"
    )
    found = _read(file).read(("SecurityPreference", "LoginProfilePreference", keys))
    assert isinstance(found, Unknown) and reason in found.reason


@pytest.mark.parametrize(
    ("inner", "found"),
    [
        ("<T><V>sms</V><V>email</V></T>", ["sms", "email"]),
        ("<T>sms</T><T>email</T>", ["sms", "email"]),
        ("<T>sms</T>", ["sms"]),
        ("<T/>", []),
        ("<T> </T>", []),
    ],
    ids=["an element around", "the tag repeats", "the tag once", "empty", "blank"],
)
def test_an_xml_list_of_texts(tmp_path: Path, inner: str, found: list[str]) -> None:
    kind = "VerificationPreference"
    preference = f"<{kind}>{inner.replace('T>', 'VerificationTypes>').replace('T/', 'VerificationTypes/')}</{kind}>"
    (file := tmp_path / "a.xml").write_text(f"<R><SecurityPreference>{preference}</SecurityPreference></R>")
    assert _read(file).read(("SecurityPreference", kind, "VerificationTypes")) == found


def test_xml_with_a_namespace_a_comment_and_cdata(tmp_path: Path) -> None:
    (file := tmp_path / "a.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><!-- x --><r xmlns="urn:y"><SecurityPreference>'
        "<LoginProfilePreference><LoginNetworkMasks><![CDATA[10.0.0.0/8]]></LoginNetworkMasks>"
        "<LoginSessionDuration> 6\n</LoginSessionDuration></LoginProfilePreference></SecurityPreference></r>"
    )
    login = _read(file).document["SecurityPreference"]["LoginProfilePreference"]
    assert login == {"LoginNetworkMasks": "10.0.0.0/8", "LoginSessionDuration": 6}


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (binary := tmp_path / "binary").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    with (large := tmp_path / "large").open("wb") as file:
        file.truncate(50 << 20)
    for path, message in (
        (tmp_path / "missing", "no such file"),
        (tmp_path, "is a directory"),
        (binary, "not valid UTF-8"),
        (large, "larger than 10 MiB"),
    ):
        with pytest.raises(SourceError, match=message) as caught:
            _read(path)
        assert str(caught.value).startswith(f"{path}: ")


def test_a_second_head_before_the_body(tmp_path: Path) -> None:
    heads = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX_Y: z\r\n folded\r\n\r\n"
    (tmp_path / "answer").write_text(heads + '{"AccountSecurityPracticeInfo": {"Score": 90}}')
    assert read_responses([str(tmp_path / "answer")]).read(("AccountSecurityPracticeInfo", "Score")) == 90
