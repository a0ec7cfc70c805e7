"""python -m service: reads the settings and serves, or does one of the commands; `--ingest-first` ingests when there is
no snapshot yet."""

import argparse
import os
import subprocess
import sys

# Set before the libraries are imported: nothing may phone home, whatever a library's default is, and a dot product of
# some thousand rows is quicker on one thread than the threads are to wake.
os.environ.update(
    HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", LANGSMITH_TRACING="false", ANONYMIZED_TELEMETRY="False"
)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import uvicorn
from limits.errors import ConfigurationError
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.exc import SQLAlchemyError

from corpus.snapshot import published
from service.app import build_app, configure_logging
from service.backup import Refused, data_in_use, finish_restore
from service.channels.wechat.texts import BadTexts
from service.commands import parse, run
from service.settings import Settings

_EXPECTED = {
    "int_parsing": "应为整数",
    "float_parsing": "应为数字",
    "string_too_short": "不能为空",
    "greater_than_equal": "应不小于 {ge}",
    "less_than_equal": "应不大于 {le}",
    "literal_error": "应为 {expected} 之一",
    "value_error": "{error}",
}


def main(arguments: list[str]) -> int:
    wanted = parse(arguments)
    configure_logging()
    try:
        settings = Settings()
        if finish_restore(settings.data_dir):
            print("上次的恢复中途断了，现已完成", file=sys.stderr)
        return run(wanted.command or _serve, wanted, settings)
    except subprocess.CalledProcessError:
        return _stop("入库没有成功，见上面的说明")
    except ValidationError as error:
        return _stop(*map(_told, error.errors()))
    except ConfigurationError:
        return _stop("设置 REDIS_URL 用不了：应为 redis://主机:端口/编号")
    except (BadTexts, Refused) as error:
        return _stop(str(error))
    except (SQLAlchemyError, ImportError):
        return _stop("设置 DATABASE_URL 用不了：应为能打开的数据库地址，如 sqlite:////数据/records.sqlite")
    except OSError as error:
        if wanted.command:
            return _stop(f"{error.filename} 读不了或写不了：{error.strerror}")
        return _stop(f"设置 DATA_DIR 用不了：应为能写的文件夹（{error.filename}）")


def _serve(wanted: argparse.Namespace, settings: Settings) -> int:
    if wanted.ingest_first and not published(settings.data_dir):
        subprocess.run([sys.executable, "-m", "ingest"], check=True)
    with data_in_use(settings.data_dir):
        app = build_app(settings)
        print(f"条问：http://{settings.host}:{settings.port}/api/v1/ask", flush=True)
        uvicorn.run(
            app,
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            server_header=False,
        )
    return 0


def _stop(*messages: str) -> int:
    print("\n".join(messages), file=sys.stderr)
    return 1


def _told(detail: ErrorDetails) -> str:
    if not detail["loc"]:
        return f"设置不全：{_expected(detail)}"
    return f"设置 {_name(detail)} 读不懂：{_expected(detail)}"


def _name(detail: ErrorDetails) -> str:
    return str(detail["loc"][0]).upper()


def _expected(detail: ErrorDetails) -> str:
    given = detail.get("ctx", {})
    if detail["type"] == "literal_error":
        given = {"expected": given["expected"].replace(" or ", "、").replace(", ", "、").replace("'", "")}
    return _EXPECTED.get(detail["type"], "写法不对").format(**given)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
