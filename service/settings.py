"""Every setting of the service, from the environment or `.env`; read by app.py only."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import NoDecode

from corpus.settings import CorpusSettings
from service.channels.wechat.cipher import key_of
from service.channels.wechat.gate import Account

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")


def _list(given: object) -> object:
    return tuple(part for part in given.replace(",", " ").split() if part) if isinstance(given, str) else given


def _origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    if all(_ORIGIN.fullmatch(origin) for origin in origins):
        return origins
    raise ValueError("应为网站地址，不带路径，如 https://www.xianan.gov.cn，几个之间用逗号隔开")


def _base(url: str) -> str:
    if not url or re.fullmatch(rf"{_ORIGIN.pattern}(/[\w./-]*)?", url):
        return url.rstrip("/")
    raise ValueError("应为网址，如 https://tiaowen.xianan.gov.cn")


def _token(token: SecretStr) -> SecretStr:
    if re.fullmatch(r"([A-Za-z0-9]{3,32})?", token.get_secret_value()):
        return token
    raise ValueError("应为 3 到 32 位字母或数字")


def _aes_keys(keys: SecretStr) -> SecretStr:
    if all(re.fullmatch(r"[A-Za-z0-9+/]{43}", key) for key in keys.get_secret_value().split(",") if key):
        return keys
    raise ValueError("应为 43 位的 EncodingAESKey；换密钥期间可以写两个，用逗号隔开")


Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_list), AfterValidator(_origins)]


class Settings(CorpusSettings):
    """`database_url` empty: SQLite in the data folder; the weights say how the searches are fused.

    A thing is to be checked again `check_again_days` after its last check, and is due soon `due_soon_days` before its
    day; `check_links` on: `python -m service.freshness` asks the source pages whether they still answer.

    `public_url` is where citizens reach this service, `widget_origins` the sites that may show the widget;
    without `wechat_token` there is no WeChat channel. `redis_url` empty: rate limits are counted in this process.
    """

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    database_url: str = ""
    redis_url: str = ""
    bank_weight: float = Field(0.45, ge=0, le=1)
    dense_weight: float = Field(0.5, ge=0, le=1)
    synonym_weight: float = Field(0.4, ge=0, le=2)
    public_url: Annotated[str, AfterValidator(_base)] = ""
    widget_origins: Origins = ()
    rate_limit: Literal["on", "off"] = "on"
    check_again_days: int = Field(180, ge=1, le=3650)
    due_soon_days: int = Field(30, ge=0, le=3650)
    check_links: Literal["on", "off"] = "off"
    wechat_token: Annotated[SecretStr, AfterValidator(_token)] = SecretStr("")
    wechat_app_id: str = ""
    wechat_aes_key: Annotated[SecretStr, AfterValidator(_aes_keys)] = SecretStr("")
    wechat_mode: Literal["plain", "compatible", "safe"] = "safe"
    wechat_account: str = ""

    @model_validator(mode="after")
    def _wechat_is_whole(self) -> "Settings":
        sealed = self.wechat_token.get_secret_value() and self.wechat_mode != "plain"
        needed = {"WECHAT_APP_ID": self.wechat_app_id, "WECHAT_AES_KEY": self.wechat_aes_key.get_secret_value()}
        missing = [name for name, value in needed.items() if sealed and not value.strip(",")]
        if missing:
            raise ValueError(
                f"WECHAT_MODE 是 {self.wechat_mode} 时，还要写 {' 和 '.join(missing)}，都在公众号后台可以看到"
            )
        return self

    @property
    def for_children(self) -> dict[str, str]:
        """The variables that lead a child process to the same folders, database and encoder."""
        return {
            "DATA_DIR": str(self.data_dir),
            "CORPUS_DIR": str(self.corpus_dir),
            "DATABASE_URL": self.database_url,
            "EMBEDDING_MODEL": self.embedding_model,
        }

    @property
    def records_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'records.sqlite'}"


def wechat_account(settings: Settings) -> Account:
    keys = settings.wechat_aes_key.get_secret_value().split(",")
    return Account(
        token=settings.wechat_token.get_secret_value(),
        mode=settings.wechat_mode,
        app_id=settings.wechat_app_id,
        keys=tuple(key_of(key) for key in keys if key) if settings.wechat_mode != "plain" else (),
        name=settings.wechat_account,
    )
