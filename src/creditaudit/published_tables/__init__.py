"""Tables of counts as they are published: pasted, in a CSV, or in Excel; read, or asked about."""

from creditaudit.published_tables.published import PublishedTable, read_published
from creditaudit.published_tables.questions import Doubt, OpenQuestions

__all__ = ["Doubt", "OpenQuestions", "PublishedTable", "read_published"]
