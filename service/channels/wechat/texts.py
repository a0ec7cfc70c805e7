"""corpus/words/wechat.yaml → Texts: read when it changes, the last good ones kept while a bad edit stands."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from corpus.tokens import normalize


class BadTexts(Exception):
    """The file cannot be used; `str()` says where and why, in Chinese."""


def _with(*names: str) -> AfterValidator:
    def check(text: str) -> str:
        try:
            text.format(**dict.fromkeys(names, ""))
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError("花括号里的名字不对") from error
        if not all(f"{{{name}}}" in text for name in names):
            raise ValueError(f"缺少 {{{'} {'.join(names)}}}")
        return text

    return AfterValidator(check)


Said = Annotated[str, Field(min_length=1, max_length=600)]
Short = Annotated[str, Field(max_length=60)]


class Texts(BaseModel):
    """Everything the channel says of its own; `menu` maps a menu key to the question it stands for."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    greeting: Said
    please_type: Said
    please_type_voice: Said
    too_long: Said
    not_read: Said
    too_often: Said
    looking: Said
    late: Said
    failed: Said
    closed: Said
    nothing_left: Said
    unknown_menu: Said
    continues: Annotated[Short, _with("left")]
    full_answer: Short
    sources: Short
    digest: Short
    choose_one: Short
    no_such_choice: Short
    one_choice_each: Short
    choose_several: Annotated[Short, _with("example")]
    with_unit: Annotated[Short, _with("unit")]
    more: frozenset[str]
    unsupported: frozenset[str]
    menu: Mapping[str, Said]
    short_names: Mapping[str, Short]

    def asks_for_more(self, text: str) -> bool:
        return _bare(text) in {_bare(word) for word in self.more}


def _bare(text: str) -> str:
    return normalize(text).strip(' 。.!！~，,“”"「」')


class LiveTexts:
    def __init__(self, path: Path, warn: Callable[[str], None]) -> None:
        """Raises BadTexts."""
        self._path, self._warn = path, warn
        self._stamp, self._texts = self._changed(), self._read()

    def current(self) -> Texts:
        stamp = self._changed()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._texts = self._read()
            except BadTexts as bad:
                self._warn(str(bad))
        return self._texts

    def _changed(self) -> int:
        return self._path.stat().st_mtime_ns if self._path.exists() else 0

    def _read(self) -> Texts:
        try:
            return Texts.model_validate(yaml.safe_load(self._path.read_text(encoding="utf-8")))
        except ValidationError as error:
            detail = error.errors()[0]
            where = ".".join(map(str, detail["loc"]))
            why = detail["ctx"]["error"] if detail["type"] == "value_error" else _WHY.get(detail["type"], "写法不对")
            raise BadTexts(f"{self._path}：{where}：{why}") from error
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise BadTexts(f"{self._path}:{line} YAML 写法不对，检查缩进、引号和冒号") from error
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise BadTexts(f"{self._path}：读不出来，应为 UTF-8 文本") from error


_WHY = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项",
    "string_too_long": "太长",
    "string_too_short": "不能为空",
}
