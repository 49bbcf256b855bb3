"""What a score owes to each feature, the reasons of a refusal, and whether there is a way back."""

from creditaudit.explain.actions import Actions
from creditaudit.explain.attributed import Attributions
from creditaudit.explain.explaining import attributions
from creditaudit.explain.gates import AdditivityGap
from creditaudit.explain.notice_pages import Notice, notices
from creditaudit.explain.preclusions import preclusion
from creditaudit.explain.reason_charts import in_words, reason_chart, recourse_chart, waterfall
from creditaudit.explain.reason_codes import key_factors, reasons
from creditaudit.explain.reason_tables import reason_frame, recourse_frame, waterfall_frame
from creditaudit.explain.rule_endings import endings
from creditaudit.explain.surrogates import surrogate_fidelity
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
    "in_words",
    "key_factors",
    "notices",
    "preclusion",
    "reason_chart",
    "reason_frame",
    "reasons",
    "recourse",
    "recourse_chart",
    "recourse_frame",
    "surrogate_fidelity",
    "waterfall",
    "waterfall_frame",
]
