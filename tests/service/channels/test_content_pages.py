"""An official text is uploaded, completed and published at the console by two people, with the real commands."""

import io
import random
import re
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import docx
import pytest
import yaml
from fastapi import FastAPI
from httpx2 import Response
from pydantic import TypeAdapter

from corpus.settings import ROOT
from corpus.snapshot import current_id
from service.accounts import Role
from service.app import build_app
from service.channels.console.child import Busy, Done
from service.database import open_database
from service.document_file import LONGEST
from service.impact import Impact
from service.publications import Outcome, Publications
from service.settings import Settings
from tests.service.channels.test_console import Desk
from tests.service.conftest import NOW

OFFICIAL = "咸安区托育服务补贴办法\n第一条 为了说明写法，制定本办法。\n第二条 托育补贴每学期发放700元。\n"
HEAD = {
    "title": "咸安区托育服务补贴办法",
    "issuer": "咸安区人民政府",
    "published_on": "2026-06-01",
    "effective_from": "2026-07-01",
    "scope": "湖北省咸宁市咸安区",
    "authority": "区",
}


@pytest.fixture
def folder(tmp_path: Path, published: Path) -> Path:
    """A corpus of its own, published in a data folder of its own."""
    for name in ("documents", "questions", "words"):
        shutil.copytree(ROOT / "corpus" / name, tmp_path / name)
    shutil.copy(ROOT / "corpus" / "office.yaml", tmp_path)
    shutil.copytree(published, tmp_path / "var")
    return tmp_path


@pytest.fixture
def app(folder: Path) -> FastAPI:
    own = {"data_dir": folder / "var", "corpus_dir": folder, "embedding_model": "builtin"}
    return build_app(Settings(_env_file=None, **own), now=lambda: NOW)  # type: ignore[arg-type]


@pytest.fixture
def editor(app: FastAPI, folder: Path) -> Desk:
    return Desk(app, folder / "var" / "records.sqlite", "王编", Role.EDITOR)


@pytest.fixture
def approver(app: FastAPI, folder: Path) -> Desk:
    return Desk(app, folder / "var" / "records.sqlite", "李审", Role.APPROVER)


def upload(desk: Desk, content: bytes, id: str, name: str = "办法.txt") -> Response:
    return desk.client.post(
        "/console/documents", data={"id": id}, files={"file": (name, content)}, headers=desk.headers
    )


def digest(page: str) -> str:
    return page.partition('name="digest" value="')[2].partition('"')[0]


def seen(page: str) -> dict[str, str]:
    """Which proposal the approver's page shows."""
    return {name: hidden(page, name) for name in ("proposal", "snapshot")}


def hidden(page: str, name: str) -> str:
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


def told(desk: Desk, done: Response) -> str:
    """What the page says to which the browser is sent after a change."""
    assert done.status_code == 303
    page: str = desk.client.get(done.headers["location"]).text
    return page.partition('role="status">')[2].partition("<")[0]


def completed(draft: str) -> str:
    """The draft with every field filled in as a person would."""
    lines = draft.split("\n")
    for field, value in HEAD.items():
        at = next(number for number, line in enumerate(lines) if line.startswith(f"{field}:"))
        lines[at] = f"{field}: {value}"
    return "\n".join(lines)


def test_an_official_text_goes_from_upload_to_live_and_back(
    folder: Path, editor: Desk, approver: Desk, app: FastAPI
) -> None:
    first = current_id(folder / "var")
    added = upload(editor, OFFICIAL.encode(), "xianan-childcare-2026")
    assert (added.status_code, "读成了草稿" in added.text) == (200, True)
    path = folder / "documents" / "xianan-childcare-2026.md"

    opened = editor.get("/documents/xianan-childcare-2026")
    assert "处不对" in opened.text
    saved = editor.submit(
        "/documents/xianan-childcare-2026", text=completed(path.read_text(encoding="utf-8")), digest=digest(opened.text)
    )
    assert "检查通过" in saved.text

    difference = editor.submit("/publications/diff")
    assert "<ins>第二条 托育补贴每学期发放700元。</ins>" in difference.text.partition("<details open><summary>原文<")[2]
    assert difference.text.count("<details><summary>条款名称、位置等</summary>") == 2
    assert '<tr><th scope="row">发文机关</th><td></td><td><ins>咸安区人民政府</ins></td></tr>' in difference.text
    assert told(editor, editor.submit("/publications/propose", why="新办法")) == "已提出，等另一位审批发布"
    assert current_id(folder / "var") == first
    form = seen(approver.get("/publications").text)
    assert approver.submit("/publications/publish", **form | {"proposal": "99"}).status_code == 422
    assert current_id(folder / "var") == first
    assert told(approver, approver.submit("/publications/publish", **form)) == "已发布，服务已经换到新的条款"
    clause = "/api/v1/clauses/xianan-childcare-2026/2"
    assert approver.client.get(clause).json()["text"] == "第二条 托育补贴每学期发放700元。"

    page = approver.get("/publications").text
    live = current_id(folder / "var")
    assert (f"<code>{live}</code></p>" in page, hidden(page, "live")) == (True, live)
    refused = approver.submit("/publications/rollback", why="试", live=first)
    assert (refused.status_code, "不是您看过的那一版" in refused.text) == (422, True)
    assert told(approver, approver.submit("/publications/rollback", why="试", live=live)) == "已回退到上一版"
    assert f"<td>李审</td><td>回退</td><td>{first} 试</td>" in approver.get("/publications").text
    assert approver.client.get(clause).status_code == 404
    assert current_id(folder / "var") == first


def test_what_is_declined_may_say_why_and_only_the_services_own_words_are_told(
    app: FastAPI, folder: Path, editor: Desk, approver: Desk
) -> None:
    path = folder / "documents" / "free-preschool-2025.md"
    path.write_text(path.read_text(encoding="utf-8").replace("https://www.gov.cn/", "https://gov.cn/"), "utf-8")
    assert told(editor, editor.submit("/publications/propose", why="换网址")) == "已提出，等另一位审批发布"
    page = approver.get("/publications").text
    form, declining = seen(page), page.partition('action="/console/publications/decline"')[2].partition("</form>")[0]
    assert re.search(r'<input name="why"(?![^>]*required)', declining)

    assert told(approver, approver.submit("/publications/decline", **form, why="网址打不开")) == "已退回，服务照旧"

    admin = Desk(app, folder / "var" / "records.sqlite", "罗主任", Role.ADMIN)
    assert f"{form['snapshot']} 退回：网址打不开　换网址" in admin.get("/audit").text

    assert f"{form['snapshot']} 退回：网址打不开　换网址" in approver.get("/publications").text
    assert "谁写的话" not in approver.get("/publications", told="谁写的话").text


def test_front_matter_is_shown_to_editor_and_approver(folder: Path, editor: Desk, approver: Desk) -> None:
    path = folder / "documents" / "free-preschool-2025.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("https://www.gov.cn/", "https://evil.example/"), encoding="utf-8")
    shown = "<ins>https://evil.example/zhengce/content/202508/content_7035305.htm</ins>"
    assert shown in editor.submit("/publications/diff").text
    editor.submit("/publications/propose", why="只是排版")
    assert shown in approver.get("/publications").text


def test_a_box_without_what_was_read_confirms_nothing(editor: Desk) -> None:
    refused = editor.submit("/publications/confirm", subject="parameter:none")
    assert (refused.status_code, "看过的是哪一版条款" in refused.text) == (422, True)


def test_nothing_ticked_is_told_beside_what_there_is_to_tick(folder: Path, editor: Desk) -> None:
    path = folder / "documents" / "xianan-2023.md"
    path.write_text(path.read_text(encoding="utf-8").replace("支持保险机构", "鼓励保险机构"), "utf-8")
    shown = editor.submit("/publications/confirm")
    told = ("一项也没有勾选，什么也没有记下", 'type="checkbox" name="subject"', "<ins>鼓励</ins>")
    assert (shown.status_code, [one in shown.text for one in told]) == (422, [True] * 3)
    assert "confirm" not in {action for (action,) in editor.rows("audit", "action")}


def test_a_form_without_its_file_names_what_is_missing(editor: Desk) -> None:
    refused = editor.submit("/documents", id="xianan-2027")
    told = "“要上传的文件”缺少这一项，什么也没有做。请按浏览器的后退，改好再提交"
    assert (refused.status_code, told in refused.text) == (422, True)


def test_what_was_proposed_anew_is_not_said_to_be_decided(folder: Path, editor: Desk) -> None:
    publications = Publications(open_database(f"sqlite:///{folder / 'var' / 'records.sqlite'}"))
    impact = TypeAdapter(Impact).dump_json(Impact((), (), (), 0)).decode()
    for who, why in (("王编", "一"), ("王编", "二"), ("李审", "三")):
        publications.propose("000002-0123456789ab", "000001-0123456789ab", why, impact, who, NOW)
    publications.decide(3, Outcome.DECLINED, "陈审", NOW)
    rows = re.findall(r"<td>([一二三])</td><td>(.*?)</td><td>(.*?)</td>", editor.get("/publications").text)
    assert rows == [("三", "李审", "陈审"), ("二", "王编", "由 李审 重新提出"), ("一", "王编", "由提出人重新提出")]


def test_documents_are_listed_by_title_also_those_that_are_not_finished(folder: Path, editor: Desk) -> None:
    texts = {
        "aa-quoted": '---\ntitle: "某办法：试行"\n---\ntitle: 不是',
        "aa-none": "没有头部",
        "aa-odd": "---\ntitle: <b>\n",
    }
    for id, text in texts.items():
        (folder / "documents" / f"{id}.md").write_text(text, encoding="utf-8")
    listed = re.findall(r'<li><a href="/console/documents/([^"]+)">\1</a>　(.*?)</li>', editor.get("/documents").text)
    assert listed[:3] == [("aa-none", "（还没有标题）"), ("aa-odd", "&lt;b&gt;"), ("aa-quoted", "某办法：试行")]
    assert ("xianan-2023", "关于优化生育政策促进人口长期均衡发展的实施方案") in listed
    assert len(listed) == len(list((folder / "documents").glob("*.md")))


def test_a_broken_file_is_refused_and_nothing_is_written(folder: Path, editor: Desk) -> None:
    before = sorted((folder / "documents").iterdir())
    refused = upload(editor, b"%PDF-1.7 broken", "broken-2026")
    assert (refused.status_code, "读成了草稿" in refused.text) == (422, False)
    assert sorted((folder / "documents").iterdir()) == before


def test_an_edit_of_what_somebody_else_has_changed_meanwhile_is_not_saved(folder: Path, editor: Desk) -> None:
    """Both texts are shown, and nothing on the page would let the old one be saved over the new."""
    path = folder / "documents" / "later-changes.md"
    stale = digest(editor.get("/documents/later-changes").text)
    theirs = path.read_text(encoding="utf-8") + "theirs\n"
    path.write_text(theirs, encoding="utf-8")
    refused = editor.submit("/documents/later-changes", text="mine", digest=stale)
    shown = [told in refused.text for told in ("别人刚改过这份文件", ">mine<", "theirs\n</textarea>", 'name="digest"')]
    assert (refused.status_code, shown) == (409, [True, True, True, False])
    assert path.read_text(encoding="utf-8") == theirs


def test_a_large_file_is_taken_from_an_editor(folder: Path, editor: Desk) -> None:
    word = io.BytesIO()
    made = docx.Document()
    for line in OFFICIAL.splitlines():
        made.add_paragraph(line)
    made.save(word)
    with zipfile.ZipFile(word, "a") as archive:
        archive.writestr("word/media/scan.bin", random.Random(1).randbytes(5 * 1024 * 1024))

    added = upload(editor, word.getvalue(), "xianan-childcare-2026", name="办法.docx")

    assert (added.status_code, "读成了草稿" in added.text) == (200, True)
    draft = (folder / "documents" / "xianan-childcare-2026.md").read_text(encoding="utf-8")
    assert "第二条 托育补贴每学期发放700元。" in draft


def test_the_plan_itself_can_be_edited(folder: Path, editor: Desk) -> None:
    path = folder / "documents" / "xianan-2023.md"
    opened = editor.get("/documents/xianan-2023")
    changed = path.read_text(encoding="utf-8") + "\n"

    saved = [
        editor.client.post("/console/documents/xianan-2023", headers=editor.headers, **sent)
        for sent in (
            {"files": {"text": (None, changed), "digest": (None, digest(opened.text))}},
            {"data": {"text": changed, "digest": sha256(changed.encode()).hexdigest()}},
        )
    ]

    assert [(one.status_code, "检查通过" in one.text) for one in saved] == [(200, True)] * 2
    assert path.read_text(encoding="utf-8") == changed
    assert 'enctype="multipart/form-data"' in opened.text


def test_a_document_of_the_greatest_length_is_saved_and_a_longer_one_is_not(folder: Path, editor: Desk) -> None:
    path = folder / "documents" / "later-changes.md"
    before = path.read_text(encoding="utf-8")
    codes = []
    for length in (LONGEST + 1, LONGEST):
        text = ("托育补贴。" * 40 + "\n") * LONGEST
        sent = {"text": (None, text[:length]), "digest": (None, sha256(path.read_bytes()).hexdigest())}
        codes.append(
            editor.client.post("/console/documents/later-changes", files=sent, headers=editor.headers).status_code
        )
    assert (codes, len(path.read_text(encoding="utf-8"))) == ([422, 200], LONGEST)
    assert before != path.read_text(encoding="utf-8")


def test_while_another_is_at_it_a_page_says_so_and_documents_stay_open(folder: Path) -> None:
    own = {"data_dir": folder / "var", "corpus_dir": folder, "embedding_model": "builtin"}
    app = build_app(Settings(_env_file=None, **own), now=lambda: NOW, ingest=busy)  # type: ignore[arg-type]
    editor = Desk(app, folder / "var" / "records.sqlite", "王编", Role.EDITOR)

    proposed, opened = editor.submit("/publications/propose", why="试"), editor.get("/documents/later-changes")

    assert (proposed.status_code, "还没有轮到，什么也没有做" in proposed.text) == (503, True)
    assert (opened.status_code, "还没有检查" in opened.text, "检查通过" in opened.text) == (200, True, False)


def busy(*_: str) -> Done:
    raise Busy


@pytest.mark.parametrize("id", ["..%2foffice", "%2e%2e%2fwords%2fwording", "没有", "UPPER"])
def test_only_documents_are_opened(editor: Desk, id: str) -> None:
    assert editor.get(f"/documents/{id}").status_code == 404


def test_what_becomes_of_the_bank_is_shown_to_editor_and_approver(folder: Path, editor: Desk, approver: Desk) -> None:
    path = folder / "questions" / "free-preschool-2025.yaml"
    group, *_ = yaml.safe_load(path.read_text(encoding="utf-8"))
    gone = group["questions"][0]
    path.write_text(path.read_text(encoding="utf-8").replace(f"    - {gone}\n", "", 1), encoding="utf-8")
    row = f"<tr><td>{gone}</td><td><del>free-preschool-2025#{group['clause']}</del></td><td>（无）</td></tr>"

    difference = editor.submit("/publications/diff").text
    editor.submit("/publications/propose", why="只改了核对日期")

    for page in (difference, approver.get("/publications").text):
        assert (row in page, "删除 1。" in page, "试问了 1 个问题，共 1 个" in page) == (True, True, True)


def test_of_what_people_asked_the_approver_sees_that_its_answer_changes_and_where_to_see_how(
    folder: Path, editor: Desk, approver: Desk
) -> None:
    asked = "免费学前教育的意见里怎么说大班的"
    approver.client.post("/api/v1/ask", json={"question": asked})
    path = folder / "documents" / "free-preschool-2025.md"
    path.write_text(path.read_text(encoding="utf-8").replace("title: ", "title: 改了名的", 1), encoding="utf-8")

    editor.submit("/publications/propose", why="改名")

    shown = approver.get("/publications").text.partition(f"{asked}<")
    assert shown[2].startswith('span class="muted">　回答会变；怎样变这里不留存')
