"""python -m service: reads the settings and serves."""

import os
import sys

# Nothing may phone home, whatever a library's default is; set before the libraries are imported.
os.environ.update(
    HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", LANGSMITH_TRACING="false", ANONYMIZED_TELEMETRY="False"
)

import uvicorn
from pydantic import ValidationError

from service.app import build_app, configure_logging
from service.settings import Settings


def main() -> int:
    configure_logging()
    try:
        settings = Settings()
    except ValidationError as error:
        for detail in error.errors():
            print(f"设置 {str(detail['loc'][0]).upper()} 读不懂：{detail['msg']}", file=sys.stderr)
        return 1
    print(f"条问：http://{settings.host}:{settings.port}/api/v1/ask", flush=True)
    uvicorn.run(
        build_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
