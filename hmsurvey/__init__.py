"""hmsurvey: from questionnaires to scores, stages and cities, with where every number comes from.

Names load when they are first used, so that `import hmsurvey` and `hmsurvey --help` stay light.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "read_codebook": "hmsurvey.codebook",
    "read_system": "hmsurvey.indicators",
    "reweight": "hmsurvey.indicators",
    "read_rule": "hmsurvey.rules",
    "read_survey": "hmsurvey.survey",
    "check_answers": "hmsurvey.survey",
    "score": "hmsurvey.scoring",
    "stage": "hmsurvey.staging",
    "read_study": "hmsurvey.study",
    "analyse": "hmsurvey.study",
}

__all__ = sorted([*_HOMES, "__version__"])


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'hmsurvey' has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return list(__all__)
