"""A population says how many people it holds, and never who they are."""

import pandas as pd
import pytest

from creditaudit import Roles as _Roles  # noqa: F401
