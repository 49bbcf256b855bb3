"""Time and memory of creditaudit beside its peers; see README.md."""
