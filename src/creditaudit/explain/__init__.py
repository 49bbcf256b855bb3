"""What a score owes to each feature, the reasons of a refusal, and whether there is a way back."""

from creditaudit.explain.actions import Actions
from creditaudit.explain.attributed import Attributions
from creditaudit.explain.explaining import attributions
from creditaudit.explain.gates import AdditivityGap
from creditaudit.explain.notice_pages import Notice, notices
from creditaudit.explain.preclusions import preclusion
from creditaudit.explain.reason_codes import key_factors, reasons
from creditaudit.explain.rule_endings import endings
from creditaudit.explain.waiting import Waiting
from creditaudit.explain.ways_back import recourse

__all__ = [
    "Actions",
    "AdditivityGap",
    "Attributions",
    "Notice",
    "Waiting",
    "attributions",
    "endings",
    "key_factors",
    "notices",
    "preclusion",
    "reasons",
    "recourse",
]
